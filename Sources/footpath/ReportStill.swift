import Analyzing
import Decoding
import Drawing
import Encoding
import Foundation
import PathModel
import Reading
import Reporting
import Settings

/// The picture behind a feed's paths.
struct ReportStill {
    private let source: SourceName
    private let feed: Int
    private let view: Report.View
    private let records: [String]

    /// Wider ones would make the page heavy.
    private static let largest = PixelSize(width: 1280, height: 1280)

    /// - Parameters:
    ///   - text: a file, or `FEED=FILE`.
    ///   - records: to look for people in the frame.
    /// - Throws: where it isn't said of which feed it is.
    init(_ text: String, of report: Report, records: [String]) throws(SettingsError) {
        let views = report.views
        let named = views.firstIndex { text.hasPrefix($0.feed + "=") }
        guard let index = named ?? (views.count == 1 ? 0 : nil) else {
            let names = views.prefix(20).map(\.feed).joined(separator: ", ")
            throw SettingsError(problems: [
                views.isEmpty
                    ? "--still \(text): the records have no camera or file to which it could belong"
                    : "--still \(text): of which? Write --still NAME=FILE; the records have \(names)"
            ])
        }
        feed = index
        view = views[index]
        self.records = records
        source = SourceName.named(by: [named == nil ? text : String(text.dropFirst(view.feed.count + 1))])[0]
    }

    /// Takes the picture.
    ///
    /// - Throws: `DecodingError`, or `ReadingError` where records can't be read again.
    func put(into report: inout Report, interrupt: InterruptFlag) throws {
        let options = try AnalysisOptions([:], cores: 1).sourceOptions
        let video = try VideoSource(source, options: options, threads: 1, interrupt: interrupt)
        try check(video.description.frameSize)
        var (image, note): (PixelBuffer, String)
        let first = try video.next()
        guard let first else {
            throw DecodingError.noVideo(source: source.redacted, reason: "not one frame could be decoded")
        }
        if let second = try video.next() {
            (image, note) = try frame(of: video, first, second)
        } else {
            image = try StillPicture.image(of: first.picture, within: Self.largest)
            note = "The picture is as it was given: who is in it can be seen."
        }
        let masks = view.masks.map(Mask.polygon)
        if !masks.isEmpty { image.fill(PixelCover(masks, size: image.size), with: 0) }
        let picture = "data:image/jpeg;base64," + Data(try JPEGPicture.encode(image)).base64EncodedString()
        report.setStill(picture, note: note, feed: feed)
    }

    private func check(_ size: PixelSize) throws(ReadingError) {
        guard let wanted = view.frameSize else { return }
        let (shape, other) = (Double(size.width * wanted.height), Double(size.height * wanted.width))
        if abs(shape - other) > 0.02 * other {
            throw .doesNotFit(
                "\(source.redacted) is \(size), and the records of \(view.feed) are of \(wanted): another shape")
        }
    }

    /// A frame in which nobody is followed, or one in which all who are followed are unrecognisable.
    private func frame(
        of video: VideoSource, _ first: DecodedFrame, _ second: DecodedFrame
    ) throws -> (PixelBuffer, String) {
        let wanted = view.idle ?? view.start
        var best = first
        var next: DecodedFrame? = second
        while let frame = next, frame.info.time.milliseconds <= wanted {
            best = frame
            next = try video.next()
        }
        var image = try StillPicture.image(of: best.picture, within: Self.largest)
        if view.idle != nil { return (image, "The picture is a frame in which nobody is followed.") }
        var scene = Scene()
        scene.blurred = try boxes(near: best.info.time.milliseconds).map {
            Blur.people.part(of: $0, face: nil, frame: image.size)
        }
        try ScenePainter(size: image.size).paint(scene, on: &image)
        return (image, "Somebody is in view all the time; who is followed was made unrecognisable in the picture.")
    }

    /// Where people were within half a second of a time on the stream's clock.
    private func boxes(near pts: Int64) throws -> [BoundingBox] {
        guard !records.contains("-") else {
            throw SettingsError(problems: [
                "--still \(source.redacted): somebody is in view all the time, and records from standard input can't be "
                    + "read again to see where; give a file of records, or a picture without people"
            ])
        }
        var boxes: [BoundingBox] = []
        try RecordFiles(paths: records).forEach { reader in
            while let record = try reader.next() {
                guard case .point(let point) = record.event, abs(point.pts - pts) <= 500,
                    reader.sources[record.source].feed == view.feed
                else { continue }
                boxes.append(point.box)
            }
        }
        return boxes
    }
}
