import Decoding
import Dispatch
import Foundation

/// Ends the program in good order on SIGINT and SIGTERM; the second signal ends it at once, and so does a call that nothing
/// interrupts: FFmpeg, open(2) and networks have some.
final class Signals {
    private let sources: [any DispatchSourceSignal]

    /// - Parameter interrupt: raised by the first signal.
    convenience init(raising interrupt: InterruptFlag) {
        self.init(within: 3, ending: { interrupt.raise() })
    }

    /// - Parameters:
    ///   - seconds: in which the program may end in good order; then it ends with 130.
    ///   - end: called at the first signal.
    ///   - hangUp: called at each SIGHUP; without it, SIGHUP does what it does by default.
    init(
        within seconds: Double, ending end: @escaping @Sendable () -> Void,
        hangingUp hangUp: (@Sendable () -> Void)? = nil
    ) {
        // A file that may not grow any more (LimitFSIZE=) is an error of the write.
        signal(SIGXFSZ, SIG_IGN)
        let queue = DispatchQueue(label: "footpath.signals")
        let isEnding = InterruptFlag()
        let stop: @Sendable () -> Void = {
            if isEnding.isRaised { _exit(ExitStatus.interrupted.rawValue) }
            isEnding.raise()
            queue.asyncAfter(deadline: .now() + seconds) { _exit(ExitStatus.interrupted.rawValue) }
            end()
        }
        var handlers = [(SIGINT, stop), (SIGTERM, stop)]
        if let hangUp { handlers.append((SIGHUP, hangUp)) }
        sources = handlers.map { number, handler in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler(handler: handler)
            source.resume()
            return source
        }
    }
}
