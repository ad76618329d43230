import Foundation
import PathModel

/// The page on which zones, lines and masks are drawn.
public struct DrawPage {
    /// As the page's scripts have it.
    private struct Content: Encodable {
        struct Shape: Encodable {
            struct Crowd: Encodable {
                let people: Int
                let `for`: String
            }

            let kind: String
            let name: String
            let anchor: String
            let points: [[Double]]
            var loiter: String?
            var crowd: Crowd?
        }

        let source: String
        /// A `data:` URL.
        let picture: String
        let width: Int
        let height: Int
        let shapes: [Shape]
    }

    private let content: Content

    /// - Parameters:
    ///   - source: what people are shown of where the picture comes from.
    ///   - picture: a JPEG file.
    ///   - size: of the picture.
    ///   - layout: the zones and lines that are there.
    ///   - masks: those that are there.
    public init(source: String, picture: [UInt8], size: PixelSize, layout: CountingLayout, masks: [Polygon]) {
        let shapes =
            layout.zones.map(Self.shape) + layout.lines.map(Self.shape)
            + masks.map { mask in
                // A rectangle that ends at the edge may lie outside by a rounding.
                let points = mask.vertices.map { Point(x: min(1, max(0, $0.x)), y: min(1, max(0, $0.y))) }
                return Content.Shape(kind: "mask", name: "", anchor: Anchor.feet.rawValue, points: Self.pairs(points))
            }
        content = Content(
            source: source, picture: "data:image/jpeg;base64," + Data(picture).base64EncodedString(),
            width: size.width, height: size.height, shapes: shapes)
    }

    /// The whole page.
    public var html: Data {
        WebPage(
            title: "Zones, lines and masks", body: PageFile.drawBody.text,
            styles: [PageFile.commonStyle, .drawStyle].map(\.text),
            scripts: [PageFile.drawShapes, .drawBoard, .drawView, .drawPanel].map(\.text), data: content
        ).html
    }

    private static func shape(_ zone: Zone) -> Content.Shape {
        Content.Shape(
            kind: "zone", name: zone.name, anchor: zone.anchor.rawValue, points: pairs(zone.polygon.vertices),
            loiter: zone.loiter.map(duration),
            crowd: zone.crowd.map { .init(people: $0.people, for: duration($0.seconds)) })
    }

    private static func shape(_ line: CountingLine) -> Content.Shape {
        Content.Shape(
            kind: "line", name: line.name, anchor: line.anchor.rawValue, points: pairs(line.polyline.vertices))
    }

    private static func pairs(_ points: [Point]) -> [[Double]] { points.map { [$0.x, $0.y] } }

    /// As a configuration has it.
    private static func duration(_ seconds: Double) -> String {
        seconds == seconds.rounded() && abs(seconds) < 1e9 ? "\(Int(seconds))s" : "\(seconds)s"
    }
}
