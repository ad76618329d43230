import ArgumentParser
import Decoding
import Foundation
import Inference
import Pipeline
import Recording
import Settings

/// `footpath analyze`: video files to path records.
struct Analyze: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Turn video files into person paths as JSON Lines.",
        discussion: """
            VIDEO is anything FFmpeg reads: a file, a URL, an image sequence such as img%04d.png, or - for standard \
            input. Records go to the video's name with .paths.jsonl; an existing file is not overwritten without --force.

            The same file gives the same bytes, whatever the number of workers.

              footpath analyze a.mp4 b.mp4            a.mp4.paths.jsonl and b.mp4.paths.jsonl
              footpath analyze a.mp4 --output - | jq 'select(.event == "path_end")'
              footpath analyze a.mp4 --fps 5 --quality fast
              ffmpeg -i rtsp://... -f matroska - | footpath analyze - --output out.jsonl

            \(ExitStatus.help)
            """)

    @Argument(help: ArgumentHelp("Video files, in the order to analyse them.", valueName: "video"), completion: .file())
    var videos: [String]

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "Where records go: a file for all videos together, or - for standard output.", valueName: "file"),
        completion: .file())
    var output: String?

    @Flag(name: [.short, .long], help: "Overwrite existing output.")
    var force = false

    @OptionGroup(title: "Analysis")
    var arguments: SettingArguments<AllSettings>

    @Option(
        help: ArgumentHelp(
            "Also write a video with boxes, ids, trails and landmarks drawn. For one VIDEO.", valueName: "out.mp4"),
        completion: .file())
    var annotate: String?

    @Flag(name: [.short, .long], help: "Say nothing but errors.")
    var quiet = false

    func run() throws {
        var session = AnalyzeSession(
            console: Console(isQuiet: quiet), output: output.map(OutputTarget.init), force: force,
            annotatePath: annotate)
        let status = session.run(videos, settings: arguments.texts)
        // Everything is written. exit() would run OpenVINO's destructors, and a worker may still be at work with it.
        if status == .interrupted { _exit(status.rawValue) }
        throw ExitCode(status.rawValue)
    }
}
