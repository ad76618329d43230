import Decoding
import Foundation
import Glibc
import PathModel

/// Writes messages of a camera process to its pipe, and pictures to the memory it shares. For one thread at a time.
struct MessageWriter: Sendable {
    private let descriptor: Int32
    private let memory: PictureMemory
    private let encoder = JSONEncoder()

    init(descriptor: Int32, memory: PictureMemory) {
        self.descriptor = descriptor
        self.memory = memory
    }

    /// Writes one message; waits while the pipe is full.
    ///
    /// - Returns: false where nobody reads any more.
    func write(_ message: CaptureMessage) -> Bool {
        guard let head = try? encoder.encode(message) else { return false }
        var length = UInt32(head.count)
        return (withUnsafeBytes(of: &length) { Data($0) } + head).withUnsafeBytes { put($0) }
    }

    /// Leaves a picture in a slot and tells of it.
    ///
    /// - Returns: false where nobody reads any more; nil where the picture is too large or has no form that can be shared.
    func write(_ head: PictureHead, _ picture: Picture, toSlot slot: Int) -> Bool? {
        guard let count = picture.byteCount, let target = memory.bytes(count, ofSlot: slot),
            picture.copyPlanes(to: target)
        else { return nil }
        return write(.frame(head))
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

    /// Larger messages are none of ours: a process that lost its way must not fill the memory.
    private static let largestMessage = 1 << 16
    /// Seconds for which a process that says that it reads on is believed.
    private static let longestReading = 6.0 * 3600
    private let descriptor: Int32
    private let memory: PictureMemory
    private let interrupt: InterruptFlag
    private let decoder = JSONDecoder()

    init(descriptor: Int32, memory: PictureMemory, interrupt: InterruptFlag) {
        self.descriptor = descriptor
        self.memory = memory
        self.interrupt = interrupt
    }

    /// The next message, whole within `seconds` of the last sign of life, and with a frame its picture.
    ///
    /// - Parameter slot: of the memory, where the next picture was asked for; given back where none comes.
    func read(within seconds: Double, slot: Int? = nil) throws(Failure) -> (CaptureMessage, Picture?) {
        var leased = slot
        defer { leased.map(memory.giveBack) }
        let latest = ContinuousClock.now + .seconds(max(seconds, Self.longestReading))
        var message: CaptureMessage
        repeat {
            message = try readMessage(until: min(latest, .now + .seconds(seconds)))
        } while message.isSignOfLife
        guard case .frame(let frame) = message else { return (message, nil) }
        guard let slot else { throw .closed }
        leased = nil
        guard let picture = Picture.make(frame.layout, inSlot: slot, of: memory) else { throw .closed }
        return (message, picture)
    }

    private func readMessage(until end: ContinuousClock.Instant) throws(Failure) -> CaptureMessage {
        var length: UInt32 = 0
        if let failure = withUnsafeMutableBytes(of: &length, { fill($0, until: end) }) { throw failure }
        guard length <= Self.largestMessage else { throw .closed }
        var head = [UInt8](repeating: 0, count: Int(length))
        if let failure = head.withUnsafeMutableBytes({ fill($0, until: end) }) { throw failure }
        guard let message = try? decoder.decode(CaptureMessage.self, from: Data(head)), message.isPlausible else {
            throw .closed
        }
        return message
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

extension CaptureMessage {
    fileprivate var isSignOfLife: Bool { if case .reading = self { true } else { false } }
}
