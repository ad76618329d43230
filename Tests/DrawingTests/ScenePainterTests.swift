import CDrawing
import PathModel
import Testing

@testable import Drawing

@Suite struct ScenePainterTests {
    private let size = PixelSize(width: 320, height: 192)
    private let box = BoundingBox(left: 0.25, top: 0.25, width: 0.25, height: 0.5)

    private func painted(_ scene: Scene, on grey: UInt8 = 0) throws -> PixelBuffer {
        var image = PixelBuffer(size: size, format: .rgb24, filledWith: grey)
        try ScenePainter(size: size).paint(scene, on: &image)
        return image
    }

    private func pixel(_ image: PixelBuffer, _ x: Int, _ y: Int) -> [UInt8] {
        let start = (y * image.size.width + x) * 3
        return Array(image.bytes[start..<start + 3])
    }

    /// Places whose pixel isn't of the grey value.
    private func drawn(_ image: PixelBuffer, on grey: UInt8 = 0) -> [(x: Int, y: Int)] {
        (0..<size.width * size.height).map { (x: $0 % size.width, y: $0 / size.width) }
            .filter { pixel(image, $0.x, $0.y) != [grey, grey, grey] }
    }

    private func figure(_ track: Int = 1, predicted: Bool = false) -> Scene.Figure {
        Scene.Figure(track: track, box: box, isPredicted: predicted)
    }

    @Test func aBoxIsDrawnWhereTheSceneSaysWithItsNumberAboveIt() throws {
        var scene = Scene()
        scene.figures = [figure()]
        let places = drawn(try painted(scene))
        #expect(places.map(\.x).min() == 80 && places.map(\.x).max() == 159)
        #expect(places.map(\.y).max() == 143)
        let label = places.filter { $0.y < 48 }
        #expect(!label.isEmpty && label.allSatisfy { $0.x < 110 && $0.y > 25 })
        #expect(pixel(try painted(scene), 120, 110) == [0, 0, 0], "only the outline is drawn")
    }

    @Test func predictedBoxesAreDashed() throws {
        func gaps(_ predicted: Bool) throws -> Int {
            var scene = Scene()
            scene.figures = [figure(predicted: predicted)]
            let image = try painted(scene)
            let row = (100..<150).map { pixel(image, $0, 48) != [0, 0, 0] }
            return zip(row, row.dropFirst()).count { $0 != $1 }
        }
        #expect(try gaps(false) == 0)
        #expect(try gaps(true) >= 10)
    }

    @Test func aBoxReachingOutOfTheFrameIsDrawnAsFarAsItIsInside() throws {
        var scene = Scene()
        let far = BoundingBox(left: -1e9, top: 0.1, width: 2e9, height: .infinity)
        scene.figures = [
            Scene.Figure(track: 1, box: BoundingBox(left: -0.1, top: -0.1, width: 1.2, height: 0.6)),
            Scene.Figure(track: 2, box: far), Scene.Figure(track: -3, box: far),
        ]
        let places = drawn(try painted(scene))
        #expect(places.contains { $0.x == 0 && $0.y == 95 } && places.contains { $0.x == 319 && $0.y == 95 })
    }

    @Test func trailsFade() throws {
        var scene = Scene()
        let ages = [0.9, 0.5, 0.1]
        scene.trails = [
            Scene.Trail(
                track: 2,
                points: zip(ages, [0.1, 0.5, 0.9]).map { Scene.TrailPoint(place: Point(x: $1, y: 0.5), age: $0) })
        ]
        let image = try painted(scene)
        let (old, new) = (pixel(image, 60, 96), pixel(image, 250, 96))
        #expect(old[1] > 20 && new[1] > old[1] + 30, "\(old) \(new)")
    }

