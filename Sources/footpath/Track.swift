import ArgumentParser
import Decoding
import Linking
import Recording
import Settings

/// `footpath track`: detections to tracks, without a video.
struct TrackDetections: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "track",
        abstract: "Link detections that you have into tracks.",
        discussion: """
            DET is MOTChallenge text, frame,id,left,top,width,height,score with frames from 1 and pixels, or JSON Lines \
            as footpath analyze writes them: frame from 0, box in ratios of the frame, confidence from 0 to 100, pts_ms \
            where known; - for standard input. Lines may be in any order. Results are MOTChallenge text, in order of frame, then id.

            Boxes are steadied over time and short gaps filled; --smooth 0 --bridge 0 writes detected boxes as they are.

            In a sequence folder of MOTChallenge (SEQ/det/det.txt), frame rate and image size come from seqinfo.ini.

            Scores from 0 to 1 are taken as they are. Where some are negative, or above 1 and none above 10, they are \
            taken for margins (of DPM, an SVM) and x becomes 1 / (1 + exp(-2.5 x)); up to 100, for percent. If all are -1, \
            there are none, and every box is believed. Other scores are refused.

              footpath track MOT17-02-DPM/det/det.txt --output MOT17-02-DPM.txt
              footpath track det.txt --fps 12.5 --image-size 1280x720

            \(ExitStatus.help)
            """)

    @Argument(help: ArgumentHelp("Detections.", valueName: "det"), completion: .file())
    var detections: String

    @Option(
        name: [.short, .long], help: ArgumentHelp("Where results go. Default: standard output.", valueName: "file"),
        completion: .file())
    var output: String?

    @Flag(name: [.short, .long], help: "Overwrite existing output.")
    var force = false

    @OptionGroup(title: "Tracking")
    var arguments: SettingArguments<LinkingSettings>

    @Flag(help: "Say how fast the tracker alone was, without reading and writing.")
    var timing = false

    func run() throws {
        Signals.endProgram()
        let console = Console(isQuiet: false)
        let options = try LinkingOptions(arguments.texts)
        let input = try DetectionSequence(path: detections, settings: options)
        input.files.forEach(OpenedFiles.note(path:))
        input.notes.forEach(console.note)
        let tracks = LinkedTracks(input, options: options)
        let nobodys = input.detectionCount - tracks.followed
        if nobodys > 0 { console.note("\(nobodys) of \(input.detectionCount) boxes belong to no track") }
        if timing {
            let speed = Int((Double(input.frameCount) / max(tracks.seconds, 1e-9)).rounded())
            console.note("\(input.frameCount) frames in \(tracks.seconds) s: \(speed) frames/s")
        }
        try write(tracks.text)
    }

    private func write(_ text: String) throws(RecordingError) {
        guard let output, output != "-" else { return try DirectSink().write(text) }
        let file = try NewFile(output, naming: .late, mayReplace: force, reads: .ofProcess)
        do throws(RecordingError) {
            let sink = DirectSink(file)
            try sink.write(text)
            try sink.finish()
        } catch {
            file.discard()
            throw error
        }
    }
}
