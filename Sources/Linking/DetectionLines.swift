import Foundation
import PathModel

/// The lines of a file of detections.
struct DetectionLines {
    /// One detection as the file has it.
    struct Item {
        /// The line's number, from 1.
        var line = 0
        /// From 1.
        var frame: Int
        var box: BoundingBox
        var score: Double
        var time: Timestamp?
        /// Whose it is, where the file says so.
        var person: Int?
        /// Whether they weren't seen but expected there.
        var isPredicted = false
        /// Whose records it is of, where it is one of Footpath's.
        var origin: Origin?
    }

    /// A session of a camera or file.
    struct Origin: Equatable {
        let feed, session: String
    }

    private(set) var items: [Item] = []
    /// Whether boxes are ratios of the frame rather than pixels.
    let areRatios: Bool
    /// Whether boxes have times that say something: all have one, and not all the same.
    private(set) var haveTimes = false
    /// What was made of it for want of better.
    private(set) var notes: [String] = []
    /// Two days at 25 frames/s: what lies beyond is a slip, and would fill the memory with empty frames.
    static let lastFrame = 4_320_000

    /// - Throws: the first line that isn't a detection, by number.
    init(_ content: String, name: String) throws(LinkingError) {
        let isJSON = content.first { !$0.isWhitespace } == "{"
        areRatios = isJSON
        var number = 0
        for line in content.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            number += 1
            if line.allSatisfy(\.isWhitespace) { continue }
            do {
                guard var item = isJSON ? try Self.json(line) : try Self.motChallenge(line) else { continue }
                try Self.checkSize(of: item.box, areRatios: isJSON)
                item.line = number
                try checkOrigin(of: item)
                items.append(item)
            } catch {
                throw .unreadable("\(name): line \(number): \(error.reason)")
            }
        }
        try judgeTimes(name)
    }

    // MARK: - What would lose boxes

    /// Several videos would be laid on one another.
    private func checkOrigin(of item: Item) throws(Flaw) {
        guard let first = items.first, let one = first.origin, let other = item.origin, one != other else { return }
        let difference =
            one.feed == other.feed ? "another session of \(one.feed)" : "of \(other.feed), not of \(one.feed)"
        throw Flaw(reason: "\(difference), as line \(first.line): give a file with the records of one video alone")
    }

    /// Ratios beyond this are pixels.
    private static let farthestRatio = 4.0

    private static func checkSize(of box: BoundingBox, areRatios: Bool) throws(Flaw) {
        guard box.width > 0, box.height > 0 else {
            throw Flaw(reason: "width \(box.width) and height \(box.height): must be above 0")
        }
        let farthest = [box.left, box.top, box.right, box.bottom].map(abs).max() ?? 0
        if areRatios && farthest > farthestRatio {
            throw Flaw(reason: "a box that reaches to \(farthest): boxes are ratios of the frame here, not pixels")
        }
    }

    /// - Throws: the first line whose time doesn't grow with the frames.
    private mutating func judgeTimes(_ name: String) throws(LinkingError) {
        let missing = items.count { $0.time == nil }
        guard missing < items.count else { return }
        if missing > 0 {
            notes.append("\(missing) of \(items.count) lines have no pts_ms, so none counts")
            return
        }
        let ordered = items.sorted { ($0.frame, $0.line) < ($1.frame, $1.line) }
        if Set(items.map(\.time)).count == 1, ordered.first?.frame != ordered.last?.frame {
            notes.append("every pts_ms is the same, so none counts")
            return
        }
        haveTimes = true
        for (before, item) in zip(ordered, ordered.dropFirst()) {
            guard let earlier = before.time, let time = item.time else { continue }
            let isSameFrame = item.frame == before.frame
            if isSameFrame ? time == earlier : time > earlier { continue }
            throw .unreadable(
                "\(name): line \(item.line): pts_ms \(time.milliseconds) of frame \(item.frame - 1), and "
                    + "\(earlier.milliseconds) of frame \(before.frame - 1) in line \(before.line): times must grow with the "
                    + "frames; mend them, or leave out all")
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
            throw Flaw(reason: "\(fields.count) of 7 fields; expected frame,id,left,top,width,height,score")
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
        let person = Int(exactly: values[1]).flatMap { $0 >= 0 ? $0 : nil }
        return Item(frame: frame, box: box, score: values[6], person: person)
    }

    private struct Line: Decodable {
        struct Box: Decodable { var left, top, width, height: Double }
        var event: String?
        var frame: Int?
        var box: Box?
        var confidence: Double?
        var pts_ms: Double?
        var track: Int?
        var source: String?
        var feed: String?
        var session: String?
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
            score: confidence / 100, time: time, person: line.track,
            isPredicted: line.source == Track.Source.predicted.rawValue,
            origin: line.session.map { Origin(feed: line.feed ?? "", session: $0) })
    }
}
