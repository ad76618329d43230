import PathModel

/// How a setting is written on a command line; `values` may be repeated.
package enum SettingForm: Sendable {
    case flag, value, values
}

/// Who wrote a text. In YAML durations have units; on a command line seconds need none.
package enum SettingStyle: Sendable {
    case commandLine, yaml
}

/// Everything about one setting: on the command line, in YAML, in the sample configuration, in the records.
///
/// `Draft` takes what the user says; `Options` is what comes of it.
package struct Setting<Draft, Options>: Sendable {
    package typealias Recorded = @Sendable (Options) -> SessionStart.Value?

    /// In YAML and in the records.
    package let key: String
    /// On a command line, without dashes.
    package let option: String
    package let form: SettingForm
    /// Stands for its value in `--help`.
    package let placeholder: String
    /// What it does, its range, and its default where that depends on others.
    package let help: String
    /// Its default; nil where `help` tells.
    package let standard: String?
    /// Its default or another value, in YAML.
    package let example: String
    /// Whether cameras have it, too.
    package let isOfCameras: Bool
    package let isFile: Bool
    /// What may stand for a file.
    package let names: [String]
    /// Whether a text can't be understood, and why; nil also for what is told together with all other problems.
    package let syntaxProblem: @Sendable (String) -> String?
    /// Reads texts; gives those that are wrong, and why.
    let take: @Sendable ([String], SettingStyle, inout Draft) -> [(text: String, reason: String)]
    let recorded: Recorded

    init<Value>(
        _ key: String, _ help: String, _ kind: Kind<Value>, note: String? = nil, standard: String? = nil,
        example: String? = nil, option: String? = nil, form: SettingForm = .value, isOfCameras: Bool = true,
        set: @escaping @Sendable (inout Draft, Value) -> Void, recorded: @escaping Recorded = { _ in nil }
    ) {
        self.key = key
        self.option = option ?? key.replacing("_", with: "-")
        self.form = form
        placeholder = kind.placeholder
        self.help = help + (kind.range.map { ": \($0)" } ?? "") + "." + (note.map { " \($0)" } ?? "")
        self.standard = note == nil ? standard : nil
        self.example = example ?? standard ?? "false"
        self.isOfCameras = isOfCameras
        isFile = kind.placeholder == "file"
        names = kind.names
        self.recorded = recorded
        syntaxProblem = { kind.isPlain && kind.parse($0, .commandLine) == nil ? kind.advice : nil }
        take = { texts, style, draft in
            var problems: [(String, String)] = []
            for text in texts {
                if let value = kind.parse(text, style) {
                    if let problem = kind.problem(value) {
                        problems.append((text, problem))
                    } else {
                        set(&draft, value)
                    }
                } else {
                    problems.append((text, kind.advice))
                }
            }
            return problems
        }
    }
}

extension Setting {
    /// Reads texts by settings' keys.
    ///
    /// - Parameter place: what a problem with a setting and one of its texts begins with.
    /// - Returns: all that is wrong.
    static func read(
        _ settings: [Setting], _ texts: [String: [String]], _ style: SettingStyle, into draft: inout Draft,
        place: (Setting, _ text: String) -> String = { "--\($0.option) \($1)" }
    ) -> [String] {
        settings.flatMap { setting in
            setting.take(texts[setting.key] ?? [], style, &draft).map { "\(place(setting, $0.text)): \($0.reason)" }
        }
    }
}

/// What a setting's value may be, and how it is written.
struct Kind<Value>: Sendable {
    let placeholder: String
    let advice: String
    /// For people.
    var range: String?
    /// What may stand for a file.
    var names: [String] = []
    /// Whether a command line that holds anything else is wrong as a whole.
    var isPlain = true
    let parse: @Sendable (String, SettingStyle) -> Value?
    /// Why a value is outside.
    var problem: @Sendable (Value) -> String? = { _ in nil }
}

extension Kind<Double> {
    static func number(_ range: ClosedRange<Double>, _ unit: String = "") -> Self {
        let text = "\(shortest(range.lowerBound)) to \(shortest(range.upperBound))" + (unit.isEmpty ? "" : " \(unit)")
        return Kind(
            placeholder: unit.isEmpty || unit.contains(" ") ? "number" : unit, advice: "give a number", range: text,
            parse: { text, _ in Double(text) },
            problem: {
                // Other programs count confidence to 1; nobody means less than one in a hundred.
                if unit == "percent" && $0 > 0 && $0 < 1 {
                    return "is percent here; give \(shortest($0 * 100)) for \($0)"
                }
                return range.contains($0) ? nil : "must be \(text)"
            })
    }

    static func seconds(upTo longest: Double) -> Self {
        seconds(0...longest, "up to \(Units.duration(longest))")
    }

    static func seconds(_ range: ClosedRange<Double>) -> Self {
        seconds(range, "\(Units.duration(range.lowerBound)) to \(Units.duration(range.upperBound))")
    }

    private static func seconds(_ range: ClosedRange<Double>, _ text: String) -> Self {
        Kind(
            placeholder: "seconds", advice: "give a duration such as 2s, 500ms or 1m30s", range: text,
            parse: { text, style in style == .yaml ? Units.seconds(text) : Double(text) ?? Units.seconds(text) },
            problem: { range.contains($0) ? nil : "must be \(text)" })
    }

    static func shortest(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
    }
}

extension Kind<Int> {
    static func whole(_ range: ClosedRange<Int>) -> Self {
        let text = "\(range.lowerBound) to \(range.upperBound)"
        return Kind(
            placeholder: "number", advice: "give a whole number", range: text, parse: { text, _ in Int(text) },
            problem: { range.contains($0) ? nil : "must be \(text)" })
    }
}

extension Kind where Value: RawRepresentable<String> & CaseIterable & Sendable {
    static var choice: Self {
        let names = Value.allCases.map(\.rawValue)
        return Kind(
            placeholder: names.joined(separator: "|"), advice: "give one of \(names.joined(separator: ", "))",
            range: names.joined(separator: ", "), parse: { text, _ in Value(rawValue: text) })
    }
}

extension Kind<Bool> {
    static let flag = Kind(
        placeholder: "", advice: "give true or false", parse: { text, _ in ["true": true, "false": false][text] })
}

extension Kind<String> {
    static let file = Kind(placeholder: "file", advice: "give a file", parse: { text, _ in text })
}

extension Kind {
    /// What is written in a way of its own.
    static func text(_ placeholder: String, _ advice: String, _ parse: @escaping @Sendable (String) -> Value?) -> Self {
        Kind(placeholder: placeholder, advice: advice, isPlain: false, parse: { text, _ in parse(text) })
    }
}
