import PathModel
import Testing

@testable import Drawing

@Suite struct PathScenesTests {
    private let frame = PixelSize(width: 400, height: 400)

    private func time(_ seconds: Double) -> Timestamp { Timestamp(microseconds: Int64((seconds * 1e6).rounded())) }

    private func point(
        _ seconds: Double, left: Double, track: Int = 1, source: Track.Source = .measured, face: Face? = nil
    ) -> PathRecord {
        let box = BoundingBox(left: left, top: 0.2, width: 0.1, height: 0.3)
        return PathRecord(
            time: time(seconds),
            event: .path(
                PathPoint(
                    track: track, frame: FrameInfo(index: Int(seconds * 25), time: time(seconds)), box: box,
                    confidence: 0.9, source: source, face: face)))
    }

    @Test func betweenAnalysedPicturesPeopleAreWhereTheyWalk() {
        var scenes = PathScenes(frame: frame)
        for (seconds, left) in [(0.0, 0.1), (0.2, 0.2), (0.4, 0.3)] { scenes.take(point(seconds, left: left)) }
        #expect(abs(scenes.scene(at: time(0.1)).figures[0].box.left - 0.15) < 1e-9)
        #expect(scenes.scene(at: time(0.2)).figures[0].box.left == 0.2)
        #expect(scenes.scene(at: time(0.45)).figures.isEmpty)
    }

    @Test func whoWasNotFoundIsNotDrawnButBlurred() {
        var scenes = PathScenes(frame: frame, blur: .people)
        for (seconds, left) in [(0.0, 0.1), (0.2, 0.2), (1.2, 0.7)] { scenes.take(point(seconds, left: left)) }
        let scene = scenes.scene(at: time(0.7))
        #expect(scene.figures.isEmpty)
        #expect(scene.blurred.count == 1)
        #expect(
            scene.blurred[0].box.intersectionArea(BoundingBox(left: 0.45, top: 0.2, width: 0.1, height: 0.3)) > 0.029)
    }

    /// Of records of 5 frames a second.
    @Test(arguments: [(0.79, false), (0.8, true), (0.9, true), (1.0, true), (1.4, true), (1.6, true), (1.61, false)])
    func blurStaysForOneSamplingIntervalBeforeAndAfterAPath(seconds: Double, isBlurred: Bool) {
        var scenes = PathScenes(frame: frame, blur: .heads)
        for (seconds, left) in [(1.0, 0.1), (1.2, 0.2), (1.4, 0.3)] { scenes.take(point(seconds, left: left)) }
        #expect(scenes.scene(at: time(seconds)).blurred.isEmpty != isBlurred)
    }

    @Test func slowSamplingKeepsTheBlurForAsLong() {
        var scenes = PathScenes(frame: frame, blur: .heads)
        scenes.interval = 1
        scenes.take(point(5, left: 0.1))
        #expect(scenes.lookahead >= 2)
        #expect(!scenes.scene(at: time(4.01)).blurred.isEmpty && !scenes.scene(at: time(5.99)).blurred.isEmpty)
    }

    @Test func aFaceIsBlurredWhereItWasFoundAndElseTheHead() throws {
        let face = BoundingBox(left: 0.12, top: 0.22, width: 0.03, height: 0.04)
        var scenes = PathScenes(frame: frame, blur: .faces)
        for seconds in [0.0, 0.2, 0.4, 0.6, 0.8, 1.0] {
            let found = seconds == 0.2 ? Face(box: face, confidence: 0.9, landmarks: []) : nil
            scenes.take(point(seconds, left: 0.1 + seconds / 10, face: found))
        }
        let near = try #require(scenes.scene(at: time(0.3)).blurred.first).box
        #expect(near.width < 0.08 && near.intersectionArea(face) > 0.99 * face.area && near.right > face.right + 0.02)
        let far = try #require(scenes.scene(at: time(1.0)).blurred.first).box
        #expect(far.width > 0.12 && far.top < 0.2 && far.bottom > 0.27)
    }

    @Test func predictedPointsAreMarked() {
        var scenes = PathScenes(frame: frame)
        scenes.take(point(0, left: 0.1))
        scenes.take(point(0.04, left: 0.1, source: .predicted))
        #expect(scenes.scene(at: time(0)).figures.map(\.isPredicted) == [false])
        #expect(scenes.scene(at: time(0.04)).figures.map(\.isPredicted) == [true])
    }

    @Test func trailsEndAfterThreeSecondsAndAreForgotten() {
        var scenes = PathScenes(frame: frame)
        for step in 0...125 { scenes.take(point(Double(step) / 25, left: Double(step) / 250)) }
        // What moves from picture to picture costs an encoder much.
        #expect(scenes.scene(at: time(4.92)).trails == scenes.scene(at: time(4.96)).trails)
        let trail = scenes.scene(at: time(5)).trails
        #expect(trail.map(\.points.count) == [31])
        #expect(trail[0].points.last?.age == 0)
        #expect(scenes.scene(at: time(9)).trails.isEmpty)
    }

    @Test func countsChangeWhenItHappenedNotWhenItWasWritten() {
        let zone = Zone(name: "queue", polygon: Polygon(.frame))
        let line = CountingLine(name: "door", polyline: Polyline([Point(x: 0, y: 0), Point(x: 1, y: 1)]))
        var scenes = PathScenes(frame: frame)
        scenes.take(PathRecord(time: time(0), event: .region(Region(zone))))
        scenes.take(PathRecord(time: time(0), event: .region(Region(line))))
        let crossing = LineCrossing(
            track: 1, name: "door", direction: .inward, place: Point(x: 0.5, y: 0.5), inward: 1, outward: 0, people: 1)
        let entry = ZoneChange(track: 1, name: "queue", action: .enter(appeared: true), people: 1)
        scenes.take(PathRecord(time: time(1.5), event: .line(crossing)))
        scenes.take(PathRecord(time: time(1), event: .zone(entry)))
        let scene = [0.5, 1.2, 1.5].map { scenes.scene(at: time($0)) }
        #expect(scene.map(\.zones[0].people) == [0, 1, 1])
        #expect(scene.map(\.lines[0].inward) == [0, 0, 1])
    }
}
