import PathModel

/// Turns tracker steps into path records in time order.
///
/// A person's first points are known to be a path only when their track is confirmed. So a frame waits until each
/// tentative track in it was confirmed or removed; then its records come out, without those that came to nothing.
struct PathAssembler {
    /// Totals of what came out.
    struct Totals: Hashable {
        var paths = 0
        var points = 0
        var faces = 0
    }

    private struct Frame {
        let info: FrameInfo
        let update: TrackerUpdate
        /// By serial.
        let faces: [Int: Face]
    }

    private enum Entry {
        case frame(Frame)
        /// Something else that happened, which must not overtake the frames before it.
        case record(PathRecord)
    }

    private enum Fate {
        case tentative
        case confirmed(id: Int)
        case dropped
    }

    private(set) var totals = Totals()
    private let minimumConfidence: Double
    private let frameSize: PixelSize
    private var waiting: [Entry] = []
    private var fates: [Int: Fate] = [:]
    private var summaries: [Int: PathSummary] = [:]

    /// - Parameters:
    ///   - minimumConfidence: points below are left out, 0...1.
    ///   - frameSize: as shown; distances are counted in its width.
    ///   - totals: of earlier runs.
    init(minimumConfidence: Double, frameSize: PixelSize, totals: Totals = Totals()) {
        self.minimumConfidence = minimumConfidence
        self.frameSize = frameSize
        self.totals = totals
    }

    /// Takes a record that belongs after the frames so far and returns the records that are settled.
    mutating func add(_ record: PathRecord) -> [PathRecord] {
        waiting.append(.record(record))
        return settle()
    }

    /// Takes the next frame and returns the records that are settled by it.
    ///
    /// - Parameter faces: by their track's serial.
    mutating func add(_ info: FrameInfo, _ update: TrackerUpdate, faces: [Int: Face] = [:]) -> [PathRecord] {
        for track in update.tracks {
            if let id = track.id {
                fates[track.serial] = .confirmed(id: id)
            } else if fates[track.serial] == nil {
                fates[track.serial] = .tentative
            }
        }
        for removal in update.removals {
            if case .tentative = fates[removal.serial] { fates[removal.serial] = .dropped }
        }
        waiting.append(.frame(Frame(info: info, update: update, faces: faces)))
        return settle()
    }

    private mutating func settle() -> [PathRecord] {
        let settled = waiting.prefix { entry in
            guard case .frame(let frame) = entry else { return true }
            return !frame.update.tracks.contains { track in
                if case .tentative = fates[track.serial] { true } else { false }
            }
        }
        waiting.removeFirst(settled.count)
        return settled.flatMap { entry in
            switch entry {
            case .frame(let frame): records(of: frame)
            case .record(let record): [record]
            }
        }
    }

    private mutating func records(of frame: Frame) -> [PathRecord] {
        var records: [PathRecord] = []
        for track in frame.update.tracks {
            guard case .confirmed(let id) = fates[track.serial], track.source == .measured,
                track.confidence >= minimumConfidence
            else { continue }
            let face = frame.faces[track.serial]
            if summaries[track.serial] == nil {
                let summary = PathSummary(id: id, start: frame.info.time, box: track.box)
                summaries[track.serial] = summary
                totals.paths += 1
                let start = PathStart(track: id, frame: frame.info, box: track.box, entry: summary.entry)
                records.append(PathRecord(time: frame.info.time, event: .pathStart(start)))
            }
            summaries[track.serial]?.add(track.box, face: face, at: frame.info.time, frameSize: frameSize)
            totals.points += 1
            totals.faces += face == nil ? 0 : 1
            let point = PathPoint(
                track: id, frame: frame.info, box: track.box, confidence: track.confidence, source: track.source,
                face: face, faceTime: summaries[track.serial]?.faceTime)
            records.append(PathRecord(time: frame.info.time, event: .path(point)))
        }
        for removal in frame.update.removals {
            fates[removal.serial] = nil
            guard let summary = summaries.removeValue(forKey: removal.serial) else { continue }
            records.append(PathRecord(time: frame.info.time, event: .pathEnd(summary.end(removal.cause))))
        }
        return records
    }
}

/// What a path's end record says, collected point by point.
private struct PathSummary {
    let id: Int
    let entry: PathPlace
    private let start: Timestamp
    private var end: Timestamp
    private var box: BoundingBox
    private var points = 0
    private var distance = 0.0
    private var bestFaceConfidence: Double?
    /// When a face was last found.
    private(set) var faceTime: Timestamp?

    init(id: Int, start: Timestamp, box: BoundingBox) {
        self.id = id
        self.start = start
        end = start
        self.box = box
        entry = PathPlace(of: box)
    }

    mutating func add(_ box: BoundingBox, face: Face?, at time: Timestamp, frameSize: PixelSize) {
        let (from, to) = (self.box.center, box.center)
        let down = (to.y - from.y) * Double(frameSize.height) / Double(frameSize.width)
        distance += ((to.x - from.x) * (to.x - from.x) + down * down).squareRoot()
        self.box = box
        end = time
        points += 1
        if let face {
            bestFaceConfidence = max(bestFaceConfidence ?? 0, face.confidence)
            faceTime = time
        }
    }

    func end(_ cause: TrackRemoval.Cause) -> PathEnd {
        PathEnd(
            track: id, cause: cause, start: start, end: end, points: points, distance: distance, entry: entry,
            exit: PathPlace(of: box), bestFaceConfidence: bestFaceConfidence)
    }
}

extension PathPlace {
    /// How near to the frame's edge a box counts as at the edge, in ratios of the frame.
    private static let margin = 0.01

    /// The edge that a box touches, a side edge before the top or the bottom: people's boxes often end at the bottom
    /// without their going there.
    init(of box: BoundingBox) {
        self =
            if box.left <= Self.margin {
                .left
            } else if box.right >= 1 - Self.margin {
                .right
            } else if box.bottom >= 1 - Self.margin {
                .bottom
            } else if box.top <= Self.margin {
                .top
            } else {
                .inside
            }
    }
}
