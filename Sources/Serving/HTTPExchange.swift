/// One request and its answer, as bytes that come and go; the socket is somebody else's.
struct HTTPExchange {
    /// Bytes of a request's line and headers together.
    static let largestHead = 8192
    /// Seconds from the connection to the end of the head, for the answer to be taken, and for the client to hang up.
    static let (headTime, answerTime, farewellTime) = (5.0, 10.0, 1.0)

    enum Phase {
        /// Bytes of the head so far.
        case head([UInt8])
        /// What is left of the answer.
        case answer(ArraySlice<UInt8>)
        /// The answer is sent, and what the client still sends is thrown away: closing at once would make the system
        /// throw away the answer, too (RFC 9112 section 9.6).
        case farewell
        case over
    }

    private(set) var phase = Phase.head([])
    private(set) var deadline: ContinuousClock.Instant

    init(at now: ContinuousClock.Instant) {
        deadline = now + .seconds(Self.headTime)
    }

    /// Takes what came; nothing is the client's end.
    mutating func receive(
        _ bytes: ArraySlice<UInt8>, at now: ContinuousClock.Instant, hosts: Set<String>,
        answer: (HTTPRequest) -> HTTPResponse
    ) {
        guard case .head(var head) = phase else {
            if bytes.isEmpty, case .farewell = phase { phase = .over }
            return
        }
        if bytes.isEmpty {
            phase = .over
            return
        }
        // What came before can hold all but the last byte of the empty line.
        let unseen = max(0, head.count - 3)
        head += bytes.prefix(Self.largestHead - head.count)
        guard let end = Self.end(of: head, from: unseen) else {
            phase = .head(head)
            if head.count == Self.largestHead {
                send(.init(.headTooLarge, text: "the head is larger than \(Self.largestHead) bytes"), at: now)
            }
            return
        }
        do throws(HTTPResponse.Refusal) {
            let request = try HTTPRequest(head: Array(head[..<end]), hosts: hosts)
            send(answer(request), isHead: request.isHead, at: now)
        } catch {
            send(error.response, at: now)
        }
    }

    /// So many bytes of the answer were taken by the system.
    mutating func sent(_ count: Int, at now: ContinuousClock.Instant) {
        guard case .answer(let bytes) = phase else { return }
        phase = .answer(bytes.dropFirst(count))
        guard bytes.count <= count else { return }
        phase = .farewell
        deadline = now + .seconds(Self.farewellTime)
    }

    /// To be called at the deadline.
    mutating func expire(at now: ContinuousClock.Instant) {
        guard now >= deadline else { return }
        if case .head = phase {
            send(.init(.requestTimeout, text: "no request within \(Int(Self.headTime)) s"), at: now)
        } else {
            phase = .over
        }
    }

    /// The connection broke.
    mutating func abort() { phase = .over }

    private mutating func send(_ response: HTTPResponse, isHead: Bool = false, at now: ContinuousClock.Instant) {
        phase = .answer(response.bytes(isHead: isHead)[...])
        deadline = now + .seconds(Self.answerTime)
    }

    /// Where the head ends: after an empty line, whose end may lack its carriage return (RFC 9112 section 2.2).
    private static func end(of head: [UInt8], from start: Int) -> Int? {
        let (feed, carriage) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
        for index in start..<max(start, head.count - 1) where head[index] == feed {
            if head[index + 1] == feed { return index + 2 }
            if index + 2 < head.count, head[index + 1] == carriage, head[index + 2] == feed { return index + 3 }
        }
        return nil
    }
}
