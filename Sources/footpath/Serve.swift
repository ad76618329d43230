import ArgumentParser
import Following
import Foundation
import Glibc
import Inference
import Operating
import Settings
import Waiting

/// `footpath serve`: Rekognition's API.
struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Answer clients of Rekognition's People Pathing.",
        discussion: """
            Reads a YAML file (systemd/footpath-serve.yaml is a documented sample) and answers Rekognition's clients until \
            SIGTERM or Ctrl-C; jobs that run then begin again at the next start. Clients find it by an address in their \
            environment:

              footpath check footpath-serve.yaml
              footpath serve --config footpath-serve.yaml
              AWS_ENDPOINT_URL_REKOGNITION=http://127.0.0.1:8080 python their_program.py

            \(ExitStatus.help)
            """)

    @Option(name: [.short, .long], help: ArgumentHelp("The configuration.", valueName: "file"), completion: .file())
    var config = "/etc/footpath/footpath-serve.yaml"

    func run() throws {
        let commands = Mailbox<Daemon.Command>()
        // Everything together is promised within 5 s (RekognitionService).
        Signals.handle(within: 4.8, ending: { commands.post(.stop) }, hangingUp: { commands.post(.reload) })
        Self.allowFiles()
        let log = Log()
        let service = try Run.made(by: config, log) { try RekognitionService($0, commands: commands, log: log) }
        let status: ExitStatus = if case .complete = service.run() { .success } else { .unfinished }
        // Everything is written. exit() would run OpenVINO's destructors, and a worker may still be at work with it.
        _exit(status.rawValue)
    }

    /// A connection is a file, and shells allow 1024.
    private static func allowFiles() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = min(limit.rlim_max, 16384)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
