import Aligning
import Decoding
import Detecting
import Dispatch
import Inference
import PathModel
import Synchronization
import Tracking
import Waiting

/// What a worker is asked to do with frame `number` of a run.
package enum Job: Sendable {
    case detect(number: Int, picture: Picture)
    case findFaces(number: Int, people: [PersonInView], picture: Picture)
}

/// What comes back to the sequencer.
package enum Outcome: Sendable {
    /// A frame to analyse came from the source.
    case decoded(DecodedFrame)
    /// The source gave its last frame; the error is why, nil at an ordinary end.
    case ended(DecodingError?)
    /// The people in frame `number`, nil where its picture could not be scaled; and the picture reduced, where the
    /// camera's motion is to be seen in it.
    case detected(number: Int, people: [Detection]?, reduced: GrayPicture? = nil)
    /// The faces in frame `number`, as many as people were asked for.
    case facesFound(number: Int, faces: [Face?])
    /// A network failed.
    case failed(InferenceError)
}

/// Where a sequencer leaves work.
package protocol JobTaking: Sendable {
    /// Behind what waits.
    @discardableResult func post(_ job: Job) -> Bool
    /// Before what waits.
    @discardableResult func postFirst(_ job: Job) -> Bool
}

extension JobTaking {
    /// Searches for faces first: frames that wait for them hold memory until they are done.
    package func take(_ job: Job) {
        if case .findFaces = job { postFirst(job) } else { post(job) }
    }
}

extension Mailbox: JobTaking where Message == Job {}

/// Detection workers: one private serial queue each, with a thread that stays. Several feeds may share them; work is done
/// in the order in which it came, so a feed that has one frame at work gets its turn like any other.
public final class WorkerPool: Sendable {
    /// One feed's work: how it is done, and who is told.
    package struct Client: Sendable {
        package let models: ModelSet
        package let masks: [Mask]
        package let faces: FaceFinder.Options
        /// Whether reduced pictures are wanted.
        package let reduces: Bool
        /// Whether it counts what people wear.
        package let describes: Bool
        /// Called on the workers' threads.
        package let report: @Sendable (Outcome) -> Void

        package init(models: ModelSet, options: AnalysisOptions, report: @escaping @Sendable (Outcome) -> Void) {
            self.models = models
            self.report = report
            masks = options.masks
            faces = options.faces
            reduces = options.cameraMotion == .auto || options.still != .keep
            describes = options.clothes == .auto
        }
    }

    fileprivate struct Order: Sendable {
        let job: Job
        let client: Client
    }

    /// A client's way to leave work.
    private struct Counter: JobTaking {
        let orders: Mailbox<Order>
        let client: Client

        func post(_ job: Job) -> Bool { orders.post(Order(job: job, client: client)) }
        func postFirst(_ job: Job) -> Bool { orders.postFirst(Order(job: job, client: client)) }
    }

    private let orders = Mailbox<Order>()
    private let group = DispatchGroup()
    private let workers: [Worker]

    /// Starts the workers.
    public init(count: Int) {
        workers = (1...max(1, count)).map { _ in Worker() }
        for (index, worker) in workers.enumerated() {
            let (orders, count) = (orders, workers.count)
            DispatchQueue(label: "footpath.detect.\(index + 1)").async(group: group) {
                worker.work(on: orders, of: count)
            }
        }
    }

    /// Where a client leaves its work.
    package func jobs(of client: Client) -> any JobTaking { Counter(orders: orders, client: client) }

    /// How many jobs wait.
    public var backlog: Int { orders.count }

    /// How long the slowest worker has been at its job, in seconds.
    public var longestJob: Double { workers.map(\.busySeconds).max() ?? 0 }

    /// Ends the workers when what waits is done, and waits for it.
    package func finish() {
        orders.close()
        group.wait()
    }

    /// Ends the workers when what they are at is done; what waits is left undone.
    ///
    /// - Returns: whether they ended within `seconds`.
    @discardableResult
    public func cancel(within seconds: Double) -> Bool {
        orders.close()
        orders.clear()
        return group.wait(timeout: .now() + seconds) == .success
    }
}

/// One worker.
private final class Worker: Sendable {
    /// Analyzers are buffers for pictures of one size; networks are the clients' and not loaded again.
    private static let mostAnalyzers = 8
    /// Nanoseconds of the continuous clock since `epoch` at which the job began; 0 while there is none.
    private let busySince = Atomic<Int64>(0)
    private let epoch = ContinuousClock.now

    private var elapsed: Int64 { max(1, Int64((ContinuousClock.now - epoch) / .nanoseconds(1))) }

    var busySeconds: Double {
        let since = busySince.load(ordering: .relaxed)
        return since == 0 ? 0 : Double(elapsed - since) / 1e9
    }

    /// Works until the orders end, as one of `count`.
    func work(on orders: Mailbox<WorkerPool.Order>, of count: Int) {
        // The one that was used last comes last.
        var analyzers: [(key: ModelSet.Key, analyzer: FrameAnalyzer)] = []
        while let order = orders.take() {
            busySince.store(elapsed, ordering: .relaxed)
            do throws(InferenceError) {
                let models = order.client.models
                let analyzer: FrameAnalyzer
                if let index = analyzers.firstIndex(where: { $0.key == models.key }) {
                    analyzer = analyzers.remove(at: index).analyzer
                } else {
                    if analyzers.count == Self.mostAnalyzers { analyzers.removeFirst() }
                    analyzer = try models.makeWorker(of: count)
                }
                analyzers.append((models.key, analyzer))
                order.client.report(try Self.run(order.job, of: order.client, with: analyzer))
            } catch {
                order.client.report(.failed(error))
            }
            busySince.store(0, ordering: .relaxed)
        }
    }

    private static func run(
        _ job: Job, of client: WorkerPool.Client, with analyzer: FrameAnalyzer
    ) throws(InferenceError) -> Outcome {
        switch job {
        case .detect(let number, let picture):
            guard let content = try? analyzer.prepare(picture, masks: client.masks) else {
                return .detected(number: number, people: nil)
            }
            let reduced = client.reduces ? analyzer.reduced(content) : nil
            var people = try analyzer.detect(content)
            if client.describes { analyzer.describe(&people, content) }
            return .detected(number: number, people: people, reduced: reduced)
        case .findFaces(let number, let people, let picture):
            let faces = try analyzer.findFaces(of: people, in: picture, masks: client.masks, options: client.faces)
            return .facesFound(number: number, faces: faces)
        }
    }
}
