import Foundation
import Glibc
import PathModel

/// Writes messages of a camera process to its pipe. For one thread at a time.
final class MessageWriter {
    private let descriptor: Int32
    private let encoder = JSONEncoder()
    private var planes: [UInt8] = []

    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Writes one message; waits while the pipe is full.
    ///
    /// - Returns: false where nobody reads any more.
    func write(_ message: CameraMessage, picture: Picture? = nil) -> Bool {
        guard let head = try? encoder.encode(message) else { return false }
        let body = picture.map { $0.copyPlanes(to: &planes) } ?? 0
        // A picture of a format without planes is left out; there are none that software decoders give.
        guard let body else { return true }
        var lengths = [UInt32(head.count), UInt32(body)]
        let hasHead = lengths.withUnsafeMutableBytes { put(UnsafeRawBufferPointer($0)) } && head.withUnsafeBytes(put)
        return hasHead && (body == 0 || planes.withUnsafeBytes { put(UnsafeRawBufferPointer(rebasing: $0[..<body])) })
    }

    private func put(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}

/// Reads messages of a camera process from its pipe. For one thread at a time.
final class MessageReader {
    /// Why no message came.
    enum Failure: Error {
        /// The process ended or wrote something else.
        case closed
        /// Nothing came in time.
        case timeout
        /// The interrupt flag was raised.
        case interrupted
    }

    /// Larger heads are none of ours: a process that lost its way must not fill the memory.
    private static let largestHead = 1 << 20
    private let descriptor: Int32
    private let interrupt: InterruptFlag
    private let decoder = JSONDecoder()
    private let pool = PicturePool()

    init(descriptor: Int32, interrupt: InterruptFlag) {
        self.descriptor = descriptor
        self.interrupt = interrupt
    }

    /// The next message, whole within `seconds`.
    func read(within seconds: Double) throws(Failure) -> (CameraMessage, Picture?) {
        let end = ContinuousClock.now + .seconds(seconds)
        var lengths = [UInt32](repeating: 0, count: 2)
        if let failure = lengths.withUnsafeMutableBytes({ fill($0, until: end) }) { throw failure }
        let (headLength, bodyLength) = (Int(lengths[0]), Int(lengths[1]))
        guard headLength <= Self.largestHead else { throw .closed }
        var head = [UInt8](repeating: 0, count: headLength)
        if let failure = head.withUnsafeMutableBytes({ fill($0, until: end) }) { throw failure }
        guard let message = try? decoder.decode(CameraMessage.self, from: Data(head)) else { throw .closed }
        guard case .frame(let frame) = message else {
            guard bodyLength == 0 else { throw .closed }
            return (message, nil)
        }
        guard Picture.byteCount(of: frame.layout) == bodyLength else { throw .closed }
        var failure: Failure?
        let picture = Picture.make(frame.layout, from: pool) { bytes in
            failure = fill(bytes, until: end)
            return failure == nil
        }
        if let failure { throw failure }
        guard let picture else { throw .closed }
        return (message, picture)
    }

    /// Fills `bytes`; waits in short steps, so that a raised flag is seen within a tenth of a second.
    private func fill(_ bytes: UnsafeMutableRawBufferPointer, until end: ContinuousClock.Instant) -> Failure? {
        var rest = bytes[...]
        var input = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while !rest.isEmpty {
            if interrupt.isRaised { return .interrupted }
            let ready = poll(&input, 1, 100)
            if ready == 0 && ContinuousClock.now >= end { return .timeout }
            guard ready > 0 else { continue }
            let target = UnsafeMutableRawBufferPointer(rebasing: rest)
            let count = Glibc.read(descriptor, target.baseAddress, target.count)
            if count < 0 && (errno == EINTR || errno == EAGAIN) { continue }
            guard count > 0 else { return .closed }
            rest = rest.dropFirst(count)
        }
        return nil
    }
}
