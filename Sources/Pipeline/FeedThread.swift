import Analyzing
import Capturing
import Decoding
import Dispatch
import Following
import Foundation
import Inference
import PathModel
import Recording
import Waiting

/// What all cameras of a daemon share.
public struct FeedContext: Sendable {
    /// Detection workers.
    public let pool: WorkerPool
    /// Loads networks.
    public let engine: any InferenceEngine
    /// Where the face networks are.
    public let modelFolder: String
    /// Footpath's own path, to start camera processes by.
    public let program: String
    /// Footpath's version.
    public let version: String
    /// UUID of this start of the program.
    public let session: String
    /// The machine's share of the cameras, such as `2/5`; nil where it follows all.
    public let shard: String?
    /// Where what was done of folders is remembered; nil forgets it when the program ends.
    public let stateFolder: String?
    /// The clocks that cameras live by.
    public let clocks: any Clocks
    /// Told what happens with a camera, as it is recorded.
    public let announce: @Sendable (_ camera: String, _ event: PathRecord.Event, _ line: String) -> Void
    /// Makes who takes a camera's frames to leave pictures of them in its booth; called on the camera's thread, as what it makes.
    package let artist: Artist?
    /// Takes messages for people.
    public let log: @Sendable (_ level: LogLevel, _ camera: String, _ text: String) -> Void

    package typealias Artist =
        @Sendable (FeedSettings, PictureBooth, @escaping (LogLevel, String) -> Void) -> (AnalyzedFrame, FeedStatus) ->
        Void

    /// What all cameras share.
    package init(
        pool: WorkerPool, engine: any InferenceEngine, modelFolder: String, program: String, version: String,
        session: String, shard: String? = nil, stateFolder: String?, clocks: any Clocks = SystemClocks(),
        artist: Artist? = nil,
        announce: @escaping @Sendable (_ camera: String, _ event: PathRecord.Event, _ line: String) -> Void = {
            _, _, _ in
        },
        log: @escaping @Sendable (_ level: LogLevel, _ camera: String, _ text: String) -> Void
    ) {
        self.pool = pool
        self.engine = engine
        self.modelFolder = modelFolder
        self.program = program
        self.version = version
        self.session = session
        self.shard = shard
        self.stateFolder = stateFolder
        self.clocks = clocks
        self.announce = announce
        self.artist = artist
        self.log = log
    }
}

/// One feed's life on a thread of its own: a camera's for ever, a file's until it is done.
///
/// Its source may have threads, too: see `SourceOpening` and `FolderLister`. They may hang with what they read, this one can't.
public final class FeedThread: Sendable {
    /// Seconds that what reads the source gets to end, once all is written.
    private static let farewell = 1.0

    /// What was asked for.
    public let settings: FeedSettings
    /// How it is doing.
    public let monitor: FeedMonitor
    /// Where its pictures for people are; nil where nobody may see them.
    public let booth: PictureBooth?

    private let context: FeedContext
    private let output: NumberedSink
    private let mailbox = Mailbox<FeedMessage>()
    private let group = DispatchGroup()

    /// A camera that doesn't run yet.
    public init(_ settings: FeedSettings, context: FeedContext, output: NumberedSink) {
        self.settings = settings
        self.context = context
        self.output = output
        booth = settings.showsPictures ? PictureBooth() : nil
        monitor = FeedMonitor(settings.options.layout)
    }

    /// Lets it live.
    public func start() {
        DispatchQueue(label: "footpath.feed.\(settings.name)").async(group: group) { [self] in
            let driver = driver()
            // Nothing that its hands do throws.
            try? driver.run()
            driver.finish(within: Self.farewell)
            monitor.end()
        }
    }

    /// Has its thread show that it lives; to be called about once a second.
    public func tick() { mailbox.post(.woke) }

    /// Asks it to end all paths and stop.
    public func stop() { mailbox.post(.stop) }

    /// Waits for its end.
    ///
    /// - Returns: whether it ended within `seconds`.
    public func wait(seconds: Double) -> Bool {
        group.wait(timeout: .now() + seconds) == .success
    }

    private func driver() -> FeedDriver {
        let (settings, context, output) = (settings, context, output)
        let tell: @Sendable (LogLevel, String) -> Void = { context.log($0, settings.name, $1) }
        let lister = settings.folder.map { folder in
            FolderLister(folder: folder, memory: context.stateFolder.map { "\($0)/\(settings.name).done" }) {
                tell(.warning, $0)
            }
        }
        let models = try? ModelSet.identify(options: settings.options, modelFolder: context.modelFolder)
        let start = SessionStart(
            version: context.version, models: models ?? [], settings: settings.options.recorded, shard: context.shard)
        let session = FeedSession(settings, start: start, done: lister?.remembered ?? "")
        let clocks = context.clocks
        let look = booth.flatMap { context.artist?(settings, $0, tell) }
        let hands = FeedDriver.Hands(
            clocks: clocks, opening: CaptureProcesses(program: context.program, feed: settings.name),
            workers: { size, report in
                let models = ModelSet(
                    engine: context.engine, modelFolder: context.modelFolder, options: settings.options,
                    frameSize: size)
                return context.pool.jobs(
                    of: WorkerPool.Client(models: models, options: settings.options, report: report))
            },
            write: { records, origin in
                let writer = RecordWriter(
                    output: output, feed: settings.name, session: context.session, origin: origin,
                    detail: settings.options.detail,
                    observed: { clocks.now.utcMilliseconds })
                for record in records {
                    do {
                        if let line = try writer.write(record) { context.announce(settings.name, record.event, line) }
                    } catch RecordingError.finished {
                        // A camera that ends late finds its output closed; the daemon has told that it is late.
                    } catch {
                        tell(.error, "\(error)")
                    }
                }
            },
            tell: tell, show: monitor.show, look: look ?? { _, _ in }, lister: lister)
        return FeedDriver(session, hands, mailbox: mailbox)
    }
}

extension FeedSettings {
    /// The folder that is watched; nil where it is a camera or a file.
    fileprivate var folder: String? {
        if case .directory(let request) = source { request.source } else { nil }
    }
}

extension FeedSettings {
    /// Tries its networks, for a picture of the usual shape.
    ///
    /// - Throws: where one doesn't load or doesn't run.
    public func checkNetworks(engine: any InferenceEngine, modelFolder: String) throws(InferenceError) {
        let frameSize = PixelSize(width: 1920, height: 1080)
        try ModelSet(engine: engine, modelFolder: modelFolder, options: options, frameSize: frameSize).check()
    }
}
