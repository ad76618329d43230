import ArgumentParser
import Batch
import Decoding
import Dispatch
import Foundation
import Glibc
import Recording

/// Ends the program in good order on SIGINT and SIGTERM; the second signal ends it at once, and so does a call that nothing
/// interrupts: FFmpeg, open(2) and networks have some.
enum Signals {
    /// - Parameter interrupt: raised by the first signal.
    static func raise(_ interrupt: InterruptFlag) {
        handle(within: 3, ending: { interrupt.raise() })
    }

    /// Does what a verb does, which a signal interrupts. What fails is said, and ends the program with its status.
    static func run(isQuiet: Bool = false, _ verb: (inout Console, InterruptFlag) throws -> Void) throws {
        var console = Console(isQuiet: isQuiet)
        let interrupt = InterruptFlag()
        raise(interrupt)
        do {
            try verb(&console, interrupt)
        } catch let code as ExitCode {
            throw code
        } catch {
            console.clear()
            if !interrupt.isRaised { console.error(error) }
            throw ExitCode((interrupt.isRaised ? .interrupted : ExitStatus(of: error)).rawValue)
        }
    }

    /// For verbs that have nothing to put in order: the first signal ends the program.
    static func endProgram() {
        handle(within: 0, ending: {})
    }

    /// - Parameters:
    ///   - seconds: in which the program may end in good order; then it ends with 130.
    ///   - end: called at the first signal.
    ///   - hangUp: called at each SIGHUP; without it, SIGHUP does what it does by default.
    static func handle(
        within seconds: Double, ending end: @escaping @Sendable () -> Void,
        hangingUp hangUp: (@Sendable () -> Void)? = nil
    ) {
        // A file that may not grow any more (LimitFSIZE=) is an error of the write.
        signal(SIGXFSZ, SIG_IGN)
        let queue = DispatchQueue(label: "footpath.signals")
        let isEnding = InterruptFlag()
        let stop: @Sendable () -> Void = {
            if isEnding.isRaised { Self.endAtOnce() }
            isEnding.raise()
            queue.asyncAfter(deadline: .now() + seconds) { Self.endAtOnce() }
            end()
        }
        var handlers = [(SIGINT, stop), (SIGTERM, stop)]
        if let hangUp { handlers.append((SIGHUP, hangUp)) }
        block(handlers.map(\.0))
        for (number, handler) in handlers {
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            // Its own handler keeps it, for as long as the program runs.
            source.setEventHandler {
                // Signals that come together are one event, and the second one ends the program.
                for _ in 0..<(number == SIGHUP ? 1 : max(1, source.data)) { handler() }
            }
            source.resume()
        }
    }

    /// Makes signals wait until their source, which Dispatch registers later and on another thread, takes them; ignored
    /// ones would be lost. Threads that begin from now on inherit it, and only the main thread is there before.
    private static func block(_ numbers: [Int32]) {
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in numbers { sigaddset(&signals, number) }
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    private static func endAtOnce() -> Never {
        for file in NewFile.abandonAll() {
            Console(isQuiet: false).errorAtOnce("\(file.name): stays as it was; the new lines are in \(file.path)")
        }
        if PieceRun.abandonAll() { Console(isQuiet: false).errorAtOnce(BatchRun.interruption) }
        _exit(ExitStatus.interrupted.rawValue)
    }
}
