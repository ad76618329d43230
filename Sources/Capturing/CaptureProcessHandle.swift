import Decoding
import Foundation
import Glibc
import PathModel

/// A camera process as the program that started it sees it: opened, then pictures, then its end.
///
/// For one thread at a time; the interrupt flag may be raised from elsewhere.
final class CaptureProcessHandle {
    /// How much longer than it was asked to the process may take to report its own failure, in seconds.
    private static let grace = 2.0
    /// Seconds that it gets to end when it is asked to.
    private static let farewell = 0.5
    /// A picture at 0.1 frames a second takes this long; a camera that sends nothing at all is told earlier by its process.
    private let patience: Double
    private let openPatience: Double
    private let name: SourceName
    private let child: ChildProcess
    private let memory: PictureMemory
    private let reader: MessageReader
    /// Whether `ended` came: there is nothing more.
    private(set) var hasEnded = false
    private var counts = SourceCounts()

    /// Starts a process for a request.
    ///
    /// - Parameters:
    ///   - feed: the camera's name, which `ps` shows.
    ///   - program: Footpath's own path, whose verb `camera` runs a `CaptureProcessMain`.
    ///   - file: what it reads, where the request is for `HandedFile.path`.
    ///   - inFlight: how many pictures there may be here at a time, beside one on its way.
    ///   - interrupt: makes `next` return.
    /// - Throws: `DecodingError.unreadable` where it doesn't start.
    init(
        _ request: SourceRequest, feed: String, program: String, file: HandedFile?, inFlight: Int,
        interrupt: InterruptFlag
    ) throws(DecodingError) {
        name = request.name
        // The first picture may need a second read.
        openPatience = (request.options.openTimeout ?? 600) + (request.options.readTimeout ?? 600) + Self.grace
        let interval = request.fps.map { 1 / $0 } ?? 0
        patience = (request.options.readTimeout ?? 600) + interval + Self.grace
        guard let line = try? JSONEncoder().encode(request),
            let memory = PictureMemory(largestPicture: request.options.largestPicture, slots: inFlight + 1),
            let child = ChildProcess(
                program, arguments: ["footpath", "camera", feed], shared: memory.descriptor,
                file: file?.descriptor ?? -1)
        else {
            throw .unreadable(
                source: name.redacted, reason: "its process does not start: \(String(cString: strerror(errno)))")
        }
        self.child = child
        self.memory = memory
        reader = MessageReader(descriptor: child.output, memory: memory, interrupt: interrupt)
        child.send(line + [UInt8(ascii: "\n")])
    }

    /// Its process id.
    var processID: Int32 { child.processID }

    /// What comes next. After `ended` there is nothing more.
    func next(isOpening: Bool) -> SourceEvent {
        let seconds = isOpening ? openPatience : patience
        do throws(MessageReader.Failure) {
            let (message, picture) = try reader.read(within: seconds, slot: isOpening ? nil : askForPicture())
            switch message {
            case .opened(let description): return .opened(description)
            // The reader has passed it over.
            case .reading: return next(isOpening: isOpening)
            case .ended(let error, let all):
                counts = all
                return end(error)
            case .frame(let head):
                guard let picture else { return end(.broken(source: name.redacted, reason: "its picture is missing")) }
                counts = head.facts.counts
                let frame = DecodedFrame(info: head.info, picture: picture, followsDamage: head.followsDamage)
                return .frame(SourceFrame(frame, head.facts))
            }
        } catch {
            switch error {
            case .interrupted: return end(.interrupted)
            case .timeout:
                return end(
                    .stalled(
                        source: name.redacted, reason: "its process was silent for \(Int(seconds)) s and was killed"))
            case .closed:
                child.stop(within: Self.farewell)
                let how = child.ending.map { ": \($0)" } ?? ""
                return end(.died(source: name.redacted, reason: "its process died\(how)"))
            }
        }
    }

    /// Says where the next picture goes to; nil where every slot has one that is still in use.
    private func askForPicture() -> Int? {
        guard let slot = memory.takeSlot(within: Self.grace) else { return nil }
        child.send("\(slot)\n".utf8)
        return slot
    }

    private func end(_ error: DecodingError?) -> SourceEvent {
        hasEnded = true
        return .ended(error, counts)
    }

    /// Ends the process: asks it first, so that it takes leave of its camera, and kills it half a second later.
    ///
    /// - Returns: its id where even that doesn't end it: the system holds it in a call.
    func close() -> pid_t? {
        child.stop(within: Self.farewell)
        return child.isRunning ? child.processID : nil
    }
}
