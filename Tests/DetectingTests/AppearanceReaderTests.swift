import PathModel
import Testing

@testable import Detecting

@Suite struct AppearanceReaderTests {
    private static let size = PixelSize(width: 200, height: 100)
    private let reader = AppearanceReader()

    private static func paint(_ rect: PixelRect, _ bgr: (UInt8, UInt8, UInt8), in image: inout PixelBuffer) {
        for y in rect.y..<rect.y + rect.size.height {
            for x in rect.x..<rect.x + rect.size.width {
                let at = 3 * (y * image.size.width + x)
                (image.bytes[at], image.bytes[at + 1], image.bytes[at + 2]) = bgr
            }
        }
    }

    /// Somebody in red above and blue below at a column, 80 pixels high.
    private static func person(at x: Int, in image: inout PixelBuffer) -> Detection {
        paint(PixelRect(x: x, y: 10, width: 30, height: 40), (20, 20, 200), in: &image)
        paint(PixelRect(x: x, y: 50, width: 30, height: 40), (180, 60, 40), in: &image)
        return Detection(
            box: BoundingBox(left: Double(x) / 200, top: 0.1, width: 0.15, height: 0.8), confidence: 0.9)
    }

    @Test func theTwoPartsOfABodyHaveTheirColours() throws {
        var image = PixelBuffer(size: Self.size, format: .bgr24, filledWith: 128)
        var people = [Self.person(at: 20, in: &image)]
        reader.describe(&people, in: image, content: Self.size)
        let seen = try #require(people[0].appearance)
        #expect(seen.upper.visibility == 1 && seen.lower.visibility == 1)
        #expect(seen.upper.values.z > 50 && seen.upper.values.y < 0)
        #expect(seen.lower.values.y > 50 && seen.lower.values.z < 0)
        #expect(seen.upper.values.w < 0.5, "plain cloth has no pattern")
    }

    @Test func halfTheLightChangesColoursLittle() throws {
        var image = PixelBuffer(size: Self.size, format: .bgr24, filledWith: 128)
        var people = [Self.person(at: 20, in: &image)]
        reader.describe(&people, in: image, content: Self.size)
        let light = try #require(people[0].appearance?.upper.values)
        for index in image.bytes.indices { image.bytes[index] /= 2 }
        reader.describe(&people, in: image, content: Self.size)
        let shade = try #require(people[0].appearance?.upper.values)
        #expect(shade.x < light.x - 10)
        #expect(abs(shade.z - light.z) < 0.35 * abs(light.z))
    }

    @Test func whatSomebodyNearerHidesDoesNotCount() throws {
        var image = PixelBuffer(size: Self.size, format: .bgr24, filledWith: 128)
        var people = [Self.person(at: 20, in: &image)]
        reader.describe(&people, in: image, content: Self.size)
        let alone = try #require(people[0].appearance)
        // Green, in front of the right half, reaching further down.
        Self.paint(PixelRect(x: 35, y: 20, width: 40, height: 80), (20, 220, 20), in: &image)
        people.append(
            Detection(box: BoundingBox(left: 0.175, top: 0.2, width: 0.2, height: 0.8), confidence: 0.8))
        reader.describe(&people, in: image, content: Self.size)
        let hidden = try #require(people[0].appearance)
        #expect(abs(hidden.upper.visibility - 0.5) < 0.15)
        #expect(abs(hidden.upper.values.z - alone.upper.values.z) < 0.01)
        #expect(abs(hidden.lower.values.y - alone.lower.values.y) < 0.01)
        var turned = Array(people.reversed())
        reader.describe(&turned, in: image, content: Self.size)
        #expect(turned[1] == people[0], "the order of detections doesn't matter")
    }

    @Test func boxesBeyondTheFrameAndWithoutExtentAreRead() {
        let image = PixelBuffer(size: Self.size, format: .bgr24, filledWith: 128)
        let boxes = [
            BoundingBox(left: -0.5, top: -1, width: 3, height: 4),
            BoundingBox(left: 0.999, top: 0.999, width: 0, height: 0),
            BoundingBox(left: 2, top: 2, width: 1, height: 1),
        ]
        var people = boxes.map { Detection(box: $0, confidence: 0.9) }
        reader.describe(&people, in: image, content: PixelSize(width: 199, height: 99))
        #expect(people.map { $0.appearance?.upper.visibility ?? -1 >= 0 } == [true, true, true])
        #expect(people[2].appearance?.upper.visibility == 0)
    }
}
