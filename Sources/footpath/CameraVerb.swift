import ArgumentParser
import Capturing
import Decoding
import Dispatch
import Foundation

/// `footpath camera`: the inside of a camera process, started by `footpath run` and of no use to people.
struct CameraVerb: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "camera", shouldDisplay: false)

    @Argument(help: "The camera's name, for those who look at ps.")
    var feed = ""

    func run() throws {
        guard let line = readLine(), let request = try? JSONDecoder().decode(SourceRequest.self, from: Data(line.utf8))
        else {
            Console(isQuiet: false).error(
                "camera: for footpath run alone, which tells it on standard input what to read")
            throw ExitCode(ExitStatus.usage.rawValue)
        }
        let interrupt = InterruptFlag()
        Signals.raise(interrupt)
        let server = CaptureProcessMain(request, output: STDOUT_FILENO, interrupt: interrupt)
        // The end of standard input is the end of who started it, however that came about.
        DispatchQueue(label: "footpath.camera.parent").async {
            while let line = readLine() { Int(line).map(server.ask) }
            interrupt.raise()
            // FFmpeg has calls that no flag interrupts.
            Thread.sleep(forTimeInterval: 2)
            _exit(ExitStatus.interrupted.rawValue)
        }
        MemoryLimit.set(for: request)
        server.run()
    }
}
