import Dispatch
import Foundation
import PathModel
import Recording
import Synchronization

// Writes records as the daemon does, from several threads, so that tests can signal, limit and kill it.
//
// usage: record-load OUTPUT THREADS LINES [KEY=VALUE...]
//   LINES          of each thread; 0 goes on until SIGTERM
//   queue=BYTES    sync=never|interval|line    rotate=BYTES keep=COUNT compress=yes
//   pause=MICROSECONDS between a thread's lines
// SIGHUP opens the file anew. At the end the status goes to standard error: written, dropped, and what was reported.

@main
enum RecordLoad {
    static func main() {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        // Before other threads begin, so that none is lost until Dispatch takes them.
        var signals = sigset_t()
        for number in [SIGHUP, SIGTERM] { sigaddset(&signals, number) }
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        do {
            let sink = try open()
            let ending = DispatchSemaphore(value: 0)
            let sources = handleSignals(of: sink, ending: ending)
            let threads = DispatchGroup()
            let output = NumberedSink(sink: sink, nextSequence: sink.nextSequence)
            for index in 0..<(Int(arguments[2]) ?? 1) {
                threads.enter()
                Thread.detachNewThread {
                    write(index, to: output)
                    threads.leave()
                }
            }
            if lines == 0 {
                ending.wait()
                isEnding.withLock { $0 = true }
            }
            threads.wait()
            // The end may come before a slow disk has everything.
            while lines > 0 && sink.status.queuedBytes > 0 { usleep(1000) }
            sink.finish()
            withExtendedLifetime(sources) {}
            let status = sink.status
            say("written=\(status.writtenLines) dropped=\(status.droppedLines)")
        } catch {
            say("\(error)")
            exit(1)
        }
    }

    private static let arguments = CommandLine.arguments
    private static let options = Dictionary(
        uniqueKeysWithValues: arguments.dropFirst(4).map { argument in
            let parts = argument.split(separator: "=", maxSplits: 1)
            return (String(parts[0]), String(parts[1]))
        })
    private static let isEnding = Mutex(false)
    private static let lines = Int(arguments[3]) ?? 0

    private static func number(_ key: String) -> Int? { options[key].flatMap { Int($0) } }

    private static func say(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }

    private static func open() throws(RecordingError) -> QueuedSink {
        let policies: [String: SyncPolicy] = ["never": .never, "interval": .standard, "line": .line]
        let rotation = number("rotate").map {
            Rotation(
                maximumBytes: Int64($0), maximumAge: nil, keep: number("keep") ?? 10_000,
                compresses: options["compress"] == "yes")
        }
        return try QueuedSink(
            OutputTarget(arguments[1]), sync: policies[options["sync"] ?? "interval"] ?? .standard, rotation: rotation,
            queueBytes: number("queue") ?? 4_000_000, report: { say("\($0)") })
    }

    private static func handleSignals(of sink: QueuedSink, ending: DispatchSemaphore) -> [any DispatchSourceSignal] {
        let queue = DispatchQueue(label: "signals")
        return [SIGHUP, SIGTERM].map { number in
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                if number == SIGHUP { sink.requestReopen() } else { ending.signal() }
            }
            source.resume()
            return source
        }
    }

    private static func write(_ index: Int, to output: NumberedSink) {
        let writer = RecordWriter(
            output: output, feed: "camera-\(index)", session: "11111111-2222-3333-4444-555555555555", origin: 0,
            observed: { Int64(Date.now.timeIntervalSince1970 * 1000) })
        let pause = UInt32(number("pause") ?? 0)
        var line = 0
        while lines == 0 ? !isEnding.withLock({ $0 }) : line < lines {
            let time = Timestamp(microseconds: Int64(line) * 40_000)
            let gap = Gap(from: time, to: time, reason: .overload, framesLost: line)
            guard (try? writer.write(PathRecord(time: time, event: .gap(gap)))) != nil else { break }
            line += 1
            if pause > 0 { usleep(pause) }
        }
    }
}
