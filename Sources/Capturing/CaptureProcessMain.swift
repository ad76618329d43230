import Decoding
import Dispatch
import Foundation
import Glibc
import PathModel
import Synchronization
import Waiting

/// The inside of a camera process: reads one source, tells of it by a pipe, and leaves its pictures in shared memory.
///
/// A codec that crashes, leaks or hangs takes this process with it and nothing else. Threads: one decodes, one writes;
/// between them waits one picture, the newest.
public final class CaptureProcessMain: Sendable {
    private let request: SourceRequest
    private let interrupt: InterruptFlag
    private let writer: Mutex<MessageWriter>
    private let slot = Slot<Shot>()
    /// Which slots of the memory the next pictures go to.
    private let asked = Mailbox<Int>()
    /// Why a picture could not be given.
    private let unsharable = Mutex<DecodingError?>(nil)

    /// A picture on its way out.
    private struct Shot {
        var head: PictureHead
        let picture: Picture

        /// With what is to be told of one that gave way to it.
        func replacing(_ old: Shot) -> Shot {
            var new = self
            new.head.facts.dropped = old.head.facts.dropped + 1
            new.head.followsDamage = head.followsDamage || old.head.followsDamage
            new.head.facts.isClockStep = head.facts.isClockStep || old.head.facts.isClockStep
            return new
        }
    }

    /// - Parameters:
    ///   - output: the pipe's descriptor.
    ///   - interrupt: raised from elsewhere to end.
    public init(_ request: SourceRequest, output: Int32, interrupt: InterruptFlag) {
        self.request = request
        self.interrupt = interrupt
        let memory = PictureMemory(
            sharedBy: PictureMemory.inherited, largestPicture: request.options.largestPicture)
        writer = Mutex(MessageWriter(descriptor: output, memory: memory))
    }

    /// To be told, from any thread, which slot of the memory the next picture goes to.
    public func ask(forPictureIn number: Int) { asked.post(number) }

    /// Serves the request to its end.
    public func run() {
        do throws(DecodingError) {
            // A live camera's pictures are chosen after decoding: looking ahead to the next keyframe would hold them back.
            let source = try VideoSource(
                request.name, options: request.options, fps: request.options.isLive ? nil : request.fps,
                threads: request.threads, interrupt: interrupt)
            let description = OpenedSource(stream: source.description, decoder: source.device)
            guard tell(.opened(description)) else { return }
            if !request.options.isLive { source.whileReading = signOfLife() }
            let failure = decode(source)
            _ = tell(.ended(failure, source.counts))
        } catch {
            _ = tell(.ended(error, SourceCounts()))
        }
    }

    private func tell(_ message: CaptureMessage) -> Bool { writer.withLock { $0.write(message) } }

    /// Tells, once a second at most, that it reads on.
    private func signOfLife() -> () -> Void {
        var last = ContinuousClock.now
        return { [self] in
            let now = ContinuousClock.now
            guard now - last >= .seconds(1) else { return }
            last = now
            _ = tell(.reading)
        }
    }

    /// Decodes on this thread and writes on another.
    private func decode(_ source: VideoSource) -> DecodingError? {
        interrupt.whenRaised { [slot, asked] in
            slot.close(keepingElement: false)
            asked.close()
        }
        let writing = DispatchGroup()
        DispatchQueue(label: "footpath.camera.write").async(group: writing) { [self] in
            write()
            // What breaks off here breaks off there; at the stream's end it is too late to matter.
            interrupt.raise()
        }
        let ending = request.options.isLive ? followLive(source) : followFile(source)
        slot.close()
        writing.wait()
        return unsharable.withLock { $0 } ?? ending
    }

    /// Writes pictures as they are asked for, until there are no more or nobody reads them.
    private func write() {
        while let number = asked.take(), let shot = slot.take() {
            guard let isRead = writer.withLock({ $0.write(shot.head, shot.picture, toSlot: number) }) else {
                let reason = Self.unsharable(shot.head.layout)
                return unsharable.withLock { $0 = .broken(source: request.name.redacted, reason: reason) }
            }
            if !isRead { return }
        }
    }

    /// Keeps the newest picture.
    private func followLive(_ source: VideoSource) -> DecodingError? {
        var timing = PictureTiming(request)
        return follow(source) { frame in
            guard let head = timing.head(of: frame, at: .now(), counts: source.counts) else { return }
            slot.replace(with: Shot(head: head, picture: frame.picture)) { $1.replacing($0) }
        }
    }

    /// Keeps every picture.
    private func followFile(_ source: VideoSource) -> DecodingError? {
        follow(source) { frame in
            slot.put(Shot(head: PictureHead(of: frame, counts: source.counts), picture: frame.picture))
        }
    }

    /// Decodes until the stream ends or is interrupted.
    private func follow(_ source: VideoSource, _ take: (DecodedFrame) -> Void) -> DecodingError? {
        do throws(DecodingError) {
            while let frame = try source.next() {
                guard Picture.byteCount(of: frame.picture.layout) != nil else {
                    return .unscalable(reason: "its pixel format, \(frame.picture.layout.pixelFormat), has no planes")
                }
                take(frame)
            }
            return nil
        } catch {
            return error
        }
    }

    private static func unsharable(_ layout: PictureLayout) -> String {
        "its pictures (\(layout.width)x\(layout.height), \(layout.pixelFormat)) lie in a device's memory, or there is none for "
            + "them (max_picture)"
    }
}

extension Arrival {
    /// Now.
    static func now() -> Arrival {
        let now = SystemClocks().now
        return Arrival(utc: now.utc, monotonic: Int64(now.monotonic / .microseconds(1)))
    }
}
