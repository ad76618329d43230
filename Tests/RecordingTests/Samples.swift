import PathModel

/// One record of every event, in an order that the contract allows.
enum Sample {
    static let session = "11111111-2222-3333-4444-555555555555"
    /// 2024-05-01T12:00:00Z.
    static let origin: Int64 = 1_714_564_800_000

    static let sessionStart = record(
        0,
        .sessionStart(
            SessionStart(
                version: "0.1.0",
                models: [SessionStart.Model(name: "footpath-person.onnx", sha256: String(repeating: "0f", count: 32))],
                settings: [
                    .init("confidence", .number(50)), .init("fps", .number(12.5)),
                    .init("input_size", .text("448x256")), .init("faces", .flag(true)),
                ], shard: "2/5")))

    static let regions = [
        record(
            0,
            .region(
                Region(Zone(name: "door", polygon: Polygon(BoundingBox(left: 0, top: 0.5, width: 0.25, height: 0.5)))))),
        record(
            0,
            .region(
                Region(
                    CountingLine(
                        name: "</b> \"é", polyline: Polyline([Point(x: 0.123456, y: 0), Point(x: 1, y: 1)]),
                        anchor: .head)))),
        record(0, .region(Region(mask: Polygon([Point(x: 0, y: 0), Point(x: 1, y: 0), Point(x: 1, y: 1)])))),
    ]

    static let streamStart = record(
        0,
        .streamStart(
            StreamStart(
                run: 1, codec: "h264", container: "mov,mp4,m4a,3gp,3g2,mj2",
                frameSize: PixelSize(width: 768, height: 432), frameRate: 30000.0 / 1001, durationMilliseconds: 46_513,
                pixelFormat: "yuv420p", colorRange: "tv", clock: .file, timeOrigin: .option, source: "clip.mp4")))

    static let pathStart = record(
        33_367, .pathStart(PathStart(track: 1, frame: frame(1, at: 33_367), box: box, entry: .left)))

    static let path = record(33_367, .path(point(frame: frame(1, at: 33_367), face: face)))

    static let estimatedPath = record(
        66_733,
        .path(
            point(
                frame: FrameInfo(index: 2, time: Timestamp(microseconds: 66_733), isTimeEstimated: true),
                source: .predicted)))

    static let pathEnd = record(
        1_100_000,
        .pathEnd(
            PathEnd(
                track: 1, cause: .leftFrame, start: Timestamp(microseconds: 33_367),
                end: Timestamp(microseconds: 66_733), points: 2, distance: 0.0125, entry: .left, exit: .right,
                bestFaceConfidence: 0.98765, zones: [ZoneVisit(name: "door", dwell: 18, entries: 1)],
                lines: [LinePassage(name: "</b> \"é", inward: 1, outward: 0)])))

    static let counting = [
        record(40_000, .zone(ZoneChange(track: 1, name: "door", action: .enter(appeared: true), people: 1))),
        record(
            50_000,
            .line(
                LineCrossing(
                    track: 1, name: "</b> \"é", direction: .inward, place: Point(x: 0.5, y: 0.25), inward: 1,
                    outward: 0,
                    people: 1))),
        record(55_000, .zone(ZoneChange(track: 1, name: "door", action: .loiterBegin(dwell: 15), people: 1))),
        record(56_000, .crowd(CrowdChange(name: "door", state: .begin, people: 1))),
        record(58_000, .zone(ZoneChange(track: 1, name: "door", action: .loiterEnd(dwell: 18), people: 0))),
        record(58_000, .zone(ZoneChange(track: 1, name: "door", action: .leave(.walkedOut, dwell: 18), people: 0))),
        record(60_000, .crowd(CrowdChange(name: "door", state: .end(duration: 4), people: 0))),
    ]

    static let counts = record(
        1_200_000,
        .counts(
            IntervalCounts(
                from: Timestamp(microseconds: 0), to: Timestamp(microseconds: 1_200_000), observed: 0.9166666,
                zones: [.init(name: "door", least: 0, most: 1, mean: 0.015, entered: 1, left: 1, meanDwell: 18)],
                lines: [.init(name: "</b> \"é", inward: 1, outward: 0, people: 1)])))

    static let gap = record(
        1_200_000,
        .gap(
            Gap(
                from: Timestamp(microseconds: 1_100_000), to: Timestamp(microseconds: 1_200_000), reason: .decodeError,
                framesLost: 3)))

    static let streamEnd = record(
        1_200_000,
        .streamEnd(
            StreamEnd(
                reason: .decodeError, message: "Invalid data found when processing input", frames: 36, analyzed: 35,
                decodeErrors: 1)))

    static let sessionEnd = record(
        1_200_000, .sessionEnd(SessionEnd(analyzed: 35, paths: 1, points: 2, faces: 1)))

    static let all =
        [sessionStart] + regions + [streamStart, pathStart, path, estimatedPath] + counting
        + [pathEnd, gap, counts, streamEnd, sessionEnd]

    static let box = BoundingBox(left: -0.0125, top: 0.25, width: 0.123456, height: 0.5)

    static let face = Face(
        box: BoundingBox(left: 0.02, top: 0.26, width: 0.03, height: 0.06), confidence: 0.9,
        landmarks: Landmark.Selection.five.kinds.enumerated().map { index, kind in
            Landmark(kind: kind, position: Point(x: 0.025 + Double(index) / 1000, y: 0.275))
        }, pose: Pose(roll: -3.25, yaw: 12.5, pitch: 0.125), quality: FaceQuality(brightness: 61.5, sharpness: 42))

    static func point(frame: FrameInfo, source: Track.Source = .measured, face: Face? = nil) -> PathPoint {
        PathPoint(
            track: 1, frame: frame, box: box, confidence: 0.87654, source: source, face: face,
            faceTime: face == nil ? nil : frame.time)
    }

    static func frame(_ index: Int, at microseconds: Int64) -> FrameInfo {
        FrameInfo(index: index, time: Timestamp(microseconds: microseconds))
    }

    static func record(_ microseconds: Int64, _ event: PathRecord.Event) -> PathRecord {
        PathRecord(time: Timestamp(microseconds: microseconds), event: event)
    }
}
