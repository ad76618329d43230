import Analyzing
import PathModel

/// Reads the settings of an analysis in a configuration file.
enum AnalysisConfig {
    /// All that a configuration file may set.
    static let keys = AnalysisSetting.all.filter(\.isOfCameras).map(\.key)

    /// - Parameters:
    ///   - more: texts of settings that stand elsewhere, by their keys.
    ///   - cores: for how many workers.
    static func options(
        of all: ConfigMapping, more: [String: [String]] = [:], cores: Int = 1, isLive: Bool
    ) -> AnalysisOptions {
        var texts = more
        let layout = LayoutConfig(all)
        for setting in AnalysisSetting.all where setting.isOfCameras && !LayoutConfig.keys.contains(setting.key) {
            guard let value = all[setting.key] else { continue }
            texts[setting.key] =
                switch setting.form {
                case .values: (value.list() ?? []).compactMap { $0.list().map(ratios) }
                case .flag, .value:
                    (setting.isFile ? value.file(unless: setting.names) : value.text()).map { [$0] } ?? []
                }
        }
        do {
            let options = try AnalysisOptions(
                texts, .yaml, cores: cores, isLive: isLive, zones: layout.zones, lines: layout.lines
            ) { setting, text in
                guard let value = all[setting.key] else { return text }
                return "\(value.place): \(value.shown(text))"
            }
            if options.detail == .counts { layout.checkCrowds(all["zones"]) }
            return options
        } catch {
            error.problems.forEach { all.owner.problems.add($0) }
            return AnalysisOptions()
        }
    }

    /// Numbers, or pairs of them: two pairs are no rectangle.
    private static func ratios(_ values: [ConfigValue]) -> String {
        let texts = values.map { $0.isList ? ($0.list() ?? []).compactMap { $0.text() } : [$0.text() ?? ""] }
        let numbers = texts.flatMap(\.self)
        let isRectangle = numbers.count == 4 && texts.count < 4
        return isRectangle
            ? texts.map { $0.joined(separator: ",") }.joined(separator: " ") : numbers.joined(separator: ",")
    }
}
