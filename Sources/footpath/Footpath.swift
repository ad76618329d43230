import ArgumentParser
import Glibc
import PathModel
import Recording
import Settings

@main
struct Footpath: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "footpath",
        abstract: "Writes down where people were in a video, when, and where their faces were.",
        discussion: """
            Footpath follows anonymous tracks: it does not recognise who someone is, and no picture leaves the machine.

              footpath analyze lobby.mp4                     lobby.mp4.paths.jsonl, a JSON line per observation
              footpath analyze lobby.mp4 --annotate out.mp4  and a video to check them by
              footpath draw lobby.mp4 -o draw.html           a page to draw zones, lines and masks on
              footpath render lobby.mp4 lobby.mp4.paths.jsonl out.mp4   draw records, or blur people
              footpath batch plan FOLDER -o plan.json        many videos on many machines; batch run, status
              footpath probe lobby.mp4                       what Footpath sees of the file
              footpath run --config footpath.yaml            follow cameras, for months
              footpath serve --config footpath-serve.yaml    answer clients of Rekognition's People Pathing
              footpath report lobby.mp4.paths.jsonl -o r.html  a page of charts and maps; summary: the same in numbers
              footpath convert lobby.mp4.paths.jsonl --to rekognition   GetPersonTracking's response; mot, csv
              footpath track det.txt                         tracks of detections that you have
              footpath models list                           stronger networks, and what they cost

            \(ExitStatus.help)
            """,
        version: Footpath.programVersion,
        subcommands: [
            Analyze.self, Draw.self, Render.self, Probe.self, Run.self, Serve.self, Check.self, Reload.self,
            Health.self,
            Faces.self,
            TrackDetections.self, Models.self, ReportVerb.self, SummaryVerb.self, Convert.self, JobsVerb.self,
            CameraVerb.self, BatchVerb.self,
        ])

    static let programVersion = "0.1.0"

    static func main() {
        StandardDescriptors.occupy()
        // A reader that goes away is an error of the write, not the end of the program.
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try parsed()
            try command.run()
        } catch {
            if exitCode(for: error) == .failure { fail(error) }
            end(error)
        }
    }

    /// ArgumentParser takes a file's name such as `-dash.mp4` for a request for help, since there is an h in it.
    private static func parsed() throws -> any ParsableCommand {
        let command = try parseAsRoot()
        if isOwn(type(of: command), among: [Footpath.self]) { return command }
        let arguments = CommandLine.arguments.dropFirst().prefix { $0 != "--" }
        if !Set(arguments).isDisjoint(with: ["help", "-h", "-help", "--help", "--help-hidden"]) { return command }
        guard let unknown = arguments.first(where: { $0.hasPrefix("-") && !$0.hasPrefix("--") && $0.count > 2 }) else {
            return command
        }
        throw SettingsError(problems: ["\(unknown): no such option; a file is named ./\(unknown)"])
    }

    /// Whether a command is one of these or below them, and not one that ArgumentParser adds, as it does for help.
    private static func isOwn(_ command: any ParsableCommand.Type, among commands: [any ParsableCommand.Type]) -> Bool {
        commands.contains { $0 == command || isOwn(command, among: $0.configuration.subcommands) }
    }

    /// Ends with an error of Footpath's own.
    private static func fail(_ error: any Error) -> Never {
        let status = ExitStatus(of: error)
        if status != .interrupted { Console(isQuiet: false).error(error) }
        Glibc.exit(status.rawValue)
    }

    /// Ends with an error, or with what was asked for instead of running: help, the version, a completion script.
    private static func end(_ error: any Error) -> Never {
        let text = fullMessage(for: error).split(separator: "\n", omittingEmptySubsequences: false)
            .map { String($0).printable }.joined(separator: "\n")
        let code = exitCode(for: error)
        guard code == .success, !text.isEmpty else {
            if !text.isEmpty { try? DirectSink.messages.write(line: text) }
            Glibc.exit(code.rawValue)
        }
        do {
            try DirectSink().write(line: text)
            Glibc.exit(code.rawValue)
        } catch {
            fail(error)
        }
    }
}
