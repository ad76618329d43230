import Dispatch
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// The API over HTTP/1.1: one thread for all connections, some more for what takes time. TLS is a reverse proxy's.
public final class APIServer: Sendable {
    /// Why it can't listen.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    /// Files that the rest of the program may have open.
    private static let otherFiles = 256
    /// Heads' bytes: a field, all of them; and their number.
    private static let headLimits: NIOHTTPDecoderLimitConfiguration = {
        var limits = NIOHTTPDecoderLimitConfiguration()
        (limits.maxHeaderFieldSize, limits.maxHeaderListSize, limits.maxHeaderFieldCount) = (16_384, 32_768, 100)
        return limits
    }()

    /// The one that the system chose, where 0 was asked for.
    public let port: Int
    public let counts = RequestCounts()
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let channel: any Channel
    private let table: NIOLoopBound<ConnectionTable>
    private let pools: [Lane: NIOThreadPool]
    private let isStopped = Mutex(false)

    /// Listens.
    ///
    /// - Parameters:
    ///   - host: an address of this machine; `::` and `0.0.0.0` are all of them.
    ///   - port: 0 lets the system choose.
    ///   - log: takes what goes wrong later.
    /// - Throws: where the address can't be had.
    public init(
        host: String, port: Int, answers: Answers, limits: APILimits = APILimits(),
        log: @escaping @Sendable (String) -> Void
    ) throws(Failure) {
        pools = [
            .polls: NIOThreadPool(numberOfThreads: limits.pollThreads),
            .starts: NIOThreadPool(numberOfThreads: limits.startThreads),
            .pictures: NIOThreadPool(numberOfThreads: limits.pictureThreads),
        ]
        let (loop, counts, pools) = (group.next(), counts, pools)
        let most = max(1, min(limits.connections, Self.mostFiles - Self.otherFiles))
        do {
            for pool in pools.values { pool.start() }
            let table = try loop.submit {
                NIOLoopBound(
                    ConnectionTable(limits: limits, answers: answers, counts: counts, most: most, pools: pools),
                    eventLoop: loop)
            }.wait()
            channel = try Self.bootstrap(group, table, log).bind(host: host, port: port).wait()
            self.table = table
        } catch {
            for pool in pools.values { pool.shutdownGracefully { _ in } }
            group.shutdownGracefully { _ in }
            throw Failure(description: "\(host):\(port): can't listen there: \(error)")
        }
        self.port = channel.localAddress?.port ?? port
        let period = TimeAmount.milliseconds(250)
        loop.scheduleRepeatedTask(initialDelay: period, delay: period) { [table] _ in table.value.expire() }
    }

    /// Stops listening, waits for what is at work and its answers, 2 s at most, and ends all connections.
    public func stop() {
        let wasStopped = isStopped.withLock { isStopped in
            defer { isStopped = true }
            return isStopped
        }
        guard !wasStopped else { return }
        channel.close(promise: nil)
        group.next().execute { [table] in table.value.endAll(butAtWork: true) }
        let ended = DispatchGroup()
        for pool in pools.values {
            ended.enter()
            pool.shutdownGracefully { _ in ended.leave() }
        }
        guard ended.wait(timeout: .now() + 2) == .success else {
            // What is still at work comes back to the event loop, which therefore goes on.
            return group.next().execute { [table] in table.value.endAll(butAtWork: false) }
        }
        let isOver = DispatchSemaphore(value: 0)
        group.shutdownGracefully { _ in isOver.signal() }
        _ = isOver.wait(timeout: .now() + 1)
    }

    private static func bootstrap(
        _ group: MultiThreadedEventLoopGroup, _ table: NIOLoopBound<ConnectionTable>,
        _ log: @escaping @Sendable (String) -> Void
    ) -> ServerBootstrap {
        ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(FailingAccept(table: table.value, log: log))
                }
            }
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers([
                        HTTPResponseEncoder(),
                        ByteToMessageHandler(HTTPRequestDecoder(limitConfiguration: Self.headLimits)),
                        HTTPServerPipelineHandler(), Connection(table: table.value),
                    ])
                }
            }
    }

    /// Files that this process may open.
    private static var mostFiles: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        return Int(min(limit.rlim_cur, 1 << 20))
    }
}

/// Takes no connection for a moment when the system has no file or memory for one, and gives it some by ending one.
private final class FailingAccept: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private static let pause = TimeAmount.milliseconds(200)
    private static let ended = 16
    private static let logPause = TimeAmount.seconds(60)
    private let table: ConnectionTable
    private let log: @Sendable (String) -> Void
    private var isPausing = false
    private var nextLog = NIODeadline.now()

    init(table: ConnectionTable, log: @escaping @Sendable (String) -> Void) {
        (self.table, self.log) = (table, log)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isPausing else { return }
        isPausing = true
        if nextLog <= .now() {
            log("HTTP takes no connection, and ends others: \(error)")
            nextLog = .now() + Self.logPause
        }
        var count = 0
        while count < Self.ended, table.endOne() { count += 1 }
        let channel = context.channel
        channel.setOption(.autoRead, value: false).assumeIsolated().whenComplete { _ in
            channel.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) {
                self.isPausing = false
                channel.setOption(.autoRead, value: true).whenComplete { _ in }
            }
        }
    }
}