    @Test func zonesAndLinesShowTheirNamesAndCounts() throws {
        var scene = Scene()
        let corners = [Point(x: 0.2, y: 0.2), Point(x: 0.8, y: 0.2), Point(x: 0.8, y: 0.9), Point(x: 0.2, y: 0.9)]
        scene.zones = [Scene.Zone(name: "queue", outline: corners, people: 3)]
        scene.lines = [Scene.Line(name: "door", points: [Point(x: 0.5, y: 0.9), Point(x: 0.5, y: 0.4)])]
        let one = try painted(scene)
        #expect(pixel(one, 64, 100) == [255, 190, 60])
        #expect(pixel(one, 160, 160) == [80, 220, 255])
        // Whoever walks up along it has its right side on the right: there the arrow points.
        #expect(pixel(one, 166, 124) == [80, 220, 255] && pixel(one, 156, 124) == [0, 0, 0])
        scene.zones[0].people = 4
        let other = try painted(scene)
        #expect(one != other)
    }

    @Test(arguments: [
        String(repeating: "🙂", count: 200), "</script>", "\"", "{{x}}", "a\nb\u{0}c", "\u{202E}tfel", "",
        String(repeating: "W", count: 10_000),
    ])
    func anyNameIsOneLabelWithinTheFrame(name: String) throws {
        var scene = Scene()
        scene.zones = [Scene.Zone(name: name, outline: [Point(x: 0.1, y: 0.5), Point(x: 0.1, y: 0.5)])]
        let places = drawn(try painted(scene))
        #expect(!places.isEmpty)
        let (columns, rows) = (places.map(\.x), places.map(\.y))
        #expect((columns.max() ?? 0) - (columns.min() ?? 0) < size.width / 2, "a third of the width, and its margins")
        #expect((rows.max() ?? 0) - (rows.min() ?? 0) < 30, "one line")
    }

    @Test func theClockStandsInACornerThatNoMaskCovers() throws {
        var scene = Scene()
        scene.clock = "0:00:01.2"
        #expect(drawn(try painted(scene, on: 99), on: 99).allSatisfy { $0.y < 30 && $0.x < 160 })
        scene.masks = [.rectangle(BoundingBox(left: 0, top: 0, width: 0.4, height: 0.2))]
        let places = drawn(try painted(scene, on: 99), on: 99).filter { $0.y > 45 }
        #expect(!places.isEmpty && places.allSatisfy { $0.y > 150 })
    }

