import Decoding
import Glibc
import Yams

/// Collects what is wrong with a configuration file, each problem with its line and path.
final class ConfigProblems {
    private let file: String
    /// Whether files that are named must be there.
    let looksAtFiles: Bool
    private(set) var all: [String] = []
    private var known: Set<String> = []
    /// What is taken as it is.
    private(set) var warnings: [String] = []

    init(file: String, looksAtFiles: Bool = false) {
        self.file = file
        self.looksAtFiles = looksAtFiles
    }

    /// Where something stands, as compilers write it.
    func place(line: Int, path: String) -> String { "\(file):\(line)" + (path.isEmpty ? "" : ": \(path)") }

    /// A problem that is told once, however many cameras inherit it.
    func add(_ problem: String) {
        if known.insert(problem).inserted { all.append(problem) }
    }

    func warn(_ warning: String) {
        warnings.append(warning)
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

    func warn(_ problem: String) {
        problems.warn("\(place): \(problem)")
    }

    /// A wrong value as it may be shown: a URL may stand in the wrong line.
    func shown(_ text: String) -> String { SourceName(text).redacted }

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

    /// The path of a file, or one of the names that may stand for it.
    func file(unless names: [String]) -> String? {
        guard let path = text() else { return nil }
        guard !path.contains("://") else {
            fail("\(shown(path)): give the path of a file")
            return nil
        }
        if problems.looksAtFiles && !names.contains(path) {
            var status = stat()
            if access(path, R_OK) != 0 || stat(path, &status) != 0 || status.st_mode & S_IFMT != S_IFREG {
                fail("\(path): there is no such file, or no permission to read it")
            }
        }
        return path
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

    var isList: Bool { if case .sequence = node { true } else { false } }

    var isMapping: Bool { if case .mapping = node { true } else { false } }

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
            // What follows a colon may be a secret that was to be a value.
            let word = name.string.prefix { $0 != ":" }
            let full = path.isEmpty ? String(word) : "\(path).\(word)"
            let entry = ConfigValue(value, path: full, line: line, problems: problems)
            if let known, !known.contains(name.string) {
                let isJoined = word.count < name.string.count && known.contains(String(word))
                entry.fail(
                    isJoined
                        ? "needs a space after its colon" : "no such key; there are \(known.joined(separator: ", "))")
            } else {
                values[name.string] = entry
            }
        }
        return ConfigMapping(owner: self, values: values, isUnderstood: values.count == mapping.count)
    }

    private func parse<Result>(_ help: String, _ convert: (String) -> Result?) -> Result? {
        guard let text = text() else { return nil }
        if let result = convert(text) { return result }
        fail("\(shown(text)): \(help)")
        return nil
    }
}

/// The values of a mapping.
struct ConfigMapping {
    let owner: ConfigValue
    let values: [String: ConfigValue]
    /// Whether all keys are known.
    let isUnderstood: Bool

    subscript(key: String) -> ConfigValue? { values[key] }

    /// A value that must be there; nil where it isn't, with a problem unless a key that isn't known may stand for it.
    func needed(_ key: String, _ problem: String) -> ConfigValue? {
        if values[key] == nil, isUnderstood { owner.fail(problem) }
        return values[key]
    }

    /// With what `other` says where this says nothing.
    func inheriting(_ other: ConfigMapping?) -> ConfigMapping {
        ConfigMapping(
            owner: owner, values: values.merging(other?.values ?? [:]) { own, _ in own }, isUnderstood: isUnderstood)
    }
}
