import PathModel

/// Reads the zones and lines of a camera.
struct LayoutConfig {
    /// What it reads.
    static let keys = ["zones", "lines"]

    let zones: [Zone]
    let lines: [CountingLine]

    init(_ camera: ConfigMapping) {
        zones = Self.regions(camera["zones"], ["name", "points", "anchor", "loiter", "crowd"], "zone", Self.zone)
        lines = Self.regions(camera["lines"], ["name", "points", "anchor"], "line", Self.line)
        if let problem = CountingLayout(zones: zones, lines: lines).abundance {
            (camera["zones"] ?? camera["lines"])?.fail(problem)
        }
    }

    /// Refuses crowds that tell of a single person.
    func checkCrowds(_ value: ConfigValue?) {
        for zone in zones where zone.crowd?.people == 1 {
            value?.fail(
                "\(zone.name): a crowd of 1 tells when one person came, of whom detail: counts says nothing; give 2 or more"
            )
        }
    }

    private static func regions<Region>(
        _ value: ConfigValue?, _ keys: [String], _ kind: String,
        _ read: (ConfigMapping, _ name: String, _ points: [Point]) -> Region
    ) -> [Region] {
        var names: Set<String> = []
        return (value?.list() ?? []).compactMap { element in
            guard let mapping = element.mapping(keys) else { return nil }
            let name = name(mapping)
            if let name, !names.insert(name).inserted {
                mapping["name"]?.fail("\(element.shown(name)): another \(kind) has this name")
            }
            // What else is wrong is told at once.
            return read(mapping, name ?? "", points(mapping) ?? [])
        }
    }

    private static func zone(_ mapping: ConfigMapping, name: String, points: [Point]) -> Zone {
        let polygon = Polygon(ring: points)
        if !points.isEmpty, let problem = polygon.problem { mapping["points"]?.fail(problem) }
        return Zone(
            name: name, polygon: polygon, anchor: mapping["anchor"]?.choice() ?? .feet,
            loiter: mapping["loiter"]?.duration(0.1...86400), crowd: mapping["crowd"].flatMap(crowd))
    }

    private static func line(_ mapping: ConfigMapping, name: String, points: [Point]) -> CountingLine {
        let polyline = Polyline(points)
        if !points.isEmpty, let problem = polyline.problem { mapping["points"]?.fail(problem) }
        return CountingLine(name: name, polyline: polyline, anchor: mapping["anchor"]?.choice() ?? .feet)
    }

    private static func name(_ mapping: ConfigMapping) -> String? {
        guard let value = mapping.needed("name", "name is missing") else { return nil }
        guard let name = value.text() else { return nil }
        guard let problem = RegionName.problem(of: name) else { return name }
        value.fail(problem)
        return nil
    }

    private static func points(_ mapping: ConfigMapping) -> [Point]? {
        guard let value = mapping.needed("points", "points are missing, such as points: [[0.2, 0.7], [0.8, 0.7]]")
        else { return nil }
        guard let list = value.list() else { return nil }
        if list.isEmpty { value.fail("give points, such as [[0.2, 0.7], [0.8, 0.7]]") }
        let points = list.compactMap { element -> Point? in
            guard let pair = element.list() else { return nil }
            guard pair.count == 2 else {
                element.fail("give [X, Y] in ratios of the frame")
                return nil
            }
            guard let x = pair[0].number(), let y = pair[1].number() else { return nil }
            return Point(x: x, y: y)
        }
        return points.count == list.count && !points.isEmpty ? points : nil
    }

    private static func crowd(_ value: ConfigValue) -> Zone.Crowd? {
        guard let mapping = value.mapping(["people", "for"]) else { return nil }
        guard let people = mapping.needed("people", "people is missing, such as crowd: {people: 5, for: 10s}") else {
            return nil
        }
        let seconds = mapping["for"].map { $0.duration(0...86400) } ?? 0
        guard let people = people.integer(1...10_000), let seconds else { return nil }
        return Zone.Crowd(people: people, seconds: seconds)
    }
}
