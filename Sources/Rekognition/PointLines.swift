import PathModel
import Reading
import Recording

/// Why points don't fit a format.
public enum PointLineError: Error, Hashable, CustomStringConvertible {
    /// Boxes in pixels of several cameras are no sequence.
    case severalFeeds(String, String)
    /// The log begins after its `stream_start`.
    case noFrameSize(feed: String)

    public var description: String {
        switch self {
        case .severalFeeds(let one, let other):
            "records of several cameras or files, \(one) and \(other): choose one by --feed"
        case .noFrameSize(let feed):
            "\(feed): no stream_start before the first point, so nobody knows how many pixels the frame has;"
                + " read the file with the run's beginning, too"
        }
    }
}

/// Points as lines of MOTChallenge results: `frame,id,left,top,width,height,confidence,-1,-1,-1`, frames, ids and pixels from 1.
public struct MOTLines {
    private var feed: String?
    /// Added to numbers of frames, which begin anew with each run.
    private var base = 0
    private var last = 0

    /// Nothing so far.
    public init() {}

    /// A point's line with its newline.
    public mutating func line(of point: NumberedPoint) throws(PointLineError) -> String {
        if let feed, feed != point.feed { throw .severalFeeds(feed, point.feed) }
        feed = point.feed
        guard let size = point.frameSize else { throw .noFrameSize(feed: point.feed) }
        let sighting = point.sighting
        if base + sighting.frame < last { base = last + 1 }
        last = base + sighting.frame
        let box = sighting.box.scaled(x: Double(size.width), y: Double(size.height))
        let numbers = [box.left + 1, box.top + 1, box.width, box.height].map { "\(($0 * 100).rounded() / 100)" }
        let confidence = (sighting.confidence * 10_000).rounded() / 10_000
        return "\(last + 1),\(point.index + 1),\(numbers.joined(separator: ",")),\(confidence),-1,-1,-1\n"
    }
}

/// Points as lines of comma-separated values (RFC 4180, but for the newline alone at their ends).
public enum CSVLines {
    private static let landmarks = Landmark.Selection.five.kinds

    /// The names of the columns, with a newline. Boxes and points are ratios of the frame, confidences and quality 0 to 100, angles
    /// degrees; a face's columns are empty where none was measured.
    public static let header: String = {
        let face =
            ["left", "top", "width", "height", "confidence"].map { "face_" + $0 }
            + ["roll", "yaw", "pitch", "brightness", "sharpness"]
            + landmarks.flatMap { [$0.rawValue + "_x", $0.rawValue + "_y"] }
        return
            ([
                "timestamp_ms", "index", "time", "feed", "track", "frame", "left", "top", "width", "height",
                "confidence",
            ]
            + ["source"] + face).joined(separator: ",") + "\n"
    }()

    private static let faceless = String(repeating: ",", count: header.split(separator: ",").count - 12)

    /// A point's line with its newline.
    public static func line(of point: NumberedPoint) -> String {
        let sighting = point.sighting
        var line = "\(point.timestamp),\(point.index),\(UTCTime(milliseconds: point.time)),\(quoted(point.feed))"
        line += ",\(sighting.track),\(sighting.frame),\(numbers(sighting.box)),\(percent(sighting.confidence))"
        line += sighting.isPredicted ? ",predicted" : ",measured"
        guard sighting.isFaceMeasured, let face = sighting.face else { return line + faceless + "\n" }
        line += ",\(numbers(face.box)),\(percent(face.confidence))"
        line += face.pose.map { ",\($0.roll),\($0.yaw),\($0.pitch)" } ?? ",,,"
        line += ",\(face.quality.brightness),\(face.quality.sharpness)"
        for kind in landmarks {
            let position = face.landmarks.first { $0.kind == kind }?.position
            line += position.map { ",\($0.x),\($0.y)" } ?? ",,"
        }
        return line + "\n"
    }

    private static func numbers(_ box: BoundingBox) -> String {
        "\(box.left),\(box.top),\(box.width),\(box.height)"
    }

    private static func percent(_ share: Double) -> Double { (share * 1e6).rounded() / 1e4 }

    private static func quoted(_ text: String) -> String {
        guard text.contains(where: { $0 == "\"" || $0 == "," || $0.isNewline }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
