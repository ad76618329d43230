import Foundation
import GRDB
import Rekognition

/// Jobs as the database has them. From any thread; other programs may use the same database.
///
/// Methods throw what SQLite says: the database can't be read or written, or the disk is full. Then nothing has changed.
public final class JobStore: Sendable {
    /// Where the database and the results are.
    public let folder: String
    let database: DatabasePool
    private let clock: @Sendable () -> Int64

    /// Opens the database of a folder.
    ///
    /// - Parameters:
    ///   - mayCreate: makes both where they aren't there.
    ///   - clock: milliseconds since 1970 UTC.
    public init(
        folder: String, mayCreate: Bool = false,
        clock: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970 * 1000) }
    ) throws(JobsError) {
        self.folder = folder
        self.clock = clock
        database = try JobDatabase.open(inFolder: folder, mayCreate: mayCreate)
    }

    /// Asks and changes it, for a program whose user is told what SQLite says.
    ///
    /// - Throws: `JobsError.unusable` in place of SQLite's error, and what else `work` throws.
    public func answered<Value>(_ work: () throws -> Value) throws -> Value {
        do {
            return try work()
        } catch let error as DatabaseError {
            throw JobsError.unusable(path: folder, reason: JobDatabase.reason(error))
        }
    }

    var now: Int64 { clock() }

    /// The folder of an analysis' results.
    func resultFolder(_ analysis: Int64) -> String { "\(resultsFolder)/\(analysis)" }

    var resultsFolder: String { folder + "/results" }

    /// Removes results that no job has any more.
    func removeResults(of analyses: [Int64]) {
        for analysis in analyses { try? FileManager.default.removeItem(atPath: resultFolder(analysis)) }
    }

    /// Changes with each change by another program.
    func version() throws -> Int64 {
        try database.writeWithoutTransaction { try Int64.fetchOne($0, sql: "PRAGMA data_version") ?? 0 }
    }

    /// Leaves no trace of what was deleted in the log of changes. Where others are reading all the time, their next one does.
    func forgetLog() {
        _ = try? database.writeWithoutTransaction { try $0.checkpoint(.truncate) }
    }
}

/// A job as it stands in the database.
public struct StoredJob: Sendable {
    /// How far it is.
    public enum Stage: String, Sendable {
        case queued, running, succeeded, failed
    }

    /// Counts up from 1 in the order in which jobs were started.
    public var number: Int64
    public var id: String
    public var kind: JobKind
    public var video: S3Object
    public var tag: String?
    public var topic: String?
    public var accessKey: String
    public var stage: Stage
    public var message: String?
    private let metadataText: String?
    /// Milliseconds since 1970 UTC.
    public var created: Int64
    /// The same; nil while it isn't done.
    public var ended: Int64?
    /// Where its results are.
    var analysis: Int64?
    var notifies: Bool

    static let columns = """
        SELECT job.*, analysis.state AS state, analysis.metadata AS metadata
        FROM job LEFT JOIN analysis ON analysis.id = job.analysis
        """

    /// What was opened; nil while it isn't done.
    public var metadata: VideoMetadata? {
        metadataText.flatMap { try? JSONDecoder().decode(VideoMetadata.self, from: Data($0.utf8)) }
    }

    /// As clients see it.
    var status: JobState.Status {
        switch stage {
        case .queued, .running: .inProgress
        case .succeeded: .succeeded
        case .failed: .failed
        }
    }

    init(_ row: Row) {
        (number, id, created, ended) = (row["number"], row["id"], row["created"], row["ended"])
        kind = JobKind(rawValue: row["kind"]) ?? .personTracking
        video = S3Object(bucket: row["bucket"], name: row["name"], version: row["version"])
        (tag, topic, accessKey, message) = (row["tag"], row["topic"], row["accessKey"], row["message"])
        (analysis, notifies, metadataText) = (row["analysis"], row["notifies"], row["metadata"])
        stage =
            switch JobState.Status(rawValue: row["status"]) {
            case .succeeded: .succeeded
            case .failed: .failed
            default: row["state"] == AnalysisState.running.rawValue ? .running : .queued
            }
    }
}

/// Of an analysis in the database; one that fails leaves nothing there.
enum AnalysisState: String {
    case queued, running, done
}
