import PathModel

/// Turns records into what is to be drawn on each picture.
///
/// Records and pictures come in order of time. Whoever knows what comes after a picture takes records up to `lookahead`
/// behind it first: then those who are between two analysed pictures are drawn and blurred there too.
public struct PathScenes: Sendable {
    /// Seconds that a trail stays.
    private static let trailSeconds = 3.0
    /// A longer hole in a trail is left open.
    private static let longestStep = 1.0

    /// Whether paths, zones and lines are drawn.
    public var drawsPaths = true
    /// Seconds from one analysed picture to the next. Where it isn't given, it is the shortest step of any path so far.
    public var interval: Double?
    /// What is black, beside the masks among the records.
    public var masks: [Mask] = []
    private let blurRule: BlurRule?
    private var shortestStep: Double?
    private var tracks: [Int: TrackHistory] = [:]
    private var zones: [Scene.Zone] = []
    private var lines: [Scene.Line] = []
    /// Of zones and lines, in the order in which they were written; a change may be written before an earlier one.
    private var changes: [PathRecord] = []

    /// - Parameters:
    ///   - frame: its size as shown.
    ///   - blur: who is made unrecognisable; nil for nobody.
    public init(frame: PixelSize, blur: Blur? = nil) {
        blurRule = blur.map { BlurRule(blur: $0, frame: frame) }
    }

    /// How many seconds of records behind a picture are wanted before it is drawn.
    public var lookahead: Double { max(BlurRule.longestHole, 2 * (interval ?? shortestStep ?? 0)) + 0.1 }

    /// Takes a record.
    public mutating func take(_ record: PathRecord) {
        switch record.event {
        case .path(let point):
            if let last = tracks[point.track]?.lastTime, last < point.frame.time {
                shortestStep = min(shortestStep ?? .infinity, point.frame.time.seconds(since: last))
            }
            tracks[point.track, default: TrackHistory()].add(point)
        case .region(let region): take(region)
        case .zone, .line: changes.append(record)
        default: break
        }
    }

    /// What is drawn on the picture of a time.
    public mutating func scene(at time: Timestamp) -> Scene {
        forget(before: time)
        for change in changes where change.time <= time { apply(change) }
        changes.removeAll { $0.time <= time }
        var scene = Scene()
        scene.masks = masks
        let interval = interval ?? shortestStep ?? 0
        for (id, track) in tracks.sorted(by: { $0.key < $1.key }) {
            if let blurRule { scene.blurred += blurRule.parts(of: track, at: time, interval: interval) }
            guard drawsPaths else { continue }
            if let figure = figure(of: track, at: time, interval: interval) { scene.figures.append(figure) }
            scene.trails += trails(of: track, id: id, at: time)
        }
        if drawsPaths { (scene.zones, scene.lines) = (zones, lines) }
        return scene
    }

    // MARK: - Zones and lines

    private mutating func take(_ region: Region) {
        let name = region.name ?? ""
        switch region.kind {
        case .zone:
            zones.removeAll { $0.name == name }
            zones.append(Scene.Zone(name: name, outline: region.points, people: 0))
        case .line:
            lines.removeAll { $0.name == name }
            lines.append(Scene.Line(name: name, points: region.points))
        case .mask:
            let mask = Mask.polygon(Polygon(region.points))
            if !masks.contains(mask) { masks.append(mask) }
        }
    }

    private mutating func apply(_ change: PathRecord) {
        switch change.event {
        case .zone(let change):
            if let index = zones.firstIndex(where: { $0.name == change.name }) { zones[index].people = change.people }
        case .line(let crossing):
            guard let index = lines.firstIndex(where: { $0.name == crossing.name }) else { return }
            (lines[index].inward, lines[index].outward) = (crossing.inward, crossing.outward)
        default: break
        }
    }

    // MARK: - Paths

    private mutating func forget(before time: Timestamp) {
        let kept = max(Self.trailSeconds, BlurRule.leastHold, interval ?? shortestStep ?? 0) + 0.1
        let oldest = Timestamp(microseconds: time.microseconds - Int64(kept * 1e6))
        for id in tracks.keys {
            if let last = tracks[id]?.lastTime, last < oldest { tracks[id] = nil }
            tracks[id]?.forget(before: oldest)
        }
    }

    private func figure(of track: TrackHistory, at time: Timestamp, interval: Double) -> Scene.Figure? {
        let near = track.neighbours(of: time)
        guard let before = near.before, let after = near.after else { return nil }
        let step = after.frame.time.seconds(since: before.frame.time)
        let isPredicted = before.source == .predicted || after.source == .predicted
        guard step > 0 else {
            return Scene.Figure(
                track: before.track, box: before.box, isPredicted: isPredicted, face: before.face?.box,
                landmarks: before.face?.landmarks.map(\.position) ?? [])
        }
        // Whoever wasn't found in an analysed picture isn't drawn in it.
        guard step <= 1.5 * interval else { return nil }
        let share = time.seconds(since: before.frame.time) / step
        return Scene.Figure(
            track: before.track, box: before.box.moved(to: after.box, share: share), isPredicted: isPredicted)
    }

    /// The same on all pictures of a tenth of a second: lines that move cost an encoder more than all else.
    private func trails(of track: TrackHistory, id: Int, at time: Timestamp) -> [Scene.Trail] {
        var trails: [Scene.Trail] = []
        var previous: Timestamp?
        let now = Timestamp(microseconds: time.tenth * 100_000)
        for step in track.steps {
            guard step.time.milliseconds <= time.milliseconds else { break }
            let age = now.seconds(since: step.time) / Self.trailSeconds
            guard age <= 1 else { continue }
            let isFar = previous.map { step.time.seconds(since: $0) > Self.longestStep } ?? true
            if isFar { trails.append(Scene.Trail(track: id, points: [])) }
            trails[trails.count - 1].points.append(Scene.TrailPoint(place: step.place, age: max(0, age)))
            previous = step.time
        }
        return trails
    }
}
