import CServing
import Glibc

/// What the server's thread does and holds.
struct HTTPLoop {
    /// Whom clients may mean. Any port: a tunnel may begin at another one.
    private static let hosts: Set<String> = ["127.0.0.1", "localhost", "[::1]"]
    private static let pause = Duration.milliseconds(200)

    private struct Client {
        let socket: Int32
        var exchange: HTTPExchange
    }

    private let server: HTTPServer
    /// The longest waiting first.
    private var clients: [Client] = []
    /// Nobody is let in before.
    private var opening = ContinuousClock.now

    init(server: HTTPServer) {
        self.server = server
    }

    mutating func run() {
        footpath_give_way()
        while let listener = server.listener {
            let (isCalled, ready) = wait(listener)
            let now = ContinuousClock.now
            for index in clients.indices {
                if ready[index] { serve(&clients[index], at: now) }
                clients[index].exchange.expire(at: now)
            }
            if isCalled { letIn(listener, at: now) }
            if listener < 0 && now >= opening { listenAnew(at: now) }
            clients.removeAll { client in
                guard case .over = client.exchange.phase else { return false }
                close(client.socket)
                return true
            }
        }
        clients.forEach { close($0.socket) }
        server.closeListener()
    }

    /// Waits for a client, or for time to pass.
    ///
    /// - Returns: whether the listener, and which of the clients, have something.
    private func wait(_ listener: Int32) -> (Bool, [Bool]) {
        let now = ContinuousClock.now
        var requests = [pollfd(fd: now < opening ? -1 : listener, events: Int16(POLLIN), revents: 0)]
        for client in clients {
            var events = Int32(POLLIN)
            if case .answer = client.exchange.phase { events = Int32(POLLOUT) }
            requests.append(pollfd(fd: client.socket, events: Int16(events), revents: 0))
        }
        let isWaiting = now < opening || listener < 0
        let next = (clients.map(\.exchange.deadline) + (isWaiting ? [opening] : [])).min() ?? now + .seconds(60)
        let milliseconds = max(0, min(60_000, ((next - now) / .milliseconds(1)).rounded(.up)))
        _ = poll(&requests, nfds_t(requests.count), Int32(milliseconds))
        return (requests[0].revents != 0, requests.dropFirst().map { $0.revents != 0 })
    }

    /// Lets in who waits.
    private mutating func letIn(_ listener: Int32, at now: ContinuousClock.Instant) {
        for _ in 0..<HTTPServer.mostConnections {
            let socket = footpath_accept(listener)
            guard socket >= 0 else {
                let code = errno
                switch code {
                case EAGAIN, EINTR, ECONNABORTED: break
                case EBADF, EINVAL, ENOTSOCK: if server.listener != nil { listenAnew(at: now) }
                default:
                    // No descriptor or memory is left: those who wait free some.
                    server.report("HTTP takes no connection: \(String(cString: strerror(code)))")
                    if !clients.isEmpty { clients[0].exchange.abort() }
                    opening = now + Self.pause
                }
                return
            }
            if clients.count == HTTPServer.mostConnections { close(clients.remove(at: leastPromising).socket) }
            var client = Client(socket: socket, exchange: HTTPExchange(at: now))
            serve(&client, at: now)
            clients.append(client)
        }
    }

    private mutating func listenAnew(at now: ContinuousClock.Instant) {
        server.listenAnew()
        opening = now + Self.pause
    }

    /// The longest waiting that is given no answer.
    private var leastPromising: Int {
        clients.firstIndex { if case .answer = $0.exchange.phase { false } else { true } } ?? 0
    }

    /// Reads and writes what can be at once.
    private func serve(_ client: inout Client, at now: ContinuousClock.Instant) {
        if case .answer = client.exchange.phase {
        } else {
            var buffer = [UInt8](repeating: 0, count: 16384)
            let count = footpath_receive(client.socket, &buffer, Int64(buffer.count))
            if count < 0 {
                if errno != EAGAIN && errno != EINTR { client.exchange.abort() }
                return
            }
            client.exchange.receive(
                buffer[..<Int(count)], at: now, hosts: Self.hosts, answer: server.answer)
        }
        guard case .answer(let bytes) = client.exchange.phase else { return }
        let count = bytes.withUnsafeBytes { footpath_transmit(client.socket, $0.baseAddress, Int64($0.count)) }
        if count >= 0 {
            client.exchange.sent(Int(count), at: now)
            if case .farewell = client.exchange.phase { shutdown(client.socket, Int32(SHUT_WR)) }
        } else if errno != EAGAIN && errno != EINTR {
            client.exchange.abort()
        }
    }
}
