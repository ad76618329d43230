import ArgumentParser
import Decoding
import PathModel
import Recording
import Settings
import Tracking

/// `footpath track`: detections to tracks, without a video.
struct TrackDetections: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "track",
        abstract: "Link detections that you have into tracks.",
        discussion: """
            DET is MOTChallenge text, frame,id,left,top,width,height,score with frames from 1 and pixels, or JSON Lines \
            as footpath analyze writes them: frame from 0, box in ratios of the frame, confidence from 0 to 100, pts_ms \
            where known. Lines may be in any order. Results are MOTChallenge text, in order of frame, then id.

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

    @Option(help: ArgumentHelp("Frames per second. Default: of seqinfo.ini, else 30.", valueName: "number"))
    var fps: Double?

    @Option(
        help: ArgumentHelp(
            "The frame's size in pixels. Default: of seqinfo.ini, else as far as the boxes reach.", valueName: "WxH"))
    var imageSize: String?

    @Option(help: "Scores from here are sure. Raising it breaks tracks of people half hidden, and keeps noise out.")
    var high = TrackSettings().high

    @Option(help: "Scores below are ignored. Raising it loses people half hidden, and keeps tracks from drifting.")
    var low = TrackSettings().low

    @Option(
        help: "The score that someone must reach once to count. Raising it writes fewer false paths, and true ones.")
    var birth = TrackSettings().birth

    @Option(help: "The score from which someone is followed. Raising it loses how paths begin, and keeps noise out.")
    var seed = TrackSettings().seed

    @Option(
        help: ArgumentHelp(
            "How long someone may be out of sight. Raising it keeps more ids, and gives more to the wrong person.",
            valueName: "seconds"))
    var maxLost = TrackSettings().maxLost

    @Option(
        help: ArgumentHelp(
            "Gaps up to this long in a path are filled between the boxes on both sides. Raising it writes more of the "
                + "time in which people are hidden, and more boxes where nobody is seen; 0 fills none.",
            valueName: "seconds"))
    var bridge = TrackSettings().bridge

    @Option(
        help: ArgumentHelp(
            "Steadies boxes by those up to a few times this long before and after. Raising it steadies more, and cuts "
                + "corners; 0 writes boxes as detected.",
            valueName: "seconds"))
    var smooth = TrackSettings().smooth

    @Flag(help: "Write also where people out of sight are expected, in gaps not filled and after they were last seen.")
    var predicted = false

    @Flag(help: "Say how fast the tracker alone was, without reading and writing.")
    var timing = false

    func run() throws {
        let console = Console(isQuiet: false)
        let settings = try settings.checked()
        let input = try TrackInput(path: detections, settings: settings)
        for note in input.notes { console.note(note) }
        var rows = TrackRows(imageSize: input.imageSize)
        let seconds = rows.track(input, options: settings.tracker)
        let total = input.frames.reduce(0) { $0 + $1.detections.count }
        if rows.followed < total { console.note("\(total - rows.followed) of \(total) boxes belong to no track") }
        if timing {
            let speed = Int((Double(input.frames.count) / max(seconds, 1e-9)).rounded())
            console.note("\(input.frames.count) frames in \(seconds) s: \(speed) frames/s")
        }
        try write(
            rows.text(
                TrackRows.Completion(
                    smoother: settings.smoother, longestGap: settings.bridge,
                    includesPredicted: settings.predicted)))
    }

    private var settings: TrackSettings {
        var settings = TrackSettings()
        settings.fps = fps
        settings.imageSize = imageSize
        settings.high = high
        settings.low = low
        settings.birth = birth
        settings.maxLost = maxLost
        settings.seed = seed
        settings.bridge = bridge
        settings.smooth = smooth
        settings.predicted = predicted
        return settings
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

/// The detections of `footpath track` can't be used.
struct TrackError: Error, CustomStringConvertible {
    let status: ExitStatus
    let description: String
}
