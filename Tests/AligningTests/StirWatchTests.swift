import Foundation
import PathModel
import TestSupport
import Testing

@testable import Aligning

@Suite struct StirWatchTests {
    private static let size = PixelSize(width: 256, height: 144)
    private static let box = BoundingBox(left: 0.4, top: 0.25, width: 0.12, height: 0.6)

    /// A room with somebody in it, in grey levels.
    private struct Scene {
        /// Pixels by which the whole body or its head alone is elsewhere.
        var body: @Sendable (Double) -> Double = { _ in 0 }
        var head: @Sendable (Double) -> Double = { _ in 0 }
        /// Share of the light.
        var light: @Sendable (Double) -> Double = { _ in 1 }
        var noise = 1.5
        /// Where somebody else stands in front, in ratios of the frame.
        var passer: @Sendable (Double) -> BoundingBox? = { _ in nil }

        func picture(at time: Double, _ random: inout ScriptedRandom) -> GrayPicture {
            let box = StirWatchTests.box.scaled(x: 256, y: 144)
            let passer = passer(time)?.scaled(x: 256, y: 144)
            var pixels: [UInt8] = []
            for y in 0..<144 {
                for x in 0..<256 {
                    let (px, py) = (Double(x) + 0.5, Double(y) + 0.5)
                    let isHead = py < box.top + box.height / 6
                    let across = px - box.left - body(time) - (isHead ? head(time) : 0)
                    let inset = isHead ? box.width / 3 : 2
                    var value = 90 + 25 * sin(px / 9) * cos(py / 7)
                    if across > inset, across < box.width - inset, py > box.top, py < box.bottom {
                        value = 130 + 50 * sin(across / 3 + py / 5)
                    }
                    if let passer, px > passer.left, px < passer.right, py > passer.top, py < passer.bottom {
                        value = 30
                    }
                    value = value * light(time) + noise * .random(in: -1.7...1.7, using: &random)
                    pixels.append(UInt8(max(0, min(255, value.rounded()))))
                }
            }
            return GrayPicture(size: StirWatchTests.size, pixels: pixels)
        }
    }

    /// When somebody in a scene stirs, in seconds; nil for never.
    private func stirs(
        _ scene: Scene, for seconds: Double, fps: Double = 5, box: (Double) -> BoundingBox = { _ in Self.box },
        hasMoved: (Double) -> Bool = { _ in false }
    ) -> Double? {
        var watch = StirWatch()
        var random = ScriptedRandom(seed: 5)
        for frame in 0..<Int(seconds * fps) {
            let time = Double(frame) / fps
            var tracks = [Track(serial: 0, id: 1, box: box(time), confidence: 0.9, source: .measured)]
            if let passer = scene.passer(time) {
                tracks.append(Track(serial: 1, id: 2, box: passer, confidence: 0.9, source: .measured))
            }
            let still = watch.look(
                at: tracks, in: scene.picture(at: time, &random), hasMoved: hasMoved(time),
                at: Timestamp(microseconds: Int64(time * 1e6)))
            if !still.contains(0) { return time }
        }
        return nil
    }

    /// A detector's boxes move about a poster, too.
    private static func jittering(_ time: Double) -> BoundingBox {
        BoundingBox(
            left: box.left + 0.01 * sin(7 * time), top: box.top + 0.02 * cos(5 * time), width: box.width,
            height: box.height)
    }

    @Test(arguments: [0, 1.5, 8])
    func aPosterNeverStirsHoweverNoisyTheNight(noise: Double) {
        #expect(stirs(Scene(noise: noise), for: 60, box: Self.jittering) == nil)
    }

    @Test func lightThatComesAndGoesStirsNobody() {
        #expect(stirs(Scene(light: { 1 - 0.4 * ($0 > 10 && $0 < 20 ? 1 : 0) }), for: 30) == nil)
        #expect(stirs(Scene(light: { 0.7 + 0.3 * cos($0 / 10) }), for: 60) == nil)
    }

    @Test func whoeverPassesInFrontOfAPosterStirsOnlyThemselves() {
        let scene = Scene(passer: { time in
            guard time > 5, time < 9 else { return nil }
            return BoundingBox(left: 0.1 + 0.15 * (time - 5), top: 0.2, width: 0.14, height: 0.75)
        })
        #expect(stirs(scene, for: 15) == nil)
    }

    @Test(arguments: [1.5, 8], [2.0, 5, 25])
    func somebodyWhoStandsStirsSoonerOrLater(noise: Double, fps: Double) throws {
        // Sways by a pixel and a half, after they stood still for ten seconds.
        let swaying = Scene(body: { $0 < 10 ? 0 : 1.5 * sin(1.2 * ($0 - 10)) }, noise: noise)
        let time = try #require(stirs(swaying, for: 30, fps: fps))
        #expect((10...20).contains(time), "\(time)")
        let nodding = Scene(head: { $0 < 10 ? 0 : 5 }, noise: noise)
        let other = try #require(stirs(nodding, for: 30, fps: fps))
        #expect((10...14).contains(other), "\(other)")
    }

    @Test(arguments: [2.0, 5, 25])
    func whoeverWalksStirsAtOnce(fps: Double) throws {
        let walking = Scene(body: { 40 * $0 })
        let time = try #require(
            stirs(walking, for: 5, fps: fps) { time in
                BoundingBox(
                    left: Self.box.left + 40 * time / 256, top: Self.box.top, width: Self.box.width,
                    height: Self.box.height)
            })
        #expect(time <= max(1, 5 / fps))
    }

    @Test func whoeverStirredOnceCountsAsSomebodyHoweverLongTheyStand() {
        let standing = Scene(body: { min(30, 40 * $0) })
        var watch = StirWatch()
        var random = ScriptedRandom(seed: 6)
        var lastStill = -1.0
        for frame in 0..<620 {
            let time = frame < 25 ? Double(frame) / 5 : Double(frame - 20)
            let box = BoundingBox(
                left: Self.box.left + min(30, 40 * time) / 256, top: Self.box.top, width: Self.box.width,
                height: Self.box.height)
            let track = Track(serial: 0, id: 1, box: box, confidence: 0.9, source: .measured)
            let picture = standing.picture(at: min(time, 5), &random)
            let still = watch.look(
                at: [track], in: picture, hasMoved: false, at: Timestamp(microseconds: Int64(time * 1e6)))
            if !still.isEmpty { lastStill = time }
        }
        #expect(lastStill < 2)
    }

    @Test func whereTheCameraMovesEveryoneCounts() {
        #expect(stirs(Scene(), for: 20, hasMoved: { abs($0 - 5) < 0.05 }) == 5)
    }

    @Test func whoeverFillsThePictureCounts() throws {
        let whole = BoundingBox(left: 0, top: 0, width: 1, height: 1)
        #expect(try #require(stirs(Scene(), for: 20, box: { _ in whole })) < 4)
    }
}
