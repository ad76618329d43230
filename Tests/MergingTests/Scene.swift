import Assembling
import Counting
import Foundation
import PathModel
import Recording
import TestSupport

@testable import Merging

/// People who walk about for a while, seen as a whole and in pieces: at each frame everybody is where the piece that counts there saw
/// them, in that piece's order.
struct Scene {
    static let size = PixelSize(width: 640, height: 360)
    static let step: Int64 = 40_000
    static let overlap: Int64 = 2_000_000

    struct Person {
        var frames: Range<Int>
        /// Frames without them.
        var hidden: Set<Int> = []
        var predicted: Set<Int> = []
        var faces: Set<Int> = []
        /// Until when they haven't stirred.
        var stirs = 0
        var box: (Int) -> BoundingBox
    }

    var people: [Person]
    var frameCount: Int
    /// The frames at which pieces end, before the last one.
    var cuts: [Int]
    var layout = CountingLayout()
    var detail = Detail.points
    var still = false
    var bridge = 0.4
    var seed: UInt64 = 1

    var options: MergingOptions {
        MergingOptions(
            detail: detail, leavesOutStill: still, bridge: bridge, layout: layout, overlap: Self.overlap)
    }

    static func time(_ frame: Int) -> Timestamp { Timestamp(microseconds: Int64(frame) * step) }

    /// Frames from a piece's first to its end.
    func frames(ofPiece piece: Int) -> Range<Int> {
        let overlap = Int(Self.overlap / Self.step)
        // As a keyframe that lies a little earlier.
        let start = piece == 0 ? 0 : max(0, cuts[piece - 1] - overlap - 3)
        return start..<(piece < cuts.count ? cuts[piece] : frameCount)
    }

    /// The first frame of the next piece's part of the log.
    func handover(afterPiece piece: Int) -> Int { cuts[piece] - Int(Self.overlap / Self.step) / 2 }

    private func piece(at frame: Int) -> Int { cuts.indices.first { frame < handover(afterPiece: $0) } ?? cuts.count }

    /// People in a piece's order.
    private func order(_ piece: Int) -> [Int] {
        var random = ScriptedRandom(seed: seed &+ UInt64(piece) &* 7919)
        return people.indices.shuffled(using: &random)
    }

    /// Where a piece sees somebody: by up to a hundredth of the frame beside.
    private func box(_ person: Int, _ frame: Int, piece: Int) -> BoundingBox {
        var random = ScriptedRandom(seed: seed &+ UInt64(person * 1_000_003 + frame * 101 + piece))
        let box = people[person].box(frame)
        func jittered(_ value: Double) -> Double {
            ((value + .random(in: -0.005...0.005, using: &random)) * 1e5).rounded() / 1e5
        }
        return BoundingBox(
            left: jittered(box.left), top: jittered(box.top), width: jittered(box.width), height: jittered(box.height))
    }

    // MARK: - Records

    /// The records of frames, frame by frame.
    private func records(
        _ frames: Range<Int>, isPiece: Bool, piece: (Int) -> Int
    ) -> [(frame: Int, records: [PathRecord])] {
        var summaries: [Int: (id: Int, summary: PathSummary, faceTime: Timestamp?, best: Double?)] = [:]
        var count = 0
        var all: [(Int, [PathRecord])] = []
        for frame in frames {
            let (time, number) = (Self.time(frame), piece(frame))
            var records: [PathRecord] = []
            let order = order(number)
            for person in order where shows(person, frame, isPiece: isPiece) {
                let box = box(person, frame, piece: number)
                let isPredicted = people[person].predicted.contains(frame)
                if summaries[person] == nil {
                    guard !isPredicted else { continue }
                    count += 1
                    // A piece's ids are in no order.
                    let id = isPiece ? 1 + (count &* 37) % 1009 : count
                    let summary = PathSummary(id: id, start: time, box: box)
                    summaries[person] = (id, summary, nil, nil)
                    let start = PathStart(
                        track: id, frame: FrameInfo(index: frame, time: time), box: box, entry: summary.entry)
                    records.append(PathRecord(time: time, event: .pathStart(start)))
                }
                let face = people[person].faces.contains(frame) ? face(person, frame) : nil
                if face != nil { summaries[person]?.faceTime = time }
                summaries[person]?.summary.add(box, face: face, at: time, frameSize: Self.size)
                guard let path = summaries[person] else { continue }
                let point = PathPoint(
                    track: path.id, frame: FrameInfo(index: frame, time: time), box: box, confidence: 0.8,
                    source: isPredicted ? .predicted : .measured, face: face, faceTime: path.faceTime,
                    isStill: isStill(person, frame, from: frames.lowerBound, isPiece: isPiece))
                records.append(PathRecord(time: time, event: .path(point)))
            }
            for person in order {
                let isLast = frame == frames.upperBound - 1
                guard isLast || people[person].frames.upperBound - 1 == frame,
                    let path = summaries.removeValue(forKey: person)
                else { continue }
                let cause: TrackRemoval.Cause =
                    isLast && people[person].frames.upperBound - 1 > frame ? .streamEnd : .lost
                records.append(PathRecord(time: time, event: .pathEnd(path.summary.end(cause))))
            }
            all.append((frame, records))
        }
        return all
    }

    private func shows(_ person: Int, _ frame: Int, isPiece: Bool) -> Bool {
        let person = people[person]
        guard person.frames.contains(frame), !person.hidden.contains(frame) else { return false }
        guard still, !isPiece, frame < person.stirs else { return true }
        // Somebody who never stirs isn't there, and else for as long as the bridge before.
        guard person.stirs < person.frames.upperBound, !person.predicted.contains(frame) else { return false }
        return Self.time(person.stirs - 1).seconds(since: Self.time(frame)) <= bridge
    }

