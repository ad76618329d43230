import Foundation
import GRDB
import Rekognition

extension JobStore {
    /// A job that isn't expired; nil where there is none.
    ///
    /// - Parameter keep: seconds for which jobs are known after their end.
    func job(_ id: String, keep: Double) throws -> StoredJob? {
        let oldest = now - Int64(keep * 1000)
        guard let job = try database.read({ try job(id, $0) }), job.ended ?? .max > oldest else { return nil }
        return job
    }

    func job(_ id: String, _ db: Database) throws -> StoredJob? {
        let statement = try db.cachedStatement(sql: StoredJob.columns + " WHERE job.id = ?")
        return try Row.fetchOne(statement, arguments: [id]).map(StoredJob.init)
    }

    /// All jobs, the newest first.
    public func jobs() throws -> [StoredJob] {
        try database.read { try Row.fetchAll($0, sql: StoredJob.columns + " ORDER BY number DESC").map(StoredJob.init) }
    }

    /// The job whose id begins so.
    ///
    /// - Throws: `JobsError` where there is none, or more than one.
    public func job(beginning prefix: String) throws -> StoredJob {
        let found = try database.read { db in
            try Row.fetchAll(
                db, sql: StoredJob.columns + " WHERE substr(job.id, 1, ?) = ? LIMIT 2",
                arguments: [prefix.count, prefix.lowercased()]
            ).map(StoredJob.init)
        }
        guard let job = found.first, !prefix.isEmpty else { throw JobsError.unknownJob(prefix) }
        guard found.count == 1 else { throw JobsError.ambiguous(prefix) }
        return job
    }

    /// Jobs by state, and messages that wait.
    public func counts() throws -> JobCounts {
        try database.read { db in
            var counts = JobCounts()
            let sql = """
                SELECT count(*), coalesce(sum(job.ended IS NULL), 0),
                    coalesce(sum(job.ended IS NULL AND analysis.state = 'running'), 0),
                    coalesce(sum(job.status = 'FAILED'), 0), min(CASE WHEN job.ended IS NULL THEN job.created END),
                    (SELECT count(*) FROM message)
                FROM job LEFT JOIN analysis ON analysis.id = job.analysis
                """
            guard let row = try Row.fetchOne(db, sql: sql) else { return counts }
            let (all, going): (Int, Int) = (row[0], row[1])
            (counts.running, counts.failed, counts.messages) = (row[2], row[3], row[5])
            (counts.queued, counts.succeeded) = (going - counts.running, all - going - counts.failed)
            let oldest: Int64? = row[4]
            counts.oldest = oldest.map { max(0, Double(now - $0) / 1000) }
            return counts
        }
    }

    /// Ends a job that isn't done, as failed. What works on its video stops, unless another job needs it.
    ///
    /// - Returns: whether it was in progress.
    @discardableResult
    public func cancel(_ id: String) throws -> Bool {
        try database.write { db in
            guard let job = try job(id, db), job.ended == nil else { return false }
            try end(id, .failed, message: "The job was cancelled.", db)
            try release(job.analysis, db)
            return true
        }
    }

    /// Removes a job with its results, and its message if that wasn't sent.
    public func delete(_ id: String) throws {
        let unused = try database.write { try delete([id], $0) }
        removeResults(of: unused)
        forgetLog()
    }

    /// Removes jobs whose time is over.
    ///
    /// - Parameter keep: seconds for which jobs are known after their end.
    /// - Returns: when the next one's time is over, in milliseconds since 1970 UTC.
    func removeExpired(keep: Double) throws -> Int64? {
        let (now, keep) = (now, Int64(keep * 1000))
        let (unused, count, next) = try database.write { db in
            let expired = try String.fetchAll(db, sql: "SELECT id FROM job WHERE ended <= ?", arguments: [now - keep])
            let unused = try delete(expired, db)
            try db.execute(sql: "DELETE FROM token WHERE created <= ?", arguments: [now - Self.tokenLife])
            return (unused, expired.count, try Int64.fetchOne(db, sql: "SELECT min(ended) FROM job"))
        }
        removeResults(of: unused)
        if count > 0 { forgetLog() }
        return next.map { $0 + keep }
    }

    /// - Returns: analyses that no job has any more.
    private func delete(_ ids: [String], _ db: Database) throws -> [Int64] {
        var unused: [Int64] = []
        for id in ids {
            let analysis = try job(id, db)?.analysis
            try db.execute(sql: "DELETE FROM job WHERE id = ?", arguments: [id])
            unused += try release(analysis, db)
        }
        return unused
    }

    /// A job has no need of an analysis any more.
    ///
    /// - Returns: it, where no other has.
    @discardableResult
    private func release(_ analysis: Int64?, _ db: Database) throws -> [Int64] {
        guard let analysis,
            let state = try String.fetchOne(db, sql: "SELECT state FROM analysis WHERE id = ?", arguments: [analysis])
        else { return [] }
        let isNeeded: Bool
        switch AnalysisState(rawValue: state) {
        // Who works on it finds out, and drops it.
        case .running: return []
        case .queued: isNeeded = try isWanted(analysis, db)
        default:
            isNeeded =
                try Bool.fetchOne(
                    db, sql: "SELECT EXISTS (SELECT 1 FROM job WHERE analysis = ?)", arguments: [analysis]) ?? false
        }
        if isNeeded { return [] }
        try drop(analysis, db)
        return [analysis]
    }
}
