import ArgumentParser
import Capturing
import Decoding
import Dispatch
import Following
import Foundation
import PathModel
import Recording
import Settings
import Synchronization
import Waiting

/// `footpath check`: whether a configuration is right.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the configuration of footpath run or footpath serve.",
        discussion: """
            Tells everything that is wrong with it, each with its line; which of the two it is for its keys say. Secrets are read with --probe, or where \
            $CREDENTIALS_DIRECTORY is set. Then tells each camera's zones, lines and masks, and which way over a line is in.

              footpath check footpath.yaml --shards 5      which of five machines gets which cameras
              footpath check footpath.yaml --shard 2/5     which of the cameras are the second one's

            \(ExitStatus.help)
            """)

    @Argument(help: ArgumentHelp("The configuration.", valueName: "config"), completion: .file())
    var path: String

    @Flag(help: "Also open every camera and wait for its first picture.")
    var probe = false

    @OptionGroup var sharing: ShardArgument

    @Option(help: ArgumentHelp("Tell who gets which cameras, of so many machines.", valueName: "count"))
    var shards: Int?

    func validate() throws {
        guard let shards else { return }
        if sharing.text != nil { throw ValidationError("--shard and --shards: give one of them") }
        guard (1...Shard.most).contains(shards) else {
            throw ValidationError("--shards \(shards): give how many machines there are, 1 to \(Shard.most)")
        }
    }

    func run() throws {
        let interrupt = InterruptFlag()
        if probe { Signals.raise(interrupt) } else { Signals.endProgram() }
        // Outside the service, systemd's credentials aren't there.
        let hasCredentials = ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"] != nil
        if ServeConfig.isMeant(by: path) { return try checkServer(needsSecrets: probe || hasCredentials) }
        let shard = shards == nil ? try sharing.chosen : nil
        let config = try DaemonConfig(
            path: path, shards: shards.map(Shard.all) ?? [shard ?? .whole], needsSecrets: probe || hasCredentials,
            looksAtFiles: true)
        tell(config.warnings)
        let cameras = config.cameras
        try DirectSink().write(
            line: "\(path.printable): \(counted(config.names.count, "camera")), all settings in order")
        for line in shares(of: config.names, shard) { try DirectSink().write(line: line) }
        for camera in cameras {
            for line in camera.options.regions { try DirectSink().write(line: "\(camera.name): \(line)") }
        }
        guard probe else { return }
        let results = Results()
        let group = DispatchGroup()
        for camera in cameras {
            DispatchQueue(label: "footpath.probe.\(camera.name)").async(group: group) {
                results.add(CameraProbe(camera: camera, program: Run.program, interrupt: interrupt).result())
            }
        }
        group.wait()
        if interrupt.isRaised { throw ExitCode(ExitStatus.interrupted.rawValue) }
        if let failure = results.printFailure { throw failure }
        if results.haveFailed { throw ExitCode(ExitStatus.input.rawValue) }
    }

    /// Who gets what: of each machine its cameras, or of each camera whether it is this machine's.
    private func shares(of names: [String], _ shard: Shard?) -> [String] {
        if let shards {
            let owned = Dictionary(grouping: names) { Shard.owner(of: $0, among: shards) }
            return Shard.all(shards).map { shard in
                let own = owned[shard.number] ?? []
                return
                    "shard \(shard): \(counted(own.count, "camera"))\(own.isEmpty ? "" : ": " + own.joined(separator: ", "))"
            }
        }
        guard let shard else { return [] }
        let owners = names.map { Shard.owner(of: $0, among: shard.count) }
        return ["shard \(shard): \(owners.count { $0 == shard.number }) of them"]
            + zip(names, owners).map { name, owner in
                owner == shard.number ? "* \(name)" : "  \(name): of \(owner)/\(shard.count)"
            }
    }

    /// What `footpath serve` would read.
    private func checkServer(needsSecrets: Bool) throws {
        if shards != nil || sharing.text != nil {
            throw SettingsError(problems: ["\(path): is of footpath serve, whose jobs no shards divide"])
        }
        tell(try ServeConfig(path: path, needsSecrets: needsSecrets, looksAtFiles: true).warnings)
        try DirectSink().write(line: "\(path.printable): of footpath serve, all settings in order")
    }

    private func tell(_ warnings: [String]) {
        for warning in warnings { Console(isQuiet: false).note("warning: \(warning)") }
    }

    /// Prints results as they come.
    private final class Results: Sendable {
        private struct State {
            var haveFailed = false
            var printFailure: RecordingError?
        }

        // Held while a line is printed, too.
        private let state = Mutex(State())

        var printFailure: RecordingError? { state.withLock(\.printFailure) }
        var haveFailed: Bool { state.withLock(\.haveFailed) }

        func add(_ result: (text: String, isFine: Bool)) {
            state.withLock { state in
                if !result.isFine { state.haveFailed = true }
                do throws(RecordingError) {
                    try DirectSink().write(line: result.text.printable)
                } catch {
                    state.printFailure = error
                }
            }
        }
    }
}

/// One camera, opened as the daemon would.
private struct CameraProbe {
    let camera: FeedSettings
    let program: String
    let interrupt: InterruptFlag

    func result() -> (text: String, isFine: Bool) {
        switch camera.source {
        case .directory(let request):
            var isFolder: ObjCBool = false
            let exists = FileManager.default.fileExists(atPath: request.source, isDirectory: &isFolder)
            let isFine = exists && isFolder.boolValue
            return line(isFine ? "directory \(request.source)" : "\(request.source): is no directory", isFine)
        case .camera(let request), .file(let request): return open(request)
        }
    }

    private func open(_ request: SourceRequest) -> (text: String, isFine: Bool) {
        let events = Mailbox<SourceEvent>()
        let cameras = CaptureProcesses(program: program, feed: camera.name, interrupt: interrupt)
        let connection = cameras.open(request) { events.post($0) }
        defer {
            connection.stop()
            _ = connection.hasEnded(within: 2)
        }
        var seen = ""
        while let event = events.take() {
            switch event {
            case .started: continue
            case .opened(let description):
                let rate = description.stream.frameRate.map { ", \(($0 * 100).rounded() / 100) frames/s" } ?? ""
                seen = "\(description.stream.codec) \(description.stream.frameSize)\(rate)"
                seen += description.decoder.map { ", decoder \($0)" } ?? ""
            case .frame(let frame): return line("\(seen), clock \(frame.facts.clock.rawValue)", true)
            case .ended(let error, _): return line(error?.description ?? "ended without a picture", false)
            }
        }
        return line("ended without a picture", false)
    }

    private func line(_ text: String, _ isFine: Bool) -> (text: String, isFine: Bool) {
        ("\(isFine ? "ok  " : "FAIL") \(camera.name): \(text)", isFine)
    }
}
