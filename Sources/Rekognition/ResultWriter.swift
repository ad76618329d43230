import Foundation
import PathModel
import Reading
import Recording
import SystemPackage

/// What of a log becomes a result.
public struct ResultSettings: Hashable, Sendable {
    /// The camera or file; nil takes all.
    public var feed: String?
    /// Frames a second whose points are kept at most; nil keeps all. See `PathPoints`.
    public var sampleRate: Double?
    /// Five, or what the log has.
    public var landmarks: Landmark.Selection

    /// What of a log becomes a result.
    public init(feed: String? = nil, sampleRate: Double? = nil, landmarks: Landmark.Selection = .all) {
        (self.feed, self.sampleRate, self.landmarks) = (feed, sampleRate, landmarks)
    }
}

/// Writes what `ResultPages` reads: the elements of `Persons` and `Faces` of a log of records, in bounded memory.
///
/// The folder comes to its name when it is whole; until then it is `FOLDER.part`. For one thread at a time.
public final class ResultWriter {
    private let folder: String, unfinished: String
    private let settings: ResultSettings
    private let formatName: (String) -> String
    private var points: PathPoints
    private let rows: AppendedBytes
    private var byTime: PlaceSorter, byIndex: PlaceSorter, faces: PlaceSorter
    private var counts = (persons: 0, faces: 0)
    private var row = JSONLine()
    private var isThere = true

    /// - Parameters:
    ///   - folder: a path in a folder that exists. What `finish` finds there it replaces.
    ///   - formatName: the long name of FFmpeg's demuxer of a name.
    /// - Throws: `noSpace` or `failed`.
    public init(
        folder: String, settings: ResultSettings = ResultSettings(), formatName: @escaping (String) -> String
    ) throws(RecordingError) {
        (self.folder, unfinished) = (folder, folder + ".part")
        (self.settings, self.formatName) = (settings, formatName)
        points = PathPoints(feed: settings.feed, sampleRate: settings.sampleRate)
        let unfinished = unfinished
        try? FileManager.default.removeItem(atPath: unfinished)
        try RecordingError.attempt(.open, unfinished) {
            if mkdir(unfinished, 0o777) != 0 { throw Errno(rawValue: errno) }
        }
        do throws(RecordingError) {
            rows = try AppendedBytes(path: unfinished + "/" + ResultFolder.rows)
            byTime = try PlaceSorter(path: unfinished + "/sort-time")
            byIndex = try PlaceSorter(path: unfinished + "/sort-index")
            faces = try PlaceSorter(path: unfinished + "/sort-faces")
        } catch {
            try? FileManager.default.removeItem(atPath: unfinished)
            throw error
        }
    }

    deinit { discard() }

    /// Feeds of the log; see `PathPoints.feeds`.
    public var feeds: [String] { points.feeds }

    /// Takes a file of records to its end, behind those before; its reader is one that wants faces.
    ///
    /// - Parameter goesOn: is called now and then with how many bytes were read; false ends it.
    /// - Throws: `ReadingError` or `RecordingError`.
    public func take(_ reader: RecordReader, goesOn: (Int64) -> Bool = { _ in true }) throws {
        try points.take(reader, goesOn: goesOn, add)
    }

    /// Takes the next record of an analysis, whose records are of one feed and one session.
    ///
    /// - Throws: `noSpace` or `failed`.
    public func take(_ record: Record) throws(RecordingError) {
        if let point = points.take(record) { try add(point) }
    }

    private func add(_ point: NumberedPoint) throws(RecordingError) {
        let sighting = point.sighting
        let start = rows.count
        var faceRange: Range<Int>?
        row.clear()
        row.add("Timestamp", point.timestamp)
        row.addObject("Person") { row in
            row.add("Index", point.index)
            row.add("BoundingBox", sighting.box)
            guard sighting.isFaceMeasured, let face = sighting.face else { return }
            row.addObject("Face") { $0.add(face, landmarks: settings.landmarks) }
            faceRange = row.lastObject
        }
        let text = row.closedBytes
        try rows.append(text)
        try rows.append([UInt8(ascii: ",")])
        let place = RowPlace(offset: start, length: Int32(text.count), timestamp: point.timestamp)
        try byTime.add(PlaceSorter.Entry(place: place))
        try byIndex.add(
            PlaceSorter.Entry(major: Int64(point.index), minor: -sighting.confidence, place: place))
        counts.persons += 1
        if let faceRange {
            let place = RowPlace(
                offset: start + Int64(faceRange.lowerBound), length: Int32(faceRange.count),
                timestamp: point.timestamp)
            try faces.add(PlaceSorter.Entry(place: place))
            counts.faces += 1
        }
    }

    /// Sorts, waits until the disk has all, and gives the folder its name.
    ///
    /// - Parameter goesOn: is called now and then; false ends it.
    /// - Returns: what is known of the video; nil where the log begins after its start.
    /// - Throws: `noSpace` or `failed`, or `CancellationError`; nothing is left then.
    public func finish(goesOn: () -> Bool = { true }) throws -> VideoMetadata? {
        let video = points.video(formatName)
        do {
            try rows.finish()
            try write(&byTime, to: ResultFolder.persons(.timestamp), goesOn)
            try write(&byIndex, to: ResultFolder.persons(.index), goesOn)
            try write(&faces, to: ResultFolder.faces, goesOn)
            let summary = ResultSummary(persons: counts.persons, faces: counts.faces, video: video)
            let file = try AppendedBytes(path: unfinished + "/" + ResultFolder.summary)
            try file.append(Array(JSONEncoder().encode(summary)))
            try file.finish()
            try name()
        } catch {
            discard()
            throw error
        }
        return video
    }

    private func write(_ sorter: inout PlaceSorter, to name: String, _ goesOn: () -> Bool) throws {
        let file = try AppendedBytes(path: unfinished + "/" + name)
        var bytes: [UInt8] = []
        try sorter.finish { place in
            if file.count % Int64(RowPlace.size << 14) == 0, !goesOn() { throw CancellationError() }
            bytes.removeAll(keepingCapacity: true)
            place.append(to: &bytes)
            try file.append(bytes)
        }
        try file.finish()
    }

    private func name() throws(RecordingError) {
        let (folder, unfinished) = (folder, unfinished)
        try RecordingError.attempt(.rename, folder) {
            try Disk.syncFolder(of: unfinished + "/" + ResultFolder.rows)
            // A folder isn't renamed to one that holds something.
            try? FileManager.default.removeItem(atPath: folder)
            try Disk.rename(unfinished, to: folder)
            try Disk.syncFolder(of: folder)
        }
        isThere = false
    }

    /// Removes what isn't finished.
    public func discard() {
        guard isThere else { return }
        isThere = false
        try? FileManager.default.removeItem(atPath: unfinished)
    }
}

extension PathPoints {
    /// What is known of the first run's video. One that doesn't say how long it is, or is followed by others, ends with the log.
    func video(_ formatName: (String) -> String) -> VideoMetadata? {
        guard let stream else { return nil }
        let duration = runs == 1 ? stream.duration ?? length : length
        let range: VideoMetadata.ColorRange? =
            switch stream.colorRange {
            case "tv": .limited
            case "pc": .full
            default: nil
            }
        return VideoMetadata(
            codec: stream.codec, duration: max(0, duration), format: formatName(stream.container),
            frameRate: stream.frameRate ?? measuredRate ?? 0, frameWidth: stream.frameSize?.width ?? 0,
            frameHeight: stream.frameSize?.height ?? 0, colorRange: range)
    }
}
