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

            \(ExitStatus.help)
            """)

    @Argument(help: "The configuration.", completion: .file())
    var config: String

    @Flag(help: "Also open every camera and wait for its first picture.")
    var probe = false

    func run() throws {
        let interrupt = InterruptFlag()
        if probe { Signals.raise(interrupt) } else { Signals.endProgram() }
        let console = Console(isQuiet: false)
        let cameras: [FeedSettings]
        // Outside the service, systemd's credentials aren't there.
        let hasCredentials = ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"] != nil
        if ServeConfig.isMeant(by: config) { return try checkServer(needsSecrets: probe || hasCredentials) }
        do {
            let found = try DaemonConfig(path: config, needsSecrets: probe || hasCredentials, looksAtFiles: true)
            found.warnings.forEach { console.note("warning: \($0)") }
            cameras = found.cameras
        } catch {
            console.error("\(error)")
            throw ExitCode(ExitStatus(of: error).rawValue)
        }
        try DirectSink().write(line: "\(config): \(cameras.count) cameras, all settings in order")
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

    /// What `footpath serve` would read.
    private func checkServer(needsSecrets: Bool) throws {
        let console = Console(isQuiet: false)
        do {
            let found = try ServeConfig(path: config, needsSecrets: needsSecrets, looksAtFiles: true)
            found.warnings.forEach { console.note("warning: \($0)") }
        } catch {
            console.error("\(error)")
            throw ExitCode(ExitStatus(of: error).rawValue)
        }
        try DirectSink().write(line: "\(config): of footpath serve, all settings in order")
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
                    try DirectSink().write(line: result.text)
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
