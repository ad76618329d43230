import Foundation
import Glibc
import PathModel

/// A camera process as the program that started it sees it: opened, then pictures, then its end.
///
/// For one thread at a time; the interrupt flag may be raised from elsewhere.
public final class CameraProcess {
    /// How much longer than it was asked to the process may take to report its own failure, in seconds.
    private static let grace = 2.0
    /// A picture at 0.1 frames a second takes this long; a camera that sends nothing at all is told earlier by its process.
    private let patience: Double
    private let openPatience: Double
    private let name: SourceName
    private let child: ChildProcess
    private let reader: MessageReader
    private var hasEnded = false

    /// Starts a process for a request.
    ///
    /// - Parameters:
    ///   - feed: the camera's name, which `ps` shows.
    ///   - program: Footpath's own path, whose verb `camera` runs a `CameraServer`.
    ///   - interrupt: makes `next` return.
    /// - Throws: `DecodingError.unreadable` where it doesn't start.
    public init(
        _ request: CameraRequest, feed: String, program: String, interrupt: InterruptFlag
    ) throws(DecodingError) {
        name = SourceName(request.source)
        openPatience = (request.options.openTimeout ?? 600) + Self.grace
        let interval = request.rate.map { 1 / $0 } ?? 0
        patience = (request.options.readTimeout ?? 600) + interval + Self.grace
        guard let line = try? JSONEncoder().encode(request),
            let child = ChildProcess(program, arguments: ["footpath", "camera", feed])
        else {
            throw .unreadable(
                source: name.redacted, reason: "its process does not start: \(String(cString: strerror(errno)))")
        }
        self.child = child
        reader = MessageReader(descriptor: child.output, interrupt: interrupt)
        child.send(line + [UInt8(ascii: "\n")])
    }

    /// Its process id.
    public var processID: Int32 { child.processID }

    /// What comes next. After `ended` there is nothing more.
    public func next(isOpening: Bool) -> CameraEvent {
        let seconds = isOpening ? openPatience : patience
        do throws(MessageReader.Failure) {
            let (message, picture) = try reader.read(within: seconds)
            switch message {
            case .opened(let description): return .opened(description)
            case .ended(let error): return end(error)
            case .frame(let head):
                guard let picture else { return end(.broken(source: name.redacted, reason: "its picture is missing")) }
                return .frame(CameraFrame(head, picture))
            }
        } catch {
            switch error {
            case .interrupted: return end(.interrupted)
            case .timeout:
                return end(
                    .stalled(
                        source: name.redacted, reason: "its process was silent for \(Int(seconds)) s and was killed"))
            case .closed:
                let how = child.stop(within: 0.5)
                return end(.broken(source: name.redacted, reason: "its process died\(how.map { ": " + $0 } ?? "")"))
            }
        }
    }

    private func end(_ error: DecodingError?) -> CameraEvent {
        close()
        return .ended(error)
    }

    /// Ends the process: asks it first, so that it takes leave of its camera, and kills it half a second later.
    public func close() {
        guard !hasEnded else { return }
        hasEnded = true
        _ = child.stop(within: 0.5)
    }

    deinit {
        close()
    }
}

extension CameraFrame {
    fileprivate init(_ head: PictureHead, _ picture: Picture) {
        let info = FrameInfo(
            index: head.index, time: Timestamp(microseconds: head.time), isTimeEstimated: head.isTimeEstimated)
        self.init(
            frame: DecodedFrame(info: info, picture: picture, followsDamage: head.followsDamage), clock: head.clock,
            clockError: head.clockError, isClockStep: head.isClockStep, clockSkew: head.clockSkew,
            arrival: head.arrival, dropped: head.dropped,
            counts: head.counts)
    }
}
