import Dispatch
import Foundation
import Glibc
import PathModel

/// The inside of a camera process: reads one source and writes its pictures to a pipe.
///
/// A codec that crashes, leaks or hangs takes this process with it and nothing else. Threads: one decodes, one writes;
/// between them waits one picture, the newest.
public final class CameraServer {
    private let interrupt: InterruptFlag
    private let writer: MessageWriter

    /// - Parameters:
    ///   - output: the pipe's descriptor.
    ///   - interrupt: raised from elsewhere to end.
    public init(output: Int32, interrupt: InterruptFlag) {
        self.interrupt = interrupt
        writer = MessageWriter(descriptor: output)
    }

    /// Serves one request to its end.
    public func run(_ request: CameraRequest) {
        do throws(DecodingError) {
            var options = request.options
            options.isLive = request.isLive
            let source = try VideoSource(
                request.name, options: options, rate: request.rateOfFile, threads: request.threads,
                interrupt: interrupt)
            let description = CameraDescription(stream: source.description, decoder: source.device)
            guard writer.write(.opened(description)) else { return }
            let slot = PictureSlot(keepsNewest: request.isLive)
            let failure = decode(source, request, into: slot)
            _ = writer.write(.ended(failure, source.counts))
        } catch {
            _ = writer.write(.ended(error, SourceCounts()))
        }
    }

    /// Decodes on this thread and writes on another.
    private func decode(_ source: VideoSource, _ request: CameraRequest, into slot: PictureSlot) -> DecodingError? {
        let writing = DispatchGroup()
        // Until the group is done the writer belongs to that queue alone.
        nonisolated(unsafe) let writer = writer
        let interrupt = interrupt
        DispatchQueue(label: "footpath.camera.write").async(group: writing) {
            while let (head, picture) = slot.take() {
                if !writer.write(.frame(head), picture: picture) {
                    interrupt.raise()
                    slot.close()
                }
            }
        }
        defer {
            slot.close()
            writing.wait()
        }
        var timing = PictureTiming(request)
        do throws(DecodingError) {
            while let frame = try source.next() {
                guard let head = timing.head(of: frame, at: .now(), counts: source.counts) else { continue }
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

/// Holds one picture between two threads.
private final class PictureSlot: @unchecked Sendable {
    // `condition` protects all that follows.
    private let condition = NSCondition()
    private let keepsNewest: Bool
    private var waiting: (head: PictureHead, picture: Picture)?
    private var isClosed = false

    init(keepsNewest: Bool) {
        self.keepsNewest = keepsNewest
    }

    /// Puts a picture; the one that waits gives way to it or, where none may be lost, is waited for.
    func put(_ head: PictureHead, _ picture: Picture) {
        condition.withLock {
            while !keepsNewest && waiting != nil && !isClosed { condition.wait() }
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

    /// Takes the picture; nil once the slot is closed and empty.
    func take() -> (PictureHead, Picture)? {
        condition.withLock {
            while waiting == nil && !isClosed { condition.wait() }
            defer {
                waiting = nil
                condition.broadcast()
            }
            return waiting.map { ($0.head, $0.picture) }
        }
    }

    func close() {
        condition.withLock {
            isClosed = true
            condition.broadcast()
        }
    }
}
