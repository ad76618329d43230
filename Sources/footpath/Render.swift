import ArgumentParser
import Decoding
import Drawing
import Encoding
import Foundation
import PathModel

/// `footpath render`: a video with what its records say drawn on it.
struct Render: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Draw records on their video, or blur who is in it.",
        discussion: """
            VIDEO is what footpath analyze read, RECORDS what it wrote (also compressed by gzip, or - for standard input). \
            OUT shows boxes, ids, the trails of feet, faces with their landmarks, zones and lines with their counts, and \
            the clock; points at which nobody was seen are dashed. Masks stay black. Sound is left out unless --audio.

              footpath render lobby.mp4 lobby.mp4.paths.jsonl lobby.paths.mp4
              footpath render lobby.mp4 lobby.mp4.paths.jsonl share.mp4 --blur heads --plain

            --blur faces blurs each face where it was found shortly before or after, else the upper part of the person; \
            heads the upper part of everyone, people everyone as a whole. Between analysed pictures boxes are carried on, \
            and they begin and end one of them early and late: records of --fps 5 do. What it can't do: hide someone whom \
            footpath analyze didn't find (small, far off, half hidden, in a mirror), or who was left out of the records \
            (--still drop, a high --confidence), or who can be known by clothes, walk or place. Watch the video before you \
            share it.

            \(ExitStatus.help)
            """)

    @Argument(help: ArgumentHelp("The video that was analysed.", valueName: "video"), completion: .file())
    var video: String

    @Argument(help: ArgumentHelp("Its records, or - for standard input.", valueName: "records"), completion: .file())
    var records: String

    @Argument(help: ArgumentHelp("The video to write; its ending says how: .mp4, .mkv.", valueName: "out"))
    var output: String

    @Option(help: "Make unrecognisable: faces, heads or people.")
    var blur: Blur?

    @Flag(help: "Draw nothing: only masks and what is blurred.")
    var plain = false

    @Flag(help: "Copy the sound, too.")
    var audio = false

    @Option(
        help: ArgumentHelp("Whose records to take, where several fit: the feed in the records.", valueName: "name"))
    var feed: String?

    @Option(help: ArgumentHelp("Which video stream was analysed, by ffprobe's number.", valueName: "number"))
    var stream: Int?

    @Flag(name: [.short, .long], help: "Overwrite an existing file.")
    var force = false

    @Flag(name: [.short, .long], help: "Say nothing but errors.")
    var quiet = false

    func run() throws {
        var session = RenderSession(
            console: Console(isQuiet: quiet), records: records, output: output, feed: feed, force: force)
        (session.options.blur, session.options.drawsPaths) = (blur, !plain)
        (session.options.source.stream, session.options.copiesSound) = (stream, audio)
        throw ExitCode(session.run(SourceName.named(by: [video])[0]).rawValue)
    }
}

extension Blur: ExpressibleByArgument {}
