import ArgumentParser
import Following
import Foundation
import Inference
import Operating
import Settings
import Waiting

/// `footpath run`: the daemon.
struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Follow cameras, for months.",
        discussion: """
            Reads a YAML file (systemd/footpath.yaml is a documented sample) and follows all its cameras until SIGTERM or \
            Ctrl-C. Cameras that fail are tried again for ever. SIGHUP, or footpath reload, reads the file anew.

              footpath check footpath.yaml --probe    first see whether it is right and the cameras answer
              footpath run --config footpath.yaml
              footpath run --shard 2/5                the second of five machines with one configuration: its share

            \(ExitStatus.help)
            """)

    @Option(name: [.short, .long], help: ArgumentHelp("The configuration.", valueName: "file"), completion: .file())
    var config = "/etc/footpath/footpath.yaml"

    @OptionGroup var sharing: ShardArgument

    func run() throws {
        let commands = Mailbox<Daemon.Command>()
        // Everything together is promised within 5 s (Daemon).
        Signals.handle(within: 4.8, ending: { commands.post(.stop) }, hangingUp: { commands.post(.reload) })
        let log = Log()
        let daemon = try Self.made(by: config, log) { surroundings in
            var surroundings = surroundings
            surroundings.shard = try sharing.chosen
            return try Daemon(surroundings, commands: commands, log: log)
        }
        let status: ExitStatus =
            switch daemon.run() {
            case .complete: .success
            case .unfinished: .unfinished
            case .withoutOutput: .writing
            }
        // Everything is written. exit() would run OpenVINO's destructors, and a worker may still be at work with it.
        _exit(status.rawValue)
    }

    /// Makes what lives until it is told to end; what it can't be made for goes to the log, and the exit code is thrown.
    static func made<Service>(
        by configuration: String, _ log: Log, _ make: (Daemon.Surroundings) throws -> Service
    ) throws -> Service {
        do {
            let runtime = try RuntimeFolder()
            return try make(
                Daemon.Surroundings(
                    configuration: configuration, engine: try runtime.makeEngine(),
                    modelFolder: runtime.models, program: program, version: Footpath.programVersion))
        } catch {
            for problem in "\(error)".split(separator: "\n") { log.write(.error, nil, String(problem)) }
            log.finish()
            throw ExitCode(ExitStatus(of: error).rawValue)
        }
    }

    /// Leads to this program even when an update has put another in its place.
    static let program = "/proc/self/exe"
}
