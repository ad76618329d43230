import Foundation
import PathModel
import Reading
import Recording
import Rekognition
import TestSupport

/// Paths of people nobody knows, as a log's records and as what must come of them.
struct LoggedPaths {
    /// A point, in the order of the log.
    struct Point {
        var timestamp: Int64, index: Int, confidence: Double
        var box: BoundingBox
        var face: Face?
    }

    var points: [Point] = []
    let path: String

    /// Writes a video's log at 25 frames a second.
    ///
    /// - Parameter frames: how many frames, in which up to 12 people are at a time.
    init(frames: Int, seed: UInt64, to path: String) throws {
        self.path = path
        var random = ScriptedRandom(seed: seed)
        let log = try TestLog(path: path)
        let writer = log.writer(feed: "clip.mp4", session: "one", origin: 0)
        try writer.write(TestLog.start(rate: 25, at: 0))
        var indices: [Int: Int] = [:]
        var (present, next): ([Int], Int) = ([], 1)
        for number in 0..<frames {
            if present.count < 12, Int.random(in: 0..<20, using: &random) == 0 {
                present.append(next)
                next += 1
            }
            let time = Timestamp(microseconds: Int64(number) * 40_000)
            for track in present {
                let point = PathPoint(
                    track: track, frame: FrameInfo(index: number, time: time), box: .random(&random),
                    confidence: Double(Int.random(in: 5000...10_000, using: &random)) / 10_000, source: .measured,
                    face: Int.random(in: 0..<5, using: &random) == 0 ? .random(&random) : nil, faceTime: time)
                try writer.write(PathRecord(time: time, event: .path(point)))
                let index = indices[track, default: indices.count]
                indices[track] = index
                points.append(
                    Point(
                        timestamp: Int64(number) * 40, index: index, confidence: point.confidence, box: point.box,
                        face: point.face))
            }
            for track in present where Int.random(in: 0..<200, using: &random) == 0 {
                present.removeAll { $0 == track }
                try writer.write(TestLog.end(of: track, at: time))
            }
        }
        try log.finish()
    }
}

/// A file of records.
struct TestLog {
    private let sink: DirectSink
    let output: NumberedSink

    init(path: String) throws {
        sink = DirectSink(try NewFile(path, naming: .early, mayReplace: true))
        output = NumberedSink(sink: sink)
    }

    func writer(feed: String, session: String, origin: Int64) -> RecordWriter {
        RecordWriter(output: output, feed: feed, session: session, origin: origin)
    }

    func finish() throws { try sink.finish() }

    static func start(rate: Double?, at milliseconds: Int64, run: Int = 1, clock: StreamStart.Clock = .file)
        -> PathRecord
    {
        PathRecord(
            time: Timestamp(microseconds: milliseconds * 1000),
            event: .streamStart(
                StreamStart(
                    run: run, codec: "h264", container: "mov,mp4,m4a,3gp,3g2,mj2",
                    frameSize: PixelSize(width: 640, height: 480), frameRate: rate, durationMilliseconds: 9000,
                    pixelFormat: "yuv420p", colorRange: "pc", clock: clock, timeOrigin: .epoch, source: "clip.mp4")))
    }

    static func point(_ track: Int, frame: Int, at milliseconds: Int64) -> PathRecord {
        let time = Timestamp(microseconds: milliseconds * 1000)
        return PathRecord(
            time: time,
            event: .path(
                PathPoint(
                    track: track, frame: FrameInfo(index: frame, time: time),
                    box: BoundingBox(left: 0.25, top: 0.5, width: 0.125, height: 0.25), confidence: 0.75,
                    source: .measured)))
    }

    static func end(of track: Int, at time: Timestamp) -> PathRecord {
        PathRecord(
            time: time,
            event: .pathEnd(
                PathEnd(
                    track: track, cause: .lost, start: time, end: time, points: 1, distance: 0, entry: .left,
                    exit: .right, bestFaceConfidence: nil)))
    }
}

/// Numbers as a log has them.
extension Double {
    fileprivate static func random(_ random: inout ScriptedRandom, in range: Range<Int>, by scale: Double) -> Double {
        Double(Int.random(in: range, using: &random)) / scale
    }

    static func ratio(_ random: inout ScriptedRandom) -> Double { .random(&random, in: 0..<99_999, by: 1e5) }

    static func angle(_ random: inout ScriptedRandom) -> Double { .random(&random, in: -9000..<9000, by: 100) }
}

extension BoundingBox {
    static func random(_ random: inout ScriptedRandom) -> BoundingBox {
        BoundingBox(
            left: .ratio(&random), top: .ratio(&random), width: .ratio(&random), height: .ratio(&random))
    }
}

extension Face {
    static func random(_ random: inout ScriptedRandom) -> Face {
        Face(
            box: .random(&random), confidence: .ratio(&random).rounded(),
            landmarks: Landmark.Kind.allCases.map { kind in
                Landmark(kind: kind, position: PathModel.Point(x: .ratio(&random), y: .ratio(&random)))
            }, pose: Pose(roll: .angle(&random), yaw: .angle(&random), pitch: .angle(&random)),
            quality: FaceQuality(brightness: .angle(&random), sharpness: 42))
    }
}
