import Analyzing
import Buckets
import Dispatch
import Following
import Foundation
import Notifying
import PathModel
import Rekognition
import Synchronization
import Waiting

/// Jobs, from their start to their end, for many clients at a time.
///
/// Threads: one for each job that may be worked on at once (`JobWorker`), and one that looks what other programs did to the
/// database and what has expired. Everything that must outlive the program is in the database.
public final class JobService: RekognitionJobs {
    /// Seconds between looks at the database.
    private static let lookInterval = 1.0
    /// Seconds between looks at what has expired, at most.
    private static let expiryInterval = 3600.0

    let settings: JobSettings
    let store: JobStore
    let context: JobContext
    let objects: any ObjectStore
    /// Of all that changes what is found in an object.
    let fingerprint: String
    /// Analyses that ended before they were done, since the start of the program.
    let setbacks = Mutex<[Int64: Setbacks]>([:])
    private let lock: StateLock
    let cache = JobCache()
    private let workers: [JobWorker]
    private let group = DispatchGroup()
    private let ending = Mailbox<Void>()
    private let isEnding = Atomic<Bool>(false)

    /// Opens the database, and puts jobs that were being worked on when the program ended back into the queue.
    ///
    /// - Parameters:
    ///   - objects: where videos are.
    ///   - store: nil opens the settings' folder.
    /// - Throws: where the folder can't be used, or another program works on its jobs.
    public init(
        _ settings: JobSettings, objects: any ObjectStore, context: JobContext, store: JobStore? = nil
    ) throws {
        var settings = settings
        (settings.options.detail, settings.options.startTime) = (.points, nil)
        (self.settings, self.objects, self.context) = (settings, objects, context)
        self.store = try store ?? JobStore(folder: settings.folder, mayCreate: true)
        lock = try StateLock(folder: settings.folder)
        fingerprint = try settings.fingerprint(context)
        workers = (0..<max(1, settings.parallelJobs)).map { _ in JobWorker() }
        try self.store.recover()
        _ = try self.store.removeExpired(keep: settings.keep)
    }

    /// Begins to work.
    public func run() {
        for (index, worker) in workers.enumerated() {
            DispatchQueue(label: "footpath.job.\(index + 1)").async(group: group) { [self] in worker.work(for: self) }
        }
        DispatchQueue(label: "footpath.jobs").async(group: group) { [self] in watch() }
    }

    /// Ends the work; what is not done begins again when the program is started the next time.
    ///
    /// - Returns: whether all of it ended within `seconds`.
    @discardableResult
    public func stop(within seconds: Double) -> Bool {
        isEnding.store(true, ordering: .releasing)
        workers.forEach { $0.stop() }
        ending.close()
        return group.wait(timeout: .now() + seconds) == .success
    }

    /// Where messages wait.
    public var outbox: any Outbox { store }

    /// Jobs by state, and messages that wait.
    ///
    /// - Throws: where the database doesn't answer.
    public func counts() throws -> JobCounts { try store.counts() }

    // MARK: - For clients

    /// May take 10 s where the store is far away: not for an event loop.
    public func start(_ request: JobRequest) throws(APIError) -> String {
        if let known = try answered({ try store.job(startedBy: request) }) { return known }
        let object = try objects.open(request.video)
        guard object.size <= settings.limits.bytes else {
            throw APIError(
                .videoTooLarge,
                "The video has \(object.size) bytes; the most that is analysed is \(settings.limits.bytes).")
        }
        let started = try answered {
            try store.start(
                request, key(of: request.video, object), notifies: context.notifies(request), settings: settings)
        }
        if started.isTold { context.messageAdded() }
        wakeWorkers()
        return started.id
    }

    public func job(_ id: String, _ kind: JobKind) throws(APIError) -> JobState {
        let oldest = store.now - Int64(settings.keep * 1000)
        let found = try answered {
            try cache.job(id) { try store.job(id, keep: settings.keep).map(JobCache.Entry.init) }
        }
        guard let found, found.state.kind == kind, found.ended ?? .max > oldest else {
            throw APIError(.resourceNotFound, "No job of this operation has the JobId; or it ended too long ago.")
        }
        var state = found.state
        if state.status == .succeeded, let analysis = found.analysis {
            state.rows = try answered { try cache.results(analysis, in: store.resultFolder(analysis)) }
        }
        return state
    }

    /// What the database or the disk fails at is told to the log, and to the client as what it may try again.
    private func answered<Value>(_ ask: () throws -> Value) throws(APIError) -> Value {
        do {
            return try ask()
        } catch let error as APIError {
            throw error
        } catch {
            context.log(.error, "jobs: \(JobDatabase.reason(error))")
            throw APIError(.internalServerError, "The jobs can't be read or written now. Try again later.")
        }
    }

    // MARK: - Work

    /// What went wrong with an analysis that is begun again.
    struct Setbacks {
        var count = 0
        /// After how many frames its video broke off the last time.
        var lastBreak: Int?
    }

    func key(of video: S3Object, _ object: StoredObject) -> AnalysisKey {
        AnalysisKey(video, identity: object.identity, settings: fingerprint)
    }

    func wakeWorkers() { workers.forEach { $0.wake() } }

    /// Looks what other programs did to the database, and what has expired.
    private func watch() {
        var version = try? store.version()
        var expiry = Date()
        while !isEnding.load(ordering: .acquiring) {
            _ = ending.take(until: .now() + Self.lookInterval)
            if let now = try? store.version(), now != version {
                version = now
                for worker in workers { worker.stopUnlessWanted(by: store) }
                wakeWorkers()
                cache.forgetAll()
                context.messageAdded()
                expiry = Date()
            }
            if Date() >= expiry { expiry = removeExpired() }
        }
    }

    /// - Returns: when to look again.
    private func removeExpired() -> Date {
        let next = try? store.removeExpired(keep: settings.keep)
        cache.forgetAll()
        let due = next.map { Date(timeIntervalSince1970: Double($0) / 1000) } ?? .distantFuture
        let latest = Date(timeIntervalSinceNow: min(settings.keep, Self.expiryInterval))
        return max(min(due, latest), Date(timeIntervalSinceNow: Self.lookInterval))
    }
}

extension JobCache.Entry {
    init(_ job: StoredJob) {
        state = JobState(
            id: job.id, kind: job.kind, status: job.status, message: job.message, metadata: job.metadata,
            video: job.video, jobTag: job.tag)
        (analysis, ended) = (job.analysis, job.ended)
    }
}
