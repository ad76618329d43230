import Analyzing
import ArgumentParser
import Decoding
import Detecting
import Foundation
import PathModel
import Recording
import Settings

/// `footpath probe`: what Footpath sees of an input.
struct Probe: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print what Footpath sees of a video.",
        discussion: "Opens VIDEO as analyze would and decodes its first frame.\n\n\(ExitStatus.help)")

    @Argument(
        help: ArgumentHelp("A file, a URL, an image sequence, or - for standard input.", valueName: "video"),
        completion: .file())
    var video: String

    @OptionGroup
    var arguments: SettingArguments<SourceSettings>

    func run() throws {
        try Signals.run { _, interrupt in
            let name = SourceName.named(by: [video])[0]
            let options = try AnalysisOptions(arguments.texts, cores: 1).sourceOptions
            let seen = try VideoSource(name, options: options, threads: 1, interrupt: interrupt).description
            for (key, value) in Self.lines(seen, name: name) {
                try DirectSink().write(line: key.padding(toLength: 14, withPad: " ", startingAt: 0) + value.printable)
            }
        }
    }

    private static func lines(_ seen: StreamDescription, name: SourceName) -> [(String, String)] {
        var lines = [
            ("source", name.redacted), ("container", seen.container), ("codec", seen.codec),
            ("pixel format", "\(seen.pixelFormat), range \(seen.colorRange)"),
            ("coded size", seen.codedSize.description),
            (
                "shown size",
                seen.frameSize.description + (seen.rotation == 0 ? "" : ", turned \(seen.rotation) degrees")
            ),
            ("frame rate", seen.frameRate.map { "\(rounded($0)) frames/s" } ?? "not stated"),
            ("duration", seen.duration.map { "\(rounded(Double($0) / 1_000_000)) s" } ?? "not stated"),
            (
                "first frame",
                "at \(rounded(Double(seen.start.microseconds) / 1_000_000)) s"
                    + (seen.isTimeEstimated ? ", estimated: frames have no PTS" : "")
            ),
        ]
        if let created = seen.creationTime { lines.append(("created", created)) }
        let inputs = Quality.allCases.map {
            "\(Letterbox.inputSize(for: seen.frameSize, budget: $0.inputSize)) (\($0.rawValue))"
        }
        lines.append(("network input", inputs.joined(separator: ", ")))
        return lines
    }

    private static func rounded(_ value: Double) -> Double {
        (value * 1000).rounded() / 1000
    }
}