    @Test func nothingIsSeenOrDrawnOnAMask() throws {
        var scene = Scene()
        scene.figures = [figure()]
        scene.blurred = [Scene.BlurredPart(box: .frame, coarseness: 0.1)]
        scene.masks = [.rectangle(BoundingBox(left: 0.25, top: 0.25, width: 0.25, height: 0.25))]
        let image = try painted(scene, on: 200)
        for y in 47..<97 { for x in 79..<161 { #expect(pixel(image, x, y) == [0, 0, 0]) } }
    }

    @Test func blurringLeavesNothingFinerThanItsCells() throws {
        var image = PixelBuffer(size: size, format: .rgb24)
        for index in 0..<size.width * size.height where (index % size.width / 4 + index / size.width / 4) % 2 == 0 {
            for channel in 0..<3 { image.bytes[3 * index + channel] = 255 }
        }
        let before = image
        var scene = Scene()
        scene.blurred = [Scene.BlurredPart(box: box, coarseness: 0.25)]
        try ScenePainter(size: size).paint(scene, on: &image)
        for y in 50..<140 {
            for x in 82..<158 { #expect(abs(Int(pixel(image, x, y)[0]) - 127) < 20) }
        }
        #expect(pixel(image, 70, 60) == pixel(before, 70, 60) && pixel(image, 100, 150) == pixel(before, 100, 150))
    }

    @Test func aBlurredPartThatTremblesStaysAsItIs() throws {
        var image = PixelBuffer(size: size, format: .rgb24)
        for index in image.bytes.indices { image.bytes[index] = UInt8(truncatingIfNeeded: index &* index >> 7) }
        func blurred(_ box: BoundingBox) throws -> [UInt8] {
            var (scene, image) = (Scene(), image)
            scene.blurred = [Scene.BlurredPart(box: box, coarseness: 0.25)]
            try ScenePainter(size: size).paint(scene, on: &image)
            return image.bytes
        }
        let box = BoundingBox(left: 0.26, top: 0.27, width: 0.23, height: 0.46)
        let (moved, other) = (box.moved(by: 0.004), box.moved(by: 0.1))
        #expect(try blurred(box) == blurred(moved) && blurred(box) != blurred(other))
    }

    @Test func onlyWhatIsBlurredAndNotDrawnOnHasNoDetail() throws {
        var scene = Scene()
        scene.blurred = [
            Scene.BlurredPart(box: BoundingBox(left: 0.11, top: 0.24, width: 0.5, height: 0.52), coarseness: 0.25)
        ]
        #expect(try parts(scene).plain == (3..<9).map { PixelRect(x: 32, y: 16 * $0, width: 160, height: 16) })
        scene.figures = [figure()]
        let left = try parts(scene)
        func has(_ x: Int, _ y: Int, in parts: [PixelRect]? = nil) -> Bool {
            (parts ?? left.plain).contains {
                ($0.x..<$0.x + $0.size.width).contains(x) && ($0.y..<$0.y + $0.size.height).contains(y)
            }
        }
        #expect(has(120, 100) && has(50, 100) && has(190, 100))
        for (x, y) in [(81, 100), (158, 100), (120, 49)] {
            #expect(!has(x, y) && has(x, y, in: left.drawn), "where the box is")
        }
        #expect(!has(120, 100, in: left.drawn) && !has(300, 180, in: left.drawn))
    }

    /// What an encoder may take less pains over.
    private func parts(_ scene: Scene) throws -> ScenePainter.Painted {
        let painter = try ScenePainter(size: size)
        let count = size.width * size.height
        var bytes = [UInt8](repeating: 90, count: count * 3 / 2)
        return bytes.withUnsafeMutableBufferPointer { bytes in
            let start = bytes.baseAddress!
            return painter.paint(
                scene,
                on: footpath_planes(
                    luma: start, blue: start + count, red: start + count * 5 / 4, luma_stride: size.width,
                    blue_stride: size.width / 2, red_stride: size.width / 2, width: Int32(size.width),
                    height: Int32(size.height), red_share: 0.299, blue_share: 0.114, is_full_range: 0))
        }
    }

    @Test func anEdgeThatTremblesByLessThanALineStaysWhereItIs() throws {
        var (scene, moved) = (Scene(), Scene())
        scene.figures = [figure()]
        let trembled = BoundingBox(left: box.left + 0.9 / 320, top: box.top - 0.9 / 192, width: 0.25, height: 0.5)
        moved.figures = [Scene.Figure(track: 1, box: trembled)]
        #expect(try painted(moved) == painted(scene))
    }

    @Test func theSameSceneGivesTheSameBytes() throws {
        var scene = Scene()
        scene.figures = (1...9).map { figure($0) }
        scene.zones = [Scene.Zone(name: "Küche", outline: [Point(x: 0.1, y: 0.2), Point(x: 0.9, y: 0.8)])]
        let painter = try ScenePainter(size: size)
        var (first, second) = (PixelBuffer(size: size, format: .rgb24), PixelBuffer(size: size, format: .rgb24))
        painter.paint(scene, on: &first)
        var other = PixelBuffer(size: size, format: .rgb24)
        painter.paint(Scene(), on: &other)
        #expect(drawn(other).isEmpty)
        painter.paint(scene, on: &second)
        #expect(first == second)
        #expect(try painted(scene) == first)
    }

    @Test func picturesBeyondCairosSizeAreRefused() {
        let size = PixelSize(width: 40_000, height: 10)
        #expect(throws: DrawingError.tooLarge(size)) { try ScenePainter(size: size) }
    }
}

extension BoundingBox {
    /// To the right and wider, as trembling boxes are.
    fileprivate func moved(by ratio: Double) -> BoundingBox {
        BoundingBox(left: left + ratio, top: top, width: width + ratio, height: height)
    }
}
