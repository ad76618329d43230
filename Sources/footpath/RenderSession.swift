import Decoding
import Drawing
import Encoding
import Foundation
import PathModel
import Reading
import Recording
import Settings

/// One call of `footpath render`.
struct RenderSession {
    var console: Console
    /// A path, or `-`.
    let records: String
    let output: String
    /// Whose records count; nil for any that fit.
    let feed: String?
    let force: Bool
    var options = DrawnVideo.Options()
    private let interrupt = InterruptFlag()

    init(console: Console, records: String, output: String, feed: String?, force: Bool) {
        (self.console, self.records, self.output, self.feed, self.force) = (console, records, output, feed, force)
    }

    /// Draws the video.
    mutating func run(_ video: SourceName) -> ExitStatus {
        Signals.raise(interrupt)
        var file: NewFile?
        do {
            try check(video)
            try VideoWriter.check(output)
            if force { OpenedFiles.watch() }
            for path in [video.text, records] { OpenedFiles.note(path: path) }
            let reader = try RecordReader(path: records, faces: true)
            let interrupt = interrupt
            let opened = try NewFile(
                output, naming: .late, mayReplace: force, reads: .ofProcess, goesOnWaiting: { !interrupt.isRaised })
            file = opened
            options.threads = min(8, ProcessInfo.processInfo.activeProcessorCount)
            let drawn = try DrawnVideo(video, path: output, file: opened, options: options, interrupt: interrupt)
            let records = VideoRecords(
                reader, of: video, drawn.description, feed: feed, needsPoints: options.blur != nil)
            try draw(records, on: drawn, video)
            try drawn.finish()
            return report(drawn, records, reader, video)
        } catch {
            file?.discard()
            console.clear()
            if interrupt.isRaised { return .interrupted }
            console.error(error)
            return ExitStatus(of: error)
        }
    }

    /// - Throws: `SettingsError` with all that is wrong with the names.
    private func check(_ video: SourceName) throws(SettingsError) {
        var (problems, outputs): ([String], [String]) = ([], [])
        if video.isStandardInput, records == "-" { problems.append("-: can't be the video and its records both") }
        if video.isStandardInput, options.copiesSound {
            problems.append("--audio: needs a VIDEO that can be read twice, not standard input")
        }
        if output == "-" { problems.append("-: a video is written to a file; give its name") }
        for (path, what) in [(video.text, "the video"), (records, "the records")]
        where path != "-" && NewFile.areOnePlace(path, output) {
            outputs.append("\(output): is \(what), and would be overwritten")
        }
        if !(problems + outputs).isEmpty { throw SettingsError(problems: problems, outputs: outputs) }
    }

    private func draw(_ records: VideoRecords, on drawn: DrawnVideo, _ video: SourceName) throws {
        var bar = console
        let duration = drawn.description.duration
        drawn.progress = { bar.draw(frames: $0, elapsed: $1, duration: duration, of: video.baseName) }
        while let found = try records.next(), !interrupt.isRaised {
            (drawn.utc, drawn.interval) = (records.utc, records.interval)
            try drawn.add(found.record, line: found.line)
        }
        // Behind the records' end nobody would be blurred.
        try drawn.drawRest(until: options.blur == nil ? nil : records.end)
        if interrupt.isRaised { throw DecodingError.interrupted }
    }

    private func report(
        _ drawn: DrawnVideo, _ records: VideoRecords, _ reader: RecordReader, _ video: SourceName
    ) -> ExitStatus {
        console.clear()
        console.note("\(video.baseName): \(counted(drawn.frames, "frame")) drawn -> \(output)")
        if let feed = records.foundFeed, feed != video.baseName, feed != self.feed {
            console.note("\(reader.path): the records call their video \(feed); it fits in size and length")
        }
        if !drawn.hasFont {
            console.error("no font is installed, so there are no ids and names: fonts-dejavu-core has one")
        }
        var status = ExitStatus.success
        func tell(_ text: String) {
            console.error(text)
            status = .partial
        }
        if let text = reader.omissions.text {
            let nobody = options.blur == nil ? "" : ": whoever they are of may not be blurred"
            tell("\(reader.path): \(text)\(nobody)")
        }
        let missing = reader.omissions.missingLines
        if missing > 0 {
            let text = "\(reader.path): \(missing) lines aren't there, by seq: lost when written, or filtered out"
            if options.blur == nil {
                console.note(text)
            } else {
                tell("\(text): whoever they are of may not be blurred")
            }
        }
        if options.blur != nil, let end = records.end {
            tell(
                "\(output): ends where the records do, at \(Double(end.milliseconds) / 1000) s: nobody would be blurred behind it"
            )
        }
        if let breakage = drawn.breakage { tell("\(breakage); the drawn video reaches up to there") }
        if drawn.damaged > 0 {
            tell("\(video.redacted): damaged packets or frames: \(drawn.damaged); the rest is drawn")
        }
        return status
    }
}

extension Omissions {
    /// What was left out; nil where nothing was.
    var text: String? {
        var parts: [String] = []
        if damagedLines > 0 {
            let first = firstDamagedLine.map { " (the first is line \($0))" } ?? ""
            parts.append("\(damagedLines) damaged \(damagedLines == 1 ? "line" : "lines")\(first)")
        }
        if lastLineIsCut { parts.append("a cut last line") }
        if compressionIsCut { parts.append("what is behind the end of a .gz cut short") }
        return parts.isEmpty ? nil : "left out: " + parts.joined(separator: ", ")
    }
}
