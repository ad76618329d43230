import ArgumentParser
import Operating
import Recording
import Settings

/// `footpath reload`: makes a running daemon read its configuration anew.
struct Reload: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make the running daemon read its configuration anew.",
        discussion: """
            Checks the file first, finds the daemon by its http: address, and tells what changed. Cameras whose settings \
            are as before go on undisturbed. Without http: use systemctl reload footpath, or kill -HUP.

            \(ExitStatus.help)
            """)

    @Option(name: [.short, .long], help: ArgumentHelp("The configuration.", valueName: "file"), completion: .file())
    var config = "/etc/footpath/footpath.yaml"

    func run() throws {
        Signals.endProgram()
        guard let listener = try DaemonConfig(path: config, shards: nil, needsSecrets: false).http else {
            throw SettingsError(problems: ["\(config): has no http:, so the daemon can't be asked; kill -HUP it"])
        }
        try DirectSink().write(line: "reloaded: \(DaemonControl.reload(listener))")
    }
}
