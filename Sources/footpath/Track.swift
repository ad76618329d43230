import ArgumentParser
import Decoding
import Linking
import PathModel
import Pipeline
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

            --records also writes the tracks as records, as of a video (docs/records.md), with what --zone and --line count. \
            The results have no place for counts; without --records the totals are said.

              footpath track lobby.mp4.paths.jsonl --linked --line door=0.2,0.8,0.8,0.8 --records counted.jsonl \
            --output tracks.txt

            \(ExitStatus.help)
            """)

    @Argument(help: ArgumentHelp("Detections.", valueName: "det"), completion: .file())
    var detections: String

    @Option(
        name: [.short, .long], help: ArgumentHelp("Where results go. Default: standard output.", valueName: "file"),
        completion: .file())
    var output: String?

    @Option(
        help: ArgumentHelp(
            "Where records of the tracks go, too, with their zones, lines and counts; -: standard output, where results go "
                + "no more unless --output says so.",
            valueName: "file"),
        completion: .file())
    var records: String?

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
        if let output, let records, output == records, output != "-" {
            throw ValidationError("--output and --records are the same file, \(output): give each its own")
        }
        let input = try DetectionSequence(path: detections, settings: options)
        input.files.forEach(OpenedFiles.note(path:))
        input.notes.forEach(console.note)
        let tracks = LinkedTracks(input, options: options)
        let nobodys = input.detectionCount - tracks.followed
        if nobodys > 0 { console.note("\(nobodys) of \(input.detectionCount) boxes belong to no track") }
        if timing {
            let speed = Int((Double(input.frameCount) / max(tracks.seconds, 1e-9)).rounded())
            console.note("\(counted(input.frameCount, "frame")) in \(tracks.seconds) s: \(speed) frames/s")
        }
        let counted = records != nil || !options.counting.isEmpty ? tracks.counted(source: detections) : nil
        if let counted, !options.counting.isEmpty { say(counted, console) }
        if output != nil || records != "-" {
            try write(output) { try $0.write(tracks.text) }
        }
        if let records, let counted {
            let session = TrackSession(counted.records, of: detections, tracks.text, options)
            try write(records) { try session.write(to: $0) }
        }
    }

    private func say(_ counted: LinkedTracks.Counted, _ console: Console) {
        if timing { console.note("counted in \(counted.seconds) s") }
        counted.totals.forEach(console.note)
    }

    private func write(_ path: String?, _ body: (DirectSink) throws -> Void) throws {
        guard let path, path != "-" else { return try body(DirectSink()) }
        try NewFile(path, naming: .late, mayReplace: force, reads: .ofProcess).write(whole: body)
    }
}

/// The records of tracks as a session.
private struct TrackSession {
    private let records: [PathRecord]
    private let feed: String
    private let session: String

    init(_ records: [PathRecord], of path: String, _ tracks: String, _ options: LinkingOptions) {
        feed = SourceName(path).baseName
        let start = SessionStart(version: Footpath.programVersion, models: [], settings: options.recorded)
        let time = records.first?.time ?? Timestamp(microseconds: 0)
        var (paths, points, analyzed) = (0, 0, 0)
        for record in records {
            switch record.event {
            case .pathStart: paths += 1
            case .path: points += 1
            case .streamEnd(let end): analyzed = end.analyzed
            default: break
            }
        }
        let end = SessionEnd(analyzed: analyzed, paths: paths, points: points, faces: 0)
        self.records =
            [PathRecord(time: time, event: .sessionStart(start))] + records
            + [PathRecord(time: records.last?.time ?? time, event: .sessionEnd(end))]
        session = SessionIdentity.uuid(
            of: [feed, start.version, tracks] + start.settings.map { "\($0.key)=\($0.value)" })
    }

    func write(to sink: DirectSink) throws(RecordingError) {
        let writer = RecordWriter(sink: sink, feed: feed, session: session, origin: 0)
        for record in records { try writer.write(record) }
    }
}
