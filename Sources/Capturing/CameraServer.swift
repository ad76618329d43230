import Decoding
import Dispatch
import Foundation
import Glibc
import PathModel

/// The inside of a camera process: reads one source, tells of it by a pipe, and leaves its pictures in shared memory.
///
/// A codec that crashes, leaks or hangs takes this process with it and nothing else. Threads: one decodes, one writes;
/// between them waits one picture, the newest.
public final class CameraServer {
    private let request: CameraRequest
    private let interrupt: InterruptFlag
    private let writer: MessageWriter
    private let slot: PictureSlot

    /// - Parameters:
    ///   - output: the pipe's descriptor.
    ///   - interrupt: raised from elsewhere to end.
    public init(_ request: CameraRequest, output: Int32, interrupt: InterruptFlag) {
        self.request = request
        self.interrupt = interrupt
        slot = PictureSlot(keepsNewest: request.isLive)
        writer = MessageWriter(descriptor: output, memory: PictureMemory(sharedBy: PictureMemory.inherited))
    }

    /// To be told, from any thread, which slot of the memory the next picture goes to.
    public var asking: @Sendable (Int) -> Void { { [slot] in slot.ask($0) } }

    /// Serves the request to its end.
    public func run() {
        do throws(DecodingError) {
            var options = request.options
            options.isLive = request.isLive
            let source = try VideoSource(
                request.name, options: options, fps: request.fpsOfFile, threads: request.threads,
                interrupt: interrupt)
            let description = CameraDescription(stream: source.description, decoder: source.device)
            guard writer.write(.opened(description)) else { return }
            let failure = decode(source)
            _ = writer.write(.ended(failure, source.counts))
        } catch {
            _ = writer.write(.ended(error, SourceCounts()))
        }
    }

    /// Decodes on this thread and writes on another.
    private func decode(_ source: VideoSource) -> DecodingError? {
        let writing = DispatchGroup()
        // Until the group is done the writer belongs to that queue alone.
        nonisolated(unsafe) let writer = writer
        // Read when the group is done.
        nonisolated(unsafe) var failure: DecodingError?
        let (slot, interrupt, name) = (slot, interrupt, request.name)
        DispatchQueue(label: "footpath.camera.write").async(group: writing) {
            while let (head, picture, number) = slot.take() {
                guard let isRead = writer.write(head, picture, toSlot: number) else {
                    failure = .broken(source: name.redacted, reason: Self.unsharable(head.layout))
                    break
                }
                if !isRead { break }
            }
            // What breaks off here breaks off there; at the stream's end it is too late to matter.
            slot.abandon()
            interrupt.raise()
        }
        let ending = decode(source, into: slot)
        if case .interrupted = ending { slot.abandon() } else { slot.close() }
        writing.wait()
        return failure ?? ending
    }

    private static func unsharable(_ layout: PictureLayout) -> String {
        let most = PictureMemory.slotSize >> 20
        return
            "its pictures (\(layout.width)x\(layout.height), \(layout.pixelFormat)) take more than \(most) MB each, or lie "
            + "in a device's memory"
    }

    /// Decodes until the stream ends or is interrupted.
    private func decode(_ source: VideoSource, into slot: PictureSlot) -> DecodingError? {
        var timing = PictureTiming(request)
        do throws(DecodingError) {
            while let frame = try source.next() {
                guard let head = timing.head(of: frame, at: .now(), counts: source.counts) else { continue }
                guard Picture.byteCount(of: frame.picture.layout) != nil else {
                    return .unscalable(reason: "its pixel format, \(frame.picture.layout.pixelFormat), has no planes")
                }
                slot.put(head, frame.picture)
            }
            return nil
        } catch {
            return error
        }
    }
}

extension Arrival {
    /// Now.
    static func now() -> Arrival {
        Arrival(utc: microseconds(CLOCK_REALTIME), monotonic: microseconds(CLOCK_MONOTONIC))
    }

    private static func microseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}

/// Holds one picture between two threads, until it is asked for.
private final class PictureSlot: @unchecked Sendable {
    // `condition` protects all that follows.
    private let condition = NSCondition()
    private let keepsNewest: Bool
    private var waiting: (head: PictureHead, picture: Picture)?
    private var asked: Int?
    private var isClosed = false

    init(keepsNewest: Bool) {
        self.keepsNewest = keepsNewest
    }

    /// Puts a picture; the one that waits gives way to it or, where none may be lost, is waited for.
    func put(_ head: PictureHead, _ picture: Picture) {
        condition.withLock {
            while !keepsNewest && waiting != nil && !isClosed { condition.wait() }
            guard !isClosed else { return }
            var head = head
            if let old = waiting?.head {
                head.dropped = old.dropped + 1
                head.followsDamage = head.followsDamage || old.followsDamage
                head.isClockStep = head.isClockStep || old.isClockStep
            }
            waiting = (head, picture)
            condition.broadcast()
        }
    }

    /// Asks for the picture, or for the next one.
    func ask(_ number: Int) {
        condition.withLock {
            asked = number
            condition.broadcast()
        }
    }

    /// Takes the picture once it is asked for, and what it was asked for with; nil once the slot is closed and empty.
    func take() -> (PictureHead, Picture, Int)? {
        condition.withLock {
            while true {
                if let waiting, let asked {
                    (self.waiting, self.asked) = (nil, nil)
                    condition.broadcast()
                    return (waiting.head, waiting.picture, asked)
                }
                if isClosed && waiting == nil { return nil }
                condition.wait()
            }
        }
    }

    /// Takes no further picture; the one that waits can still be taken.
    func close() {
        condition.withLock {
            isClosed = true
            condition.broadcast()
        }
    }

    /// Closes it, and forgets the picture that waits.
    func abandon() {
        condition.withLock {
            isClosed = true
            waiting = nil
            condition.broadcast()
        }
    }
}
