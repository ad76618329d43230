import Analyzing
import Foundation
import PathModel

extension Kind<Mask> {
    /// `LEFT,TOP,WIDTH,HEIGHT` or `X,Y,X,Y,X,Y[,...]`.
    static let mask = Kind(
        placeholder: "box|corners",
        advice: "give LEFT,TOP,WIDTH,HEIGHT or X,Y,X,Y,X,Y in ratios of the frame, such as 0.7,0,0.3,0.4 (in YAML "
            + "[[0.7, 0, 0.3, 0.4]])", isPlain: false, parse: { text, _ in Mask(text) },
        problem: { mask in if case .polygon(let polygon) = mask { polygon.problem } else { nil } })
}

extension Kind<Zone> {
    /// `NAME=X,Y,X,Y,X,Y[,...]`.
    static let zone = Kind(
        placeholder: "name=corners",
        advice: "give NAME=X,Y,X,Y,X,Y in ratios of the frame, such as door=0.1,0.5,0.4,0.5,0.4,1", isPlain: false,
        parse: { text, _ in named(text).map { Zone(name: $0.name, polygon: Polygon(ring: $0.points)) } },
        problem: { RegionName.problem(of: $0.name) ?? $0.polygon.problem })
}

extension Kind<CountingLine> {
    /// `NAME=X,Y,X,Y[,...]`.
    static let line = Kind(
        placeholder: "name=points",
        advice: "give NAME=X,Y,X,Y in ratios of the frame, such as entrance=0.2,0.7,0.8,0.7", isPlain: false,
        parse: { text, _ in named(text).map { CountingLine(name: $0.name, polyline: Polyline($0.points)) } },
        problem: { RegionName.problem(of: $0.name) ?? $0.polyline.problem })
}

/// What stands on both sides of the last `=`, since a name may hold one.
private func named(_ text: String) -> (name: String, points: [Point])? {
    guard let sign = text.lastIndex(of: "="), let points = [Point](numbers(text[text.index(after: sign)...]))
    else { return nil }
    return (String(text[..<sign]), points)
}

/// Numbers with commas between; nil where anything else is among them.
private func numbers(_ text: some StringProtocol) -> [Double]? {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Double($0.trimmingPrefix(while: \.isWhitespace)) }
    return numbers.count == parts.count && numbers.allSatisfy(\.isFinite) ? numbers : nil
}

extension [Point] {
    fileprivate init?(_ numbers: [Double]?) {
        guard let numbers, !numbers.isEmpty, numbers.count.isMultiple(of: 2) else { return nil }
        self = stride(from: 0, to: numbers.count, by: 2).map { Point(x: numbers[$0], y: numbers[$0 + 1]) }
    }
}

extension Mask {
    fileprivate init?(_ text: String) {
        guard let numbers = numbers(text) else { return nil }
        if numbers.count == 4 {
            guard numbers.allSatisfy({ (0...1).contains($0) }), numbers[2] > 0, numbers[3] > 0 else { return nil }
            self = .rectangle(BoundingBox(left: numbers[0], top: numbers[1], width: numbers[2], height: numbers[3]))
        } else {
            guard numbers.count > 4, let points = [Point](numbers) else { return nil }
            self = .polygon(Polygon(ring: points))
        }
    }

    /// As it is written on a command line.
    var text: String {
        switch self {
        case .rectangle(let box): "\(box.left),\(box.top),\(box.width),\(box.height)"
        case .polygon(let polygon): polygon.vertices.text
        }
    }
}

/// What zones and lines may be called. Names become part of MQTT's topics, where / # and + have a meaning.
enum RegionName {
    private static let longest = 64

    /// Why a text is no name; nil where it is one.
    static func problem(of name: String) -> String? {
        if name.isEmpty { return "has no name" }
        if name.utf8.count > longest { return "has a name of more than \(longest) bytes" }
        if name.contains(where: { "/#+".contains($0) }) { return "has a name with /, # or +" }
        let isText = name.unicodeScalars.allSatisfy {
            ![.control, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
        }
        return isText ? nil : "has a name with control characters"
    }
}

extension CountingLayout {
    /// What is wrong with options together.
    var problems: [String] {
        func twice(_ names: [String], _ kind: String) -> [String] {
            Dictionary(grouping: names) { $0 }.filter { $0.value.count > 1 }.keys.sorted().map {
                "--\(kind) \($0): another \(kind) has this name"
            }
        }
        return twice(zones.map(\.name), "zone") + twice(lines.map(\.name), "line")
            + (abundance.map { ["--zone and --line: \($0)"] } ?? [])
    }

    /// Why it is too much; nil where it isn't.
    var abundance: String? {
        let count = zones.count + lines.count
        return count > Self.mostRegions ? "at most \(Self.mostRegions) zones and lines together, not \(count)" : nil
    }
}

extension [Point] {
    fileprivate var text: String {
        map { "\(Kind<Double>.shortest($0.x)),\(Kind<Double>.shortest($0.y))" }.joined(separator: ",")
    }
}

extension Zone {
    /// As on a command line, and what else there is to it.
    var text: String {
        let loiter = loiter.map { ", loiter \(Units.duration($0))" } ?? ""
        let crowd = crowd.map { ", crowd of \($0.people) for \(Units.duration($0.seconds))" } ?? ""
        return "\(name)=\(polygon.vertices.text), anchor \(anchor.rawValue)\(loiter)\(crowd)"
    }
}

extension CountingLine {
    /// As on a command line, and what else there is to it.
    var text: String { "\(name)=\(polyline.vertices.text), anchor \(anchor.rawValue)" }

    /// Which way in is, in a picture of usual shape: from the left to the right of somebody who walks from the first point
    /// to the last, or, where these are one, to the second.
    var arrow: String {
        guard let first = polyline.vertices.first, let last = polyline.vertices.last,
            let end = last == first ? polyline.vertices.dropFirst().first : last
        else { return "" }
        let (x, y) = (first.y - end.y, (end.x - first.x) * 16 / 9)
        let eighth = Int((atan2(y, x) / (.pi / 4)).rounded())
        return ["→", "↘", "↓", "↙", "←", "↖", "↑", "↗"][(eighth + 8) % 8]
    }
}

extension AnalysisOptions {
    /// What is counted where, and masked, a line each.
    package var regions: [String] {
        layout.zones.map { "zone \($0.text)" } + layout.lines.map { "line \($0.text), in is \($0.arrow)" }
            + masks.map { "mask \($0.text)" }
    }
}
