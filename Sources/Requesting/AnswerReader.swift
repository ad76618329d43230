/// Takes an answer's bytes as they come (RFC 9112).
struct AnswerReader {
    private static let largestHead = 32 << 10

    private enum Framing {
        case none, length(Int), chunks, toTheEnd
    }

    private enum Phase {
        case head, body(Framing), complete
    }

    private let hasBody: Bool
    private let mostBytes: Int
    private var phase = Phase.head
    /// What isn't understood yet.
    private var rest: [UInt8] = []
    private(set) var answer = WebAnswer(status: 0, headers: [:], body: [])

    init(hasBody: Bool, mostBytes: Int) {
        (self.hasBody, self.mostBytes) = (hasBody, mostBytes)
    }

    var isComplete: Bool { if case .complete = phase { true } else { false } }

    mutating func take(_ bytes: [UInt8]) throws(WebError) {
        rest += bytes
        while case .head = phase, let end = endOfHead() { try takeHead(end) }
        if case .head = phase, rest.count > Self.largestHead {
            throw WebError(description: "the answer's head doesn't end")
        }
        guard case .body(let framing) = phase else { return }
        try takeBody(framing)
        if answer.isCut { phase = .complete }
    }

    /// The connection has ended.
    mutating func end() throws(WebError) {
        guard case .body(.toTheEnd) = phase else { throw WebError(description: "the answer breaks off") }
        phase = .complete
    }

    private mutating func takeHead(_ end: Int) throws(WebError) {
        let lines = String(decoding: rest[..<end], as: UTF8.self).split(whereSeparator: \.isNewline)
        rest.removeFirst(end)
        let words = (lines.first ?? "").split(separator: " ", maxSplits: 2)
        guard words.count > 1, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]), 100..<1000 ~= status else {
            throw WebError(description: "the answer is no HTTP")
        }
        // 100 Continue and its kind announce another one.
        if status < 200 { return }
        answer.status = status
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            answer.headers[parts[0].lowercased()] = String(parts[1].trimmed)
        }
        phase = try .body(framing(status))
    }

    private func framing(_ status: Int) throws(WebError) -> Framing {
        if !hasBody || status == 204 || status == 304 { return .none }
        if answer.headers["transfer-encoding"]?.lowercased().hasSuffix("chunked") == true { return .chunks }
        guard let text = answer.headers["content-length"] else { return .toTheEnd }
        guard let length = Int(text), length >= 0 else {
            throw WebError(description: "its Content-Length is no number")
        }
        return .length(length)
    }

    private mutating func takeBody(_ framing: Framing) throws(WebError) {
        switch framing {
        case .none: phase = .complete
        case .toTheEnd: append(rest.count)
        case .length(let length):
            let count = min(length, rest.count)
            append(count)
            phase = count == length ? .complete : .body(.length(length - count))
        case .chunks: while try takeChunk() {}
        }
    }

    /// - Returns: whether there was a whole one.
    private mutating func takeChunk() throws(WebError) -> Bool {
        guard case .body = phase, !answer.isCut else { return false }
        guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else {
            if rest.count > 1000 { throw WebError(description: "its chunks have no sizes") }
            return false
        }
        let line = String(decoding: rest[..<end], as: UTF8.self).prefix { $0.isHexDigit }
        guard let size = Int(line, radix: 16), size < 1 << 40 else {
            throw WebError(description: "its chunks have no sizes")
        }
        if size == 0 {
            phase = .complete
            return false
        }
        // What is beyond `mostBytes` isn't waited for.
        guard rest.count > end + size + 2 || answer.body.count + rest.count > mostBytes + 1000 else { return false }
        rest.removeFirst(end + 1)
        append(min(size, rest.count))
        rest.removeFirst(min(2, rest.count))
        return true
    }

    private mutating func append(_ count: Int) {
        let wanted = min(count, mostBytes - answer.body.count)
        answer.body += rest[..<wanted]
        answer.isCut = answer.isCut || wanted < count
        rest.removeFirst(count)
    }

    /// Where the head ends: after an empty line.
    private func endOfHead() -> Int? {
        let (feed, carriage) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
        for index in rest.indices.dropLast() where rest[index] == feed {
            if rest[index + 1] == feed { return index + 2 }
            if index + 2 < rest.count, rest[index + 1] == carriage, rest[index + 2] == feed { return index + 3 }
        }
        return nil
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var text = drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
