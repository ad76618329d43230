import Decoding
import Dispatch
import Foundation

/// Ends the program in good order on SIGINT and SIGTERM; the second signal ends it at once.
final class Signals {
    private let sources: [any DispatchSourceSignal]

    /// - Parameter interrupt: raised by the first signal.
    init(raising interrupt: InterruptFlag) {
        // A reader that goes away is an error of the write, not the end of the program.
        signal(SIGPIPE, SIG_IGN)
        let queue = DispatchQueue(label: "footpath.signals")
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                if interrupt.isRaised { _exit(ExitStatus.interrupted.rawValue) }
                interrupt.raise()
            }
            source.resume()
            return source
        }
    }
}
