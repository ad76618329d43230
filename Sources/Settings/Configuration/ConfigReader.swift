import Yams

/// Collects what is wrong with a configuration file, each problem with its line and path.
final class ConfigProblems {
    private let file: String
    private(set) var all: [String] = []

    init(file: String) {
        self.file = file
    }

    /// Where something stands, as compilers write it.
    func place(line: Int, path: String) -> String { "\(file):\(line): \(path)" }

    /// A problem that is told once, however many cameras inherit it.
    func add(_ problem: String) {
        if !all.contains(problem) { all.append(problem) }
    }
}

/// A value of a configuration file: what it is, and where it stands.
struct ConfigValue {
    /// Such as `cameras[1].fps`.
    let path: String
    let line: Int
    private let node: Node
    let problems: ConfigProblems

    init(_ node: Node, path: String, line: Int, problems: ConfigProblems) {
        self.node = node
        self.path = path
        self.line = line
        self.problems = problems
    }

    /// Where it stands, for messages.
    var place: String { problems.place(line: line, path: path) }

    func fail(_ problem: String) {
        problems.add("\(place): \(problem)")
    }

    /// Its text; nil, with a problem, where it is a list or a mapping, or nothing.
    func text() -> String? {
        guard case .scalar(let scalar) = node else {
            fail("give a single value")
            return nil
        }
        if scalar.string.isEmpty {
            fail("has no value")
            return nil
        }
        return scalar.string
    }

    func number() -> Double? {
        parse("give a number") { Double($0).flatMap { $0.isFinite ? $0 : nil } }
    }

    func integer(_ range: ClosedRange<Int>) -> Int? {
        parse("give a whole number from \(range.lowerBound) to \(range.upperBound)") {
            Int($0).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    func flag() -> Bool? {
        parse("give true or false") { ["true": true, "false": false][$0] }
    }

    func choice<Choice: RawRepresentable<String> & CaseIterable>(_: Choice.Type = Choice.self) -> Choice? {
        let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        return parse("give one of \(names)") { Choice(rawValue: $0) }
    }

    /// A duration in seconds.
    func duration(_ range: ClosedRange<Double>) -> Double? {
        guard let seconds = parse("give a duration such as 30s, 10m or 1h30m", Units.seconds) else { return nil }
        guard range.contains(seconds) else {
            fail("must be \(Units.duration(range.lowerBound)) to \(Units.duration(range.upperBound))")
            return nil
        }
        return seconds
    }

    /// A size in bytes.
    func size(_ range: ClosedRange<Int64>) -> Int64? {
        guard let bytes = parse("give a size such as 500KB, 64MB or 1GiB", Units.bytes) else { return nil }
        guard range.contains(bytes) else {
            fail("must be \(range.lowerBound) to \(range.upperBound) bytes")
            return nil
        }
        return bytes
    }

    /// The values of a list.
    func list() -> [ConfigValue]? {
        guard case .sequence(let sequence) = node else {
            fail("give a list")
            return nil
        }
        return sequence.enumerated().map { index, element in
            ConfigValue(
                element, path: "\(path)[\(index)]", line: element.mark?.line ?? line, problems: problems)
        }
    }

    /// The values of a mapping by their keys; keys other than the known ones are problems. Nil knows any.
    func mapping(_ known: [String]?) -> ConfigMapping? {
        guard case .mapping(let mapping) = node else {
            fail("give keys and values" + (known.map { ": \($0.joined(separator: ", "))" } ?? ""))
            return nil
        }
        var values: [String: ConfigValue] = [:]
        for (key, value) in mapping {
            let line = key.mark?.line ?? line
            guard case .scalar(let name) = key else {
                problems.add("\(problems.place(line: line, path: path)): a key must be a word")
                continue
            }
            let full = path.isEmpty ? name.string : "\(path).\(name.string)"
            let entry = ConfigValue(value, path: full, line: line, problems: problems)
            if let known, !known.contains(name.string) {
                entry.fail("no such key; there are \(known.joined(separator: ", "))")
            } else {
                values[name.string] = entry
            }
        }
        return ConfigMapping(owner: self, values: values)
    }

    private func parse<Result>(_ help: String, _ convert: (String) -> Result?) -> Result? {
        guard let text = text() else { return nil }
        if let result = convert(text) { return result }
        fail("\(text): \(help)")
        return nil
    }
}

/// The values of a mapping.
struct ConfigMapping {
    let owner: ConfigValue
    private(set) var values: [String: ConfigValue]

    init(owner: ConfigValue, values: [String: ConfigValue]) {
        self.owner = owner
        self.values = values
    }

    subscript(key: String) -> ConfigValue? { values[key] }

    /// With what `other` says where this says nothing.
    func inheriting(_ other: ConfigMapping?) -> ConfigMapping {
        ConfigMapping(owner: owner, values: values.merging(other?.values ?? [:]) { own, _ in own })
    }
}
