import Recording

/// Collects whole lines and hands them on many at a time, numbered as one output's. For one thread at a time.
public final class LineOutput {
    /// Takes whole lines.
    public typealias Sink = (ArraySlice<UInt8>) throws(RecordingError) -> Void

    private static let size = 1 << 18
    /// The next line's `seq`.
    public internal(set) var sequence = 0
    private let sink: Sink
    private var buffer = [UInt8](repeating: 0, count: size)
    private var used = 0

    /// An output whose first line is number 0.
    public init(sink: @escaping Sink) {
        self.sink = sink
    }

    /// An output to a file.
    public convenience init(_ sink: DirectSink) {
        self.init { lines throws(RecordingError) in try sink.write(lines) }
    }

    /// Hands on what waits.
    public func flush() throws(RecordingError) {
        guard used > 0 else { return }
        let lines = buffer[..<used]
        used = 0
        try sink(lines)
    }

    /// Takes a line of parts, without its newline, and gives it the next number; `make` is told it.
    func write(_ make: (_ sequence: Int, _ line: inout [UInt8]) throws(RecordingError) -> Void) throws(RecordingError) {
        var line: [UInt8] = []
        line.reserveCapacity(1024)
        try make(sequence, &line)
        line.append(UInt8(ascii: "\n"))
        try write(line[...])
        sequence += 1
    }

    /// Takes whole lines as they are.
    func write(_ lines: ArraySlice<UInt8>) throws(RecordingError) {
        if lines.count > buffer.count - used { try flush() }
        guard lines.count <= buffer.count else { return try sink(lines) }
        buffer.replaceSubrange(used..<used + lines.count, with: lines)
        used += lines.count
    }

    /// Hands whole lines on at once, behind those that wait.
    func pass(_ lines: ArraySlice<UInt8>) throws(RecordingError) {
        try flush()
        try sink(lines)
    }

    /// Lets `fill` write whole lines behind those that wait; it is told for how many bytes there is room, 64 KiB at least, and
    /// says how many it wrote.
    func fill(_ fill: (UnsafeMutableBufferPointer<UInt8>) -> Int) throws(RecordingError) {
        if buffer.count - used < 1 << 16 { try flush() }
        used += buffer.withUnsafeMutableBufferPointer { fill(UnsafeMutableBufferPointer(rebasing: $0[used...])) }
    }
}
