import Foundation
import PathModel
import TestSupport
import Testing

@testable import Aligning

@Suite struct CameraMotionEstimatorTests {
    private let scenery = Scenery()

    private func time(_ frame: Int) -> Timestamp { Timestamp(microseconds: Int64(frame) * 40_000) }

    /// The motion that a new follower sees from one picture to the next.
    private func motion(
        _ earlier: GrayPicture, _ later: GrayPicture, people: [BoundingBox] = [], masks: [BoundingBox] = []
    ) -> CameraMotion? {
        var follower = CameraMotionEstimator(masks: masks)
        #expect(follower.follow(earlier, people: people, at: time(0)) == nil, "nothing to compare with")
        return follower.follow(later, people: people, at: time(1))
    }

    /// By how many pixels the corners of the picture would be put wrong.
    private func error(_ motion: CameraMotion?, _ truth: Similarity) throws -> Double {
        let motion = try #require(motion)
        let (width, height) = (Double(Scenery.size.width), Double(Scenery.size.height))
        return [SIMD2(0, 0), SIMD2(width, 0), SIMD2(0, height), SIMD2(width, height)].map { corner in
            let found = motion.moved(Point(x: corner.x / height, y: corner.y / height))
            // Pixels' middles are whole numbers for a similarity; edges are for a motion.
            let moved = truth.moved(corner - 0.5) + 0.5
            let difference = SIMD2(found.x, found.y) * height - moved
            return (difference * difference).sum().squareRoot()
        }.max() ?? 0
    }

    @Test(arguments: [
        Similarity(x: 0.5), Similarity(x: -1.3, y: 0.7), Similarity(x: 7.4, y: -5.2), Similarity(x: -16, y: 9),
        Similarity(x: 48, y: 20), Similarity(degrees: 0.5), Similarity(degrees: -4), Similarity(scale: 1.01),
        Similarity(scale: 0.94), Similarity(x: 3, y: 2, degrees: 2, scale: 1.03),
    ])
    func motionsAreFoundToAFractionOfAPixel(truth: Similarity) throws {
        let later = scenery.picture(moved: truth)
        #expect(try error(motion(scenery.picture(), later), truth) < 0.1)
        // The same, lighter, and with a sensor's noise.
        var random = ScriptedRandom(seed: 3)
        let noisy = scenery.picture(moved: truth) { _, _, value in value + 8 + .random(in: -3...3, using: &random) }
        #expect(try error(motion(scenery.picture(), noisy), truth) < 0.3)
    }

    @Test func whatStandsStillDoesNotMove() {
        var random = ScriptedRandom(seed: 4)
        var follower = CameraMotionEstimator()
        let still = scenery.picture()
        for frame in 0..<100 {
            let noise = still.pixels.map { UInt8(clamping: Int($0) + .random(in: -4...4, using: &random)) }
            let noisy = GrayPicture(size: still.size, pixels: noise)
            #expect(follower.follow(noisy, people: [], at: time(frame)) == nil)
        }
    }

    @Test func slowMotionsAddUp() {
        var follower = CameraMotionEstimator()
        var found = 0.0
        for frame in 0...40 {
            let picture = scenery.picture(moved: Similarity(x: 0.05 * Double(frame)))
            found += follower.follow(picture, people: [], at: time(frame))?.offset.x ?? 0
        }
        #expect(abs(found * Double(Scenery.size.height) - 2) < 0.2)
    }

