import Analyzing
import Buckets
import Decoding
import Foundation
import Inference
import PathModel
import Rekognition
import Settings
import Synchronization
import TestSupport

@testable import Jobs

/// Jobs on files in a folder, done by the real program's processes and networks.
final class Workshop {
    /// Loaded once for all tests.
    private static let engine = try? Project.openVINO()
    let folder: TemporaryFolder
    let log = Log()
    let pool = WorkerPool(count: 2)
    var settings: JobSettings
    /// What is asked of the store's files.
    var change: @Sendable (inout StoredObject) -> Void = { _ in }
    private(set) var service: JobService?

    init() throws {
        // As the program does: a process that is gone is no reason to end.
        signal(SIGPIPE, SIG_IGN)
        folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.path("media/b"), withIntermediateDirectories: true)
        // As footpath analyze has them.
        let options = try AnalysisOptions([:], cores: 2)
        settings = JobSettings(folder: folder.path("state"), options: options)
    }

    deinit {
        service?.stop(within: 5)
        pool.cancel(within: 1)
    }

    /// Opens the jobs and begins to work.
    @discardableResult
    func open(running: Bool = true) throws -> JobService {
        let context = JobContext(
            pool: pool, engine: try Self.engine ?? Project.openVINO(),
            modelFolder: Project.runtime.appendingPathComponent("models").path, program: Project.program.path,
            version: "1", log: { [log] _, text in log.lines.withLock { $0.append(text) } })
        let files = try DirectoryStore(folder: folder.path("media")) { _ in }
        let service = try JobService(settings, objects: ChangedStore(files: files, change: change), context: context)
        if running { service.run() }
        self.service = service
        return service
    }

    /// Ends the work, as the end of the program does.
    func close() throws {
        guard let service, service.stop(within: 60) else { throw Failure(text: "it doesn't stop") }
        self.service = nil
    }

    /// Makes a file of the bucket.
    func put(_ name: String, _ arguments: String...) throws {
        try ffmpeg(arguments + [folder.path("media/b/" + name)])
    }

    /// Some of the sample clip's frames.
    func putClip(_ name: String = "clip.mp4", from start: Double = 3, frames: Int = 20) throws {
        try put(
            name, "-ss", "\(start)", "-i", Project.sample.path, "-frames:v", "\(frames)", "-an", "-c:v", "libx264",
            "-preset", "ultrafast")
    }

    func start(_ name: String, _ kind: JobKind = .personTracking) throws -> String {
        guard let service else { throw Failure(text: "not open") }
        return try service.start(JobRequest(kind: kind, video: S3Object(bucket: "b", name: name)))
    }

    /// Waits until a job is done.
    func end(of id: String, _ kind: JobKind = .personTracking, seconds: Double = 120) throws -> JobState {
        guard let service else { throw Failure(text: "not open") }
        return try wait(seconds) {
            let state = try service.job(id, kind)
            return state.status == .inProgress ? nil : state
        }
    }

    /// Waits until nobody knows a job any more.
    func waitUntilUnknown(_ id: String) throws {
        guard let service else { throw Failure(text: "not open") }
        try wait { () -> Void? in
            do throws(APIError) {
                _ = try service.job(id, .personTracking)
                return nil
            } catch {
                return error.code == .resourceNotFound ? () : nil
            }
        }
    }

    /// The processes that decode.
    func processes() throws -> [Int32] {
        try run("pgrep", ["-P", "\(getpid())", "-f", "footpath camera b/"]).output.split(separator: "\n").compactMap {
            Int32($0)
        }
    }

    /// The first process that decodes.
    func process() throws -> Int32 { try wait { try processes().first } }

    /// Waits for something.
    func wait<Value>(_ seconds: Double = 120, for value: () throws -> Value?) throws -> Value {
        let end = Date(timeIntervalSinceNow: seconds)
        while Date() < end {
            if let value = try value() { return value }
            usleep(10_000)
        }
        throw Failure(text: "nothing in \(seconds) s; the log: \(log.lines.withLock { $0 })")
    }

    /// What was logged.
    final class Log: Sendable {
        let lines = Mutex<[String]>([])
    }

    struct Failure: Error, CustomStringConvertible {
        let text: String
        var description: String { text }
    }
}

/// A store whose objects a test changes.
private struct ChangedStore: ObjectStore {
    let files: DirectoryStore
    let change: @Sendable (inout StoredObject) -> Void

    func open(_ object: S3Object) throws(APIError) -> StoredObject {
        var found = try files.open(object)
        change(&found)
        return found
    }
}
