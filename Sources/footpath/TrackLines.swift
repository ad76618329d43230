import Foundation
import PathModel

/// The lines of a file of detections.
struct DetectionLines {
    /// One detection as the file has it.
    struct Item {
        /// From 1.
        var frame: Int
        var box: BoundingBox
        var score: Double
        var time: Timestamp?
    }

    private(set) var items: [Item] = []
    /// Whether boxes are ratios of the frame rather than pixels.
    let areRatios: Bool
    /// Whether every line has a time.
    var haveTimes: Bool { !items.isEmpty && items.allSatisfy { $0.time != nil } }
    /// Two days at 25 frames/s: what lies beyond is a slip, and would fill the memory with empty frames.
    static let lastFrame = 4_320_000

    /// - Throws: the first line that isn't a detection, by number.
    init(_ content: String, name: String) throws(TrackError) {
        let isJSON = content.first { !$0.isWhitespace } == "{"
        areRatios = isJSON
        var number = 0
        for line in content.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            number += 1
            if line.allSatisfy(\.isWhitespace) { continue }
            do {
                if let item = isJSON ? try Self.json(line) : try Self.motChallenge(line) { items.append(item) }
            } catch {
                throw TrackError(status: .input, description: "\(name): line \(number): \(error.reason)")
            }
        }
    }

    /// The right and lower edges that boxes reach, in pixels.
    var extent: PixelSize {
        func reach(_ edges: [Double]) -> Int { Int(min(100_000, max(1, edges.max() ?? 1)).rounded(.up)) }
        return PixelSize(width: reach(items.map(\.box.right)), height: reach(items.map(\.box.bottom)))
    }

    private struct Flaw: Error {
        let reason: String
    }

    private static func motChallenge(_ line: Substring) throws(Flaw) -> Item {
        let fields = line.split(separator: ",", omittingEmptySubsequences: false)
        guard fields.count >= 7 else {
            throw Flaw(reason: "\(fields.count) fields; expected frame,id,left,top,width,height,score")
        }
        var values: [Double] = []
        for field in fields.prefix(7) {
            let text = field.drop(while: \.isWhitespace)
            guard let value = Double(text.prefix { !$0.isWhitespace }), value.isFinite else {
                throw Flaw(reason: "'\(text)' is not a number")
            }
            values.append(value)
        }
        guard let frame = Int(exactly: values[0]), (1...lastFrame).contains(frame) else {
            throw Flaw(reason: "frame \(fields[0]): frames count from 1")
        }
        let box = BoundingBox(left: values[2], top: values[3], width: values[4], height: values[5])
        return Item(frame: frame, box: box, score: values[6])
    }

    private struct Line: Decodable {
        struct Box: Decodable { var left, top, width, height: Double }
        var event: String?
        var frame: Int?
        var box: Box?
        var confidence: Double?
        var pts_ms: Double?
    }

    /// Nil for records of Footpath's that say something else.
    private static func json(_ text: Substring) throws(Flaw) -> Item? {
        let line: Line
        do {
            line = try JSONDecoder().decode(Line.self, from: Data(text.utf8))
        } catch {
            throw Flaw(reason: "not a JSON object with frame, box and confidence")
        }
        if let event = line.event, event != "path" { return nil }
        guard let frame = line.frame, (0..<lastFrame).contains(frame) else { throw Flaw(reason: "no frame from 0") }
        guard let box = line.box else { throw Flaw(reason: "no box {left, top, width, height}") }
        guard let confidence = line.confidence else { throw Flaw(reason: "no confidence from 0 to 100") }
        guard (0...100).contains(confidence) else { throw Flaw(reason: "confidence \(confidence): must be 0 to 100") }
        var time: Timestamp?
        if let milliseconds = line.pts_ms {
            guard abs(milliseconds) < 1e15 else { throw Flaw(reason: "pts_ms \(milliseconds) is out of range") }
            time = Timestamp(microseconds: Int64((milliseconds * 1000).rounded()))
        }
        return Item(
            frame: frame + 1, box: BoundingBox(left: box.left, top: box.top, width: box.width, height: box.height),
            score: confidence / 100, time: time)
    }
}