    /// People who fill half of the picture walk to the right while the camera pans to the left.
    @Test(arguments: [true, false]) func peopleDoNotDragIt(areFound: Bool) throws {
        let people = [
            BoundingBox(left: 0.1, top: 0.2, width: 0.25, height: 0.8),
            .init(left: 0.6, top: 0.1, width: 0.2, height: 0.9),
        ]
        let clothes = Scenery(seed: 9)
        func scene(_ camera: Similarity, _ walk: Double) -> GrayPicture {
            let worn = clothes.picture(moved: Similarity(x: walk))
            return scenery.picture(moved: camera) { x, y, value in
                let point = BoundingBox(
                    left: (Double(x) - walk) / Double(Scenery.size.width), top: Double(y) / Double(Scenery.size.height),
                    width: 1e-9, height: 1e-9)
                let isInside = people.contains { $0.intersectionArea(point) > 0 }
                return isInside ? Double(worn.pixels[y * Scenery.size.width + x]) : value
            }
        }
        let truth = Similarity(x: -3, y: 1)
        let boxes = areFound ? people : []
        #expect(try error(motion(scene(Similarity(), 0), scene(truth, 4), people: boxes), truth) < 0.15)
        #expect(motion(scene(Similarity(), 0), scene(Similarity(), 4), people: boxes) == nil, "the camera stands still")
    }

    @Test func masksStandStillAndSayNothing() throws {
        let mask = BoundingBox(left: 0.2, top: 0.1, width: 0.5, height: 0.6)
        func masked(_ truth: Similarity) -> GrayPicture {
            scenery.picture(moved: truth) { x, y, value in
                (45..<157).contains(x) && (13..<88).contains(y) ? 0 : value
            }
        }
        let truth = Similarity(x: 2.5, y: -1.5)
        #expect(try error(motion(masked(Similarity()), masked(truth), masks: [mask]), truth) < 0.1)
    }

    @Test func picturesThatSayNothingGiveNoMotion() {
        let size = Scenery.size
        func flat(_ value: UInt8) -> GrayPicture {
            GrayPicture(size: size, pixels: [UInt8](repeating: value, count: size.width * size.height))
        }
        #expect(motion(flat(0), flat(0)) == nil)
        #expect(motion(flat(0), flat(255)) == nil)
        #expect(motion(flat(0), scenery.picture()) == nil)
        #expect(motion(scenery.picture(), flat(0)) == nil)
        #expect(motion(scenery.picture(), Scenery(seed: 77).picture()) == nil, "another scene")
        let everywhere = [BoundingBox(left: -1, top: -1, width: 3, height: 3)]
        #expect(motion(scenery.picture(), scenery.picture(moved: Similarity(x: 3)), people: everywhere) == nil)
    }

    @Test(arguments: [(1, 1), (7, 5), (8, 9), (40, 3), (256, 16), (30, 200)]) func anySizeWillDo(
        width: Int, height: Int
    ) {
        let size = PixelSize(width: width, height: height)
        var follower = CameraMotionEstimator()
        var random = ScriptedRandom(seed: 1)
        for frame in 0..<20 {
            let truth = Similarity(x: .random(in: -9...9, using: &random), y: .random(in: -9...9, using: &random))
            let motion = follower.follow(scenery.picture(moved: truth, size: size), people: [], at: time(frame))
            if let motion {
                #expect([motion.a, motion.b, motion.offset.x, motion.offset.y].allSatisfy { $0.isFinite })
            }
        }
        // A change of size begins anew.
        #expect(follower.follow(scenery.picture(), people: [], at: time(99)) == nil)
    }

    /// By 3, and by 2, which has a way of its own.
    @Test(arguments: [(PixelSize(width: 600, height: 338), 3), (PixelSize(width: 448, height: 253), 2)])
    func aReductionIsTheMeanOfSquaresInTheFramesUnits(content: PixelSize, factor: Int) {
        var image = PixelBuffer(size: PixelSize(width: 608, height: 352), format: .bgr24, filledWith: 114)
        for y in 0..<content.height {
            for x in 0..<content.width {
                image.bytes[(y * 608 + x) * 3 + 1] = UInt8((x / factor + y / factor) % 200) + UInt8(x % factor)
            }
        }
        let gray = GrayPicture(reducing: image, content: content)
        let width = content.width / factor
        #expect(gray.size == PixelSize(width: width, height: content.height / factor))
        #expect(abs(gray.frameHeight - Double(content.height) / Double(factor)) < 1e-9)
        #expect(gray.pixels.indices.allSatisfy { Int(gray.pixels[$0]) == ($0 % width + $0 / width) % 200 + 1 })
    }
}
