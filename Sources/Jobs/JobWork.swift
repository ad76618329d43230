import Foundation
import GRDB
import Rekognition

/// An analysis that is worked on.
struct AnalysisClaim: Sendable {
    let id: Int64
    let video: S3Object
    let identity: String
    /// How many times it was begun, this time included.
    let attempt: Int
}

/// What came of an analysis.
struct AnalysisResult: Sendable {
    var metadata: VideoMetadata
    /// How far the video could be seen, where that isn't to its end.
    var message: String?
    /// The same fails a job where the settings say so.
    var isPartial: Bool
}

extension JobStore {
    /// How often an analysis is begun that the program doesn't survive.
    private static let mostAttempts = 20

    /// Puts what was being worked on when the program ended back in its place in the queue, gives up what ended it again
    /// and again, removes files of no known analysis, and fails jobs whose results somebody removed.
    func recover() throws {
        let known = try database.write { db in
            let fatal = try Int64.fetchAll(
                db, sql: "SELECT id FROM analysis WHERE state = ? AND attempts >= ?",
                arguments: [AnalysisState.running.rawValue, Self.mostAttempts])
            for analysis in fatal {
                try fail(analysis, "The program ended \(Self.mostAttempts) times while it worked on this video.", db)
            }
            try db.execute(
                sql: "UPDATE analysis SET state = ? WHERE state = ?",
                arguments: [AnalysisState.queued.rawValue, AnalysisState.running.rawValue])
            let done = try Int64.fetchSet(
                db, sql: "SELECT id FROM analysis WHERE state = ?", arguments: [AnalysisState.done.rawValue])
            for analysis in done where !FileManager.default.fileExists(atPath: resultFolder(analysis)) {
                try db.execute(
                    sql: "UPDATE job SET status = ?, message = ? WHERE analysis = ?",
                    arguments: [JobState.Status.failed.rawValue, "The results are not there any more.", analysis])
                try drop(analysis, db)
            }
            return done
        }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: resultsFolder)) ?? []
        for name in names where Int64(name).map({ !known.contains($0) }) ?? true {
            try? FileManager.default.removeItem(atPath: resultsFolder + "/" + name)
        }
    }

    /// An analysis that must wait does so for a minute at most, whatever a clock that is set says.
    private static let longestWait: Int64 = 60_000

    /// Takes the first analysis of the queue that is due; nil where there is none.
    func claim() throws -> AnalysisClaim? {
        try database.write { db in
            let sql = """
                SELECT id, video, identity, attempts FROM analysis
                WHERE state = ? AND (due <= ? OR due > ?) ORDER BY id LIMIT 1
                """
            let row = try Row.fetchOne(
                db, sql: sql, arguments: [AnalysisState.queued.rawValue, now, now + Self.longestWait])
            guard let row else { return nil }
            let (id, attempts): (Int64, Int) = (row["id"], row["attempts"])
            try db.execute(
                sql: "UPDATE analysis SET state = ?, attempts = ? WHERE id = ?",
                arguments: [AnalysisState.running.rawValue, attempts + 1, id])
            let text: String = row["video"]
            return AnalysisClaim(
                id: id, video: try JSONDecoder().decode(S3Object.self, from: Data(text.utf8)),
                identity: row["identity"],
                attempt: attempts + 1)
        }
    }

    /// When the first analysis that must wait is due, in milliseconds since 1970 UTC; nil where none waits.
    func nextDue() throws -> Int64? {
        try database.read { db in
            try Int64.fetchOne(
                db, sql: "SELECT min(due) FROM analysis WHERE state = ?", arguments: [AnalysisState.queued.rawValue])
        }
    }

    /// Whether a job still waits for it.
    func isWanted(_ analysis: Int64) throws -> Bool {
        try database.read { try isWanted(analysis, $0) }
    }

    func isWanted(_ analysis: Int64, _ db: Database) throws -> Bool {
        try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM job WHERE analysis = ? AND ended IS NULL)", arguments: [analysis])
            ?? false
    }

    /// The object is another by now than when its jobs were started.
    func note(_ key: AnalysisKey, of analysis: Int64) throws {
        try database.write { db in
            // Another analysis may have the digest already; then no other job shares this one.
            for digest in [key.digest, "alone \(analysis)"] {
                try db.execute(
                    sql: "UPDATE OR IGNORE analysis SET digest = ?, identity = ? WHERE id = ?",
                    arguments: [digest, key.identity, analysis])
                if db.changesCount > 0 { return }
            }
        }
    }

    /// Back into the queue, in its place.
    ///
    /// - Parameters:
    ///   - due: not before, in milliseconds since 1970 UTC.
    ///   - counts: whether the attempt counts.
    func requeue(_ claim: AnalysisClaim, due: Int64 = 0, counts: Bool) throws {
        try database.write { db in
            guard try isWanted(claim.id, db) else { return try drop(claim.id, db) }
            try db.execute(
                sql: "UPDATE analysis SET state = ?, due = ?, attempts = ? WHERE id = ?",
                arguments: [
                    AnalysisState.queued.rawValue, due, counts ? claim.attempt : claim.attempt - 1, claim.id,
                ])
        }
    }

    /// Its results are there: ends its jobs.
    ///
    /// - Returns: whether there are messages now, and whether the results are still wanted.
    func finish(_ analysis: Int64, _ result: AnalysisResult, failsPartial: Bool) throws -> (told: Bool, isWanted: Bool)
    {
        try database.write { db in
            let jobs = try jobs(waitingFor: analysis, db)
            guard !jobs.isEmpty else {
                try drop(analysis, db)
                return (false, false)
            }
            let metadata = String(decoding: try JSONEncoder().encode(result.metadata), as: UTF8.self)
            try db.execute(
                sql: "UPDATE analysis SET state = ?, metadata = ?, message = ?, partial = ? WHERE id = ?",
                arguments: [AnalysisState.done.rawValue, metadata, result.message, result.isPartial, analysis])
            let status = failsPartial && result.isPartial ? JobState.Status.failed : .succeeded
            for job in jobs { try end(job, status, message: result.message, db) }
            return (true, true)
        }
    }

    /// Ends its jobs without results. Nothing of it is left, so that the next job on the object tries anew.
    func fail(_ analysis: Int64, _ message: String) throws {
        try database.write { try fail(analysis, message, $0) }
    }

    private func fail(_ analysis: Int64, _ message: String, _ db: Database) throws {
        for job in try jobs(waitingFor: analysis, db) { try end(job, .failed, message: message, db) }
        try drop(analysis, db)
    }

    private func jobs(waitingFor analysis: Int64, _ db: Database) throws -> [String] {
        try String.fetchAll(
            db, sql: "SELECT id FROM job WHERE analysis = ? AND ended IS NULL ORDER BY number", arguments: [analysis])
    }

    /// Removes an analysis from the database.
    func drop(_ analysis: Int64, _ db: Database) throws {
        try db.execute(sql: "UPDATE job SET analysis = NULL WHERE analysis = ?", arguments: [analysis])
        try db.execute(sql: "DELETE FROM analysis WHERE id = ?", arguments: [analysis])
    }

    /// A job's end, and its message.
    func end(_ id: String, _ status: JobState.Status, message: String?, _ db: Database) throws {
        let now = now
        try db.execute(
            sql: "UPDATE job SET status = ?, message = ?, ended = ? WHERE id = ?",
            arguments: [status.rawValue, message, now, id])
        guard let job = try job(id, db), job.notifies else { return }
        try db.execute(
            sql: "INSERT INTO message (job, topic, text, created, due) VALUES (?, ?, ?, ?, ?)",
            arguments: [id, job.topic, job.notification(status, at: now), now, now])
    }
}
