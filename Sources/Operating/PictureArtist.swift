import Analyzing
import Decoding
import Drawing
import Encoding
import Following
import Foundation
import PathModel
import Tracking

/// Makes a camera's pictures for people: masks black, who is to be blurred blurred, paths, zones and lines drawn. Confined
/// to the camera's thread.
final class PictureArtist {
    private static let largest = PixelSize(width: 960, height: 960)
    private static let trailSeconds = 5.0
    /// For how many seconds somebody out of sight is drawn.
    private static let memory = 0.5
    /// FFmpeg's scale, 2 to 31.
    private static let quality: Int32 = 5

    /// For pictures of one size.
    private struct Tools {
        let size: PixelSize
        let painter: ScenePainter
        let masks: PixelCover
    }

    private let settings: FeedSettings
    private let booth: PictureBooth
    private let tell: (LogLevel, String) -> Void
    private let scaler = PictureScaler()
    private var tools: Tools?
    /// Where feet were, by track; begins anew whenever somebody looks.
    private var ways: [Int: [(time: Timestamp, place: Point)]] = [:]
    private var hasFailed = false

    init(_ settings: FeedSettings, booth: PictureBooth, tell: @escaping (LogLevel, String) -> Void) {
        (self.settings, self.booth, self.tell) = (settings, booth, tell)
    }

    /// Takes a frame when everything is known of it; makes a picture of it where one is due.
    func look(at frame: AnalyzedFrame, _ status: FeedStatus) {
        let interest = booth.interest()
        guard interest != .none, let update = frame.update else {
            if interest == .none { ways = [:] }
            return
        }
        let time = frame.frame.info.time
        note(update.tracks, at: time)
        guard interest == .due else { return }
        do {
            var image = try StillPicture.image(of: frame.frame.picture, within: Self.largest, by: scaler)
            let tools = try tools(for: image.size)
            image.fill(tools.masks, with: 0)
            tools.painter.paint(scene(frame, update.tracks, status, at: time), on: &image)
            // Blurring mixes neighbours, and nothing is drawn on a mask.
            image.fill(tools.masks, with: 0)
            booth.put(Data(try JPEGPicture.encode(image, quality: Self.quality)))
        } catch {
            if !hasFailed { tell(.error, "no picture of it can be made: \(error)") }
            hasFailed = true
        }
    }

    private func tools(for size: PixelSize) throws(DrawingError) -> Tools {
        if let tools, tools.size == size { return tools }
        let made = Tools(
            size: size, painter: try ScenePainter(size: size), masks: PixelCover(settings.options.masks, size: size))
        tools = made
        return made
    }

    /// Remembers where feet were.
    private func note(_ tracks: [Track], at time: Timestamp) {
        for track in tracks where track.id != nil && track.source == .measured {
            ways[track.serial, default: []].append((time, Anchor.feet.point(of: track.box)))
        }
        ways = ways.compactMapValues { way in
            let kept = way.filter { time.seconds(since: $0.time) <= Self.trailSeconds }
            return kept.isEmpty ? nil : kept
        }
    }

    private func scene(
        _ frame: AnalyzedFrame, _ tracks: [Track], _ status: FeedStatus, at time: Timestamp
    ) -> Scene {
        var scene = Scene()
        let size = frame.frame.picture.size
        if let blur = settings.blur {
            // Also who isn't confirmed yet, and who is out of sight for a moment.
            scene.blurred = tracks.map { blur.part(of: $0.box, face: frame.faces[$0.serial]?.box, frame: size) }
        }
        for track in tracks {
            guard let id = track.id, let way = ways[track.serial], let last = way.last else { continue }
            if time.seconds(since: last.time) <= Self.memory {
                scene.figures.append(
                    Scene.Figure(track: id, box: track.box, isPredicted: track.source == .predicted))
            }
            guard way.count > 1 else { continue }
            let points = way.map {
                Scene.TrailPoint(place: $0.place, age: time.seconds(since: $0.time) / Self.trailSeconds)
            }
            scene.trails.append(Scene.Trail(track: id, points: points))
        }
        let layout = settings.options.layout
        scene.zones = layout.zones.map { zone in
            let people = status.regions.zones.first { $0.name == zone.name }?.people
            return Scene.Zone(name: zone.name, outline: zone.polygon.vertices, people: people)
        }
        scene.lines = layout.lines.map { line in
            var drawn = Scene.Line(name: line.name, points: line.polyline.vertices)
            if let tally = status.regions.lines.first(where: { $0.name == line.name }) {
                (drawn.inward, drawn.outward) = (tally.inward, tally.outward)
            }
            return drawn
        }
        return scene
    }
}
