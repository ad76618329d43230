import ArgumentParser
import Foundation
import Operating
import PathModel
import Recording
import Settings

/// `footpath health`: whether a running daemon or server is well, for who only starts programs: containers' probes, scripts.
struct Health: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ask a running footpath run or footpath serve how it is.",
        discussion: """
            Asks /healthz, or /readyz, of the http: address of its configuration, and ends with 0 where the answer is good, else \
            with 69. No configuration is read: a mistake in a new one is no reason to end who runs with the old one.

              footpath health 127.0.0.1:9464            is it alive?
              footpath health 127.0.0.1:9464 --ready    is all of it up?

            \(ExitStatus.help)
            """)

    @Argument(help: ArgumentHelp("Where it listens: http: of its configuration.", valueName: "host:port"))
    var address = "127.0.0.1:9464"

    @Flag(help: "Ask whether all of it is up, not whether it is alive.")
    var ready = false

    func run() throws {
        Signals.endProgram()
        guard let listener = DaemonConfig.Listener(address) else {
            throw SettingsError(problems: [
                "\(address): give HOST:PORT as http: of the configuration has it, such as 127.0.0.1:9464"
            ])
        }
        let path = ready ? "/readyz" : "/healthz"
        guard let answer = DaemonControl.answer(path, of: listener) else {
            Console(isQuiet: false).error("http://\(address)\(path): not well, or nobody answers there")
            throw ExitCode(ExitStatus.unavailable.rawValue)
        }
        try DirectSink().write(line: String(decoding: answer, as: UTF8.self).filter { !$0.isNewline }.printable)
    }
}
