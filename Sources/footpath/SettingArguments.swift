import ArgumentParser
import Settings

/// Some rows of a table of settings.
protocol SettingRows {
    associatedtype Draft
    associatedtype Options
    static var rows: [Setting<Draft, Options>] { get }
}
enum AllSettings: SettingRows { static let rows = AnalysisSetting.all }
enum FaceSettings: SettingRows { static let rows = AnalysisSetting.ofFaces }
enum SourceSettings: SettingRows { static let rows = AnalysisSetting.ofSources }
enum LinkingSettings: SettingRows { static let rows = LinkingSetting.all }

/// An option for each row.
///
/// ArgumentParser finds a type's options by its mirror and decodes them by name; so do the options of this type, though
/// they aren't written down as properties.
struct SettingArguments<Rows: SettingRows>: ParsableArguments, CustomReflectable {
    /// What the user gave, by the settings' keys.
    private(set) var texts: [String: [String]] = [:]

    init() {}

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        for setting in Rows.rows {
            let key = Key(stringValue: setting.key)
            switch setting.form {
            case .flag:
                if try container.decode(Flag<Bool>.self, forKey: key).wrappedValue { texts[setting.key] = ["true"] }
            case .value:
                let text = try container.decode(Option<String?>.self, forKey: key).wrappedValue
                texts[setting.key] = text.map { [$0] }
            case .values:
                let given = try container.decode(Option<[String]>.self, forKey: key).wrappedValue
                texts[setting.key] = given.isEmpty ? nil : given
            }
        }
    }

    var customMirror: Mirror {
        Mirror(self, children: Rows.rows.map { (label: $0.key, value: Self.argument($0)) })
    }

    private static func argument(_ setting: Setting<Rows.Draft, Rows.Options>) -> Any {
        let name = NameSpecification.customLong(setting.option)
        let help = ArgumentHelp(setting)
        let check: @Sendable (String) throws -> String = { text in
            if let problem = setting.syntaxProblem(text) { throw ValidationError(problem) }
            return text
        }
        return switch setting.form {
        case .flag: Flag(wrappedValue: false, name: name, help: help)
        case .value:
            Option(name: name, help: help, completion: setting.isFile ? .file() : nil, transform: check)
                as Option<String?>
        case .values: Option(wrappedValue: [], name: name, parsing: .singleValue, help: help) as Option<[String]>
        }
    }
}

extension ArgumentHelp {
    init<Draft, Options>(_ setting: Setting<Draft, Options>) {
        let standard = setting.standard.map { " (default: \($0))" } ?? ""
        self.init("\(setting.help)\(standard)", valueName: setting.placeholder)
    }
}