    /// A piece's watch knows nobody: it takes those who stand for still, though they have stirred before.
    private func isStill(_ person: Int, _ frame: Int, from first: Int, isPiece: Bool) -> Bool {
        let stirs = people[person].stirs
        guard isPiece else { return !still && frame < stirs }
        return frame < stirs || stirs > 0 && stirs < first && frame < first + 40
    }

    private func face(_ person: Int, _ frame: Int) -> Face {
        Face(
            box: BoundingBox(left: 0.1, top: 0.1, width: 0.05, height: 0.1),
            confidence: Double(60 + (person * 31 + frame * 7) % 40) / 100, landmarks: [], pose: nil,
            quality: FaceQuality(brightness: 50, sharpness: 50))
    }

    private func text(_ frames: Range<Int>, isPiece: Bool, piece: (Int) -> Int) throws -> [String] {
        let format = Self.format
        var lines: [String] = []
        let detail = isPiece ? Detail.points : detail
        func write(_ records: [PathRecord]) throws {
            for record in records where detail.keeps(record.event) {
                lines.append(try format.line(for: record, sequence: lines.count))
            }
        }
        try write([
            PathRecord(time: Self.time(0), event: .sessionStart(SessionStart(version: "1", models: [], settings: [])))
        ])
        try write(layout.zones.map { PathRecord(time: Self.time(0), event: .region(Region($0))) })
        let first = Self.time(frames.lowerBound)
        var counter = isPiece || layout.isEmpty ? nil : RegionCounter(layout, origin: 1_700_000_000_000, start: first)
        var start = [PathRecord(time: first, event: .streamStart(Self.opening))]
        counter?.take(&start)
        try write(start)
        var totals = PathAssembler.Totals()
        for (frame, records) in records(frames, isPiece: isPiece, piece: piece) {
            for record in records {
                if case .pathStart = record.event { totals.paths += 1 }
                if case .path(let point) = record.event {
                    totals.points += 1
                    totals.faces += point.face == nil ? 0 : 1
                }
            }
            var records = records
            counter?.observe(Self.time(frame))
            counter?.take(&records, settled: Self.time(frame))
            try write(records)
        }
        let last = Self.time(frames.upperBound - 1)
        let end = StreamEnd(
            reason: .endOfFile, message: nil, frames: frames.upperBound, analyzed: frames.count, decodeErrors: 0)
        var records = [PathRecord(time: last, event: .streamEnd(end))]
        counter?.take(&records)
        try write(records)
        let session = SessionEnd(
            analyzed: frames.count, paths: totals.paths, points: totals.points, faces: totals.faces)
        try write([PathRecord(time: last, event: .sessionEnd(session))])
        return lines
    }

    static let format = RecordFormat(
        feed: "a \"b\".mp4", session: "00000000-0000-8000-8000-000000000000", origin: 1_700_000_000_000)

    static var opening: StreamStart {
        StreamStart(
            run: 1, codec: "h264", container: "mov", frameSize: size, frameRate: 25, durationMilliseconds: nil,
            pixelFormat: "yuv420p", colorRange: "tv", clock: .file, timeOrigin: .option, source: "a.mp4")
    }

    /// The log of the whole.
    func whole() throws -> [String] { try text(0..<frameCount, isPiece: false, piece: piece(at:)) }

    /// The lines of a piece.
    func lines(ofPiece piece: Int) throws -> [String] {
        try text(frames(ofPiece: piece), isPiece: true) { _ in piece }
    }

    // MARK: - Files

    /// Writes the pieces' files.
    func pieces(in folder: TemporaryFolder) throws -> [PieceRecords] {
        try (0...cuts.count).map { piece in
            let frames = frames(ofPiece: piece)
            let handovers = [
                piece > 0 ? handover(afterPiece: piece - 1) : nil,
                piece < cuts.count ? handover(afterPiece: piece) : nil,
            ]
            let bounds = ([frames.lowerBound] + handovers.compactMap(\.self) + [frames.upperBound])
            let observed = zip(bounds, bounds.dropFirst()).filter { $0 < $1 }.map { from, to in
                ObservedStretch(from: Self.time(from), to: Self.time(to - 1), analyzed: to - from)
            }
            let cut = PieceRecords.Cut(
                start: Self.time(frames.lowerBound), end: piece < cuts.count ? Self.time(cuts[piece]) : nil,
                origin: Self.time(0), observed: observed)
            return try Self.file(try lines(ofPiece: piece), number: piece, cut: cut, in: folder)
        }
    }

    static func file(
        _ lines: [String], number: Int, cut: PieceRecords.Cut? = nil, in folder: TemporaryFolder
    ) throws -> PieceRecords {
        let header = "{\"footpath_piece\":1}\n"
        let text = lines.map { $0 + "\n" }.joined()
        let path = try folder.file("\(number).jsonl", header + text + "{\"footpath_piece_end\":1}\n")
        let start = Int64(header.utf8.count)
        return PieceRecords(
            number: number, path: path, bytes: start..<start + Int64(text.utf8.count), lines: lines.count, cut: cut)
    }

    /// The merged lines.
    static func merge(_ video: PiecedVideo, _ options: MergingOptions) throws -> [String] {
        var bytes: [UInt8] = []
        let output = LineOutput { lines throws(RecordingError) in bytes += lines }
        _ = try video.merge(options, to: output)
        try output.flush()
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// What the pieces come to.
    func merged() throws -> [String] {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let pieces = try pieces(in: folder)
        return try Self.merge(PiecedVideo(pieces, of: 0..<pieces.count), options)
    }
}
