import Foundation
import NIOCore
import NIOPosix

/// What all connections share. It lives on the server's event loop, as they do.
final class ConnectionTable {
    let limits: APILimits
    let answers: Answers
    let counts: RequestCounts
    private let most: Int
    private let pools: [Lane: NIOThreadPool]

    private var open: [ObjectIdentifier: Connection] = [:]
    /// Those that can give way, the earliest first: who waits for a request, and whose request is coming.
    private var idle = Places(), receiving = Places()
    private var nextNumber = 0

    /// An entry whose number isn't its connection's is of the past.
    private typealias Places = CircularBuffer<(connection: Connection, number: Int)>

    /// Bytes of bodies and answers.
    private(set) var held = 0
    private var atWork: [Lane: Int] = [:]
    /// The header's text, made once a second.
    private var date = (second: 0, text: "")

    /// - Parameters:
    ///   - most: connections that may be open at once.
    ///   - pools: have started.
    init(limits: APILimits, answers: Answers, counts: RequestCounts, most: Int, pools: [Lane: NIOThreadPool]) {
        (self.limits, self.answers, self.counts, self.most, self.pools) = (limits, answers, counts, most, pools)
    }

    /// Lets a connection in, for which another may have to go; false where none can.
    func enter(_ connection: Connection) -> Bool {
        guard open.count < most || endOne() else { return false }
        open[ObjectIdentifier(connection)] = connection
        counts.connections(1)
        return true
    }

    func leave(_ connection: Connection) {
        if open.removeValue(forKey: ObjectIdentifier(connection)) != nil { counts.connections(-1) }
    }

    /// Ends the connection that is missed least; false where all are at work.
    func endOne() -> Bool { endFirst(of: &idle) || endFirst(of: &receiving) }

    private func endFirst(of places: inout Places) -> Bool {
        while let (connection, number) = places.popFirst() {
            guard connection.place == number else { continue }
            leave(connection)
            connection.end()
            return true
        }
        return false
    }

    /// Notes that a connection waits for a request from now on, or that its request comes.
    ///
    /// - Returns: the number of its place.
    func place(_ connection: Connection, isIdle: Bool) -> Int {
        nextNumber += 1
        if isIdle { append(connection, to: &idle) } else { append(connection, to: &receiving) }
        return nextNumber
    }

    private func append(_ connection: Connection, to places: inout Places) {
        if places.count > 2 * open.count + 64 {
            places = Places(places.filter { $0.connection.place == $0.number })
        }
        places.append((connection, nextNumber))
    }

    /// Ends what takes too long.
    func expire() {
        let now = NIODeadline.now()
        for connection in open.values where connection.deadline <= now { connection.expire() }
    }

    /// - Parameter butAtWork: lets those have their answer whose request is whole.
    func endAll(butAtWork: Bool) {
        for connection in open.values where !butAtWork || !connection.isLeaving() { connection.end() }
    }

    // MARK: - Bounds

    /// False where it would be too much.
    func hold(_ bytes: Int) -> Bool {
        guard held + bytes <= limits.held else { return false }
        held += bytes
        return true
    }

    /// What was made already, however much it is.
    func add(_ bytes: Int) { held += bytes }

    func release(_ bytes: Int) { held -= bytes }

    /// Works on one of the lane's threads, then comes back; false where too much waits for it.
    func work<Result: Sendable>(
        in lane: Lane, on loop: any EventLoop, _ work: @escaping @Sendable () -> Result,
        then: @escaping (Result) -> Void
    ) -> Bool {
        guard let pool = pools[lane], atWork[lane, default: 0] < limits.requests else { return false }
        atWork[lane, default: 0] += 1
        let done = NIOLoopBound(
            { (result: Result) in
                self.atWork[lane, default: 0] -= 1
                then(result)
            }, eventLoop: loop)
        pool.submit { state in
            // Else the server stops.
            guard case .active = state else { return }
            let result = work()
            loop.execute { done.value(result) }
        }
        return true
    }

    /// As RFC 9110 section 5.6.7 has it: some SDKs set their clocks by it.
    func httpDate() -> String {
        let now = time(nil)
        if date.second != now { date = (now, Self.text(of: now)) }
        return date.text
    }

    private static func text(of second: time_t) -> String {
        var (second, parts) = (second, tm())
        gmtime_r(&second, &parts)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func two(_ number: Int32) -> String { (number < 10 ? "0" : "") + String(number) }
        let time = "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
        return "\(days[Int(parts.tm_wday)]), \(two(parts.tm_mday)) \(months[Int(parts.tm_mon)]) "
            + "\(parts.tm_year + 1900) \(time) GMT"
    }
}
