import Decoding
import Foundation
import GRDB
import Rekognition

/// What two jobs must have in common to share an analysis.
struct AnalysisKey: Sendable {
    /// Of the object as it is, and of all that changes what is found in it.
    let digest: String
    /// Of the object as it is.
    let identity: String

    init(_ video: S3Object, identity: String, settings: String) {
        self.identity = identity
        let parts = [video.bucket, video.name, video.version ?? "", identity, settings]
        digest = SHA256Digest.of(Array(parts.joined(separator: "\u{0}").utf8))
    }
}

extension JobStore {
    /// For how long a client's token stands for its job, in milliseconds.
    static let tokenLife: Int64 = 7 * 86400 * 1000

    /// The job that the same token asked for before; nil where there is none.
    ///
    /// - Throws: `idempotentParameterMismatch` as an `APIError`.
    func job(startedBy request: JobRequest) throws -> String? {
        guard request.clientRequestToken != nil else { return nil }
        return try database.read { try self.job(startedBy: request, $0) }
    }

    private func job(startedBy request: JobRequest, _ db: Database) throws -> String? {
        guard let token = request.clientRequestToken else { return nil }
        let known = try Row.fetchOne(
            db, sql: "SELECT request, job FROM token WHERE kind = ? AND accessKey = ? AND token = ? AND created > ?",
            arguments: [request.kind.rawValue, request.accessKey, token, now - Self.tokenLife])
        guard let known else { return nil }
        guard known["request"] == request.digest else {
            throw APIError(
                .idempotentParameterMismatch,
                "A ClientRequestToken input parameter was reused with an operation, but at least one of the other input "
                    + "parameters is different from the previous call to the operation.")
        }
        // One that was deleted is started anew.
        return try String.fetchOne(db, sql: "SELECT id FROM job WHERE id = ?", arguments: [known["job"]])
    }

    /// Takes a job on, in the queue or, where its analysis is there, at its end.
    ///
    /// - Parameters:
    ///   - notifies: whether its end is told.
    ///   - settings: how jobs are done.
    /// - Returns: its id, and whether there is a message now.
    /// - Throws: `limitExceeded` and `idempotentParameterMismatch` as `APIError`, too.
    func start(
        _ request: JobRequest, _ key: AnalysisKey, notifies: Bool, settings: JobSettings
    ) throws -> (id: String, isTold: Bool) {
        try database.write { db in
            if let known = try self.job(startedBy: request, db) { return (known, false) }
            let id = Self.newID()
            let analysis = try Row.fetchOne(
                db, sql: "SELECT id, state, message, partial FROM analysis WHERE digest = ?", arguments: [key.digest])
            let isDone = analysis?["state"] == AnalysisState.done.rawValue
            if !isDone { try checkRoom(settings.limits.queue, db) }
            let number: Int64 = try analysis?["id"] ?? queue(request.video, key, db)
            try db.execute(
                sql: """
                    INSERT INTO job (id, kind, bucket, name, version, tag, topic, notifies, accessKey, analysis, status, created)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    id, request.kind.rawValue, request.video.bucket, request.video.name, request.video.version,
                    request.jobTag, request.channel?.topic, notifies, request.accessKey, number,
                    JobState.Status.inProgress.rawValue, now,
                ])
            if let token = request.clientRequestToken {
                try db.execute(
                    sql:
                        "INSERT OR REPLACE INTO token (kind, accessKey, token, request, job, created) VALUES (?, ?, ?, ?, ?, ?)",
                    arguments: [request.kind.rawValue, request.accessKey, token, request.digest, id, now])
            }
            if isDone, let analysis {
                let fails = settings.failsPartial && analysis["partial"]
                try end(id, fails ? .failed : .succeeded, message: analysis["message"], db)
            }
            return (id, isDone && notifies)
        }
    }

    private func checkRoom(_ most: Int, _ db: Database) throws {
        let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM job WHERE ended IS NULL") ?? 0
        guard count >= most else { return }
        throw APIError(
            .limitExceeded,
            "Too many jobs: \(count) are in progress or wait. Start this one when some of them are done.")
    }

    private func queue(_ video: S3Object, _ key: AnalysisKey, _ db: Database) throws -> Int64 {
        let object = String(decoding: try JSONEncoder().encode(video), as: UTF8.self)
        try db.execute(
            sql: "INSERT INTO analysis (digest, video, identity, state, due) VALUES (?, ?, ?, ?, 0)",
            arguments: [key.digest, object, key.identity, AnalysisState.queued.rawValue])
        return db.lastInsertedRowID
    }

    /// 64 hexadecimal digits that nobody guesses.
    private static func newID() -> String {
        var random = SystemRandomNumberGenerator()
        return (0..<4).map { _ in
            let digits = String(random.next(), radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}

extension JobRequest {
    /// Of what must be alike where a token is; who asks and how the token reads is looked at elsewhere.
    fileprivate var digest: String {
        let parts = [
            video.bucket, video.name, video.version, channel?.topic, channel?.role, jobTag,
        ]
        let text = parts.map { $0.map { "=" + $0 } ?? "" }.joined(separator: "\u{0}")
        return SHA256Digest.of(Array(text.utf8))
    }
}
