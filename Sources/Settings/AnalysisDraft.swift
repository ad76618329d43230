import Analyzing
import Inference
import PathModel
import Tracking

/// What the user said of an analysis, and what comes of it together.
@dynamicMemberLookup
package struct AnalysisDraft {
    /// Seconds for which a live camera's records wait for somebody out of sight, and those of a file at most, where the user
    /// doesn't say.
    static let (liveBridge, longestBridge) = (0.5, 10.0)

    private var options = AnalysisOptions()
    // These have no default of their own.
    var quality: Quality?
    var exactSize: PixelSize?
    var bridge: Double?
    var workers: Int?
    /// The name of a network of the catalogue that isn't on this machine.
    var missingNetwork: String?

    package subscript<Value>(dynamicMember path: WritableKeyPath<AnalysisOptions, Value>) -> Value {
        get { options[keyPath: path] }
        set { options[keyPath: path] = newValue }
    }

    func finished(cores: Int, isLive: Bool) -> AnalysisOptions {
        var options = options
        let isOwnNetwork = options.personNetwork != .embeddedPersonNetwork
        options.workers = workers ?? max(1, min(128, cores))
        // What isn't recorded isn't looked for.
        if options.detail == .counts { options.faceFPS = 0 }
        options.bridge = bridge ?? (isLive ? Self.liveBridge : min(options.tracker.maxLost, Self.longestBridge))
        if let exactSize {
            options.inputSize = .exact(exactSize)
        } else if isOwnNetwork && quality == nil {
            // It was made for one size; others would have to be asked for.
            options.inputSize = .network
        } else {
            options.inputSize = .fitted((quality ?? .standard).inputSize)
        }
        chooseThresholds(&options)
        options.recorded = AnalysisSetting.all.compactMap { setting in
            setting.recorded(options).map { SessionStart.Setting(setting.key, $0) }
        }
        return options
    }

    private func chooseThresholds(_ options: inout AnalysisOptions) {
        // Chosen over the embedded network, its like with weights changed by 2 % and YOLOX-Nano together: what fits a single
        // network's scores fits no other's (docs/tracking.md). What begins a path must be surer than what goes on with it.
        options.tracker.lowConfidence = 0.35
        options.tracker.highConfidence = 0.5
        options.tracker.seedConfidence = 0.45
        options.tracker.birthConfidence = 0.55
        options.tracker.meanBirthConfidence = 0.5
        options.tracker.confirmAfter = 0.2
        options.tracker.lowOverlap = 0.35
        options.tracker.fragmentCover = 0.65
        options.tracker.motion.sizeCoasting = 0.5
        // A box around two people is seldom exactly that around both.
        options.tracker.mergedIoU = 0.72
        // Who is wanted in the records must be followed in the first place.
        let wanted = options.minimumConfidence
        options.tracker.seedConfidence = min(options.tracker.seedConfidence, wanted)
        options.tracker.lowConfidence = min(options.tracker.lowConfidence, wanted)
        options.tracker.birthConfidence = min(options.tracker.birthConfidence, wanted + 0.05)
        options.tracker.meanBirthConfidence = min(options.tracker.meanBirthConfidence, wanted)
    }
}

extension AnalysisOptions {
    /// Reads settings.
    ///
    /// - Parameters:
    ///   - texts: by the settings' keys.
    ///   - cores: how many workers to have where the user doesn't say.
    ///   - zones: read already, of a configuration file, and so are lines.
    ///   - place: what a problem with a setting and one of its texts begins with.
    /// - Throws: `SettingsError` with all that is wrong.
    package init(
        _ texts: [String: [String]], _ style: SettingStyle = .commandLine, cores: Int, isLive: Bool = false,
        zones: [Zone] = [], lines: [CountingLine] = [],
        place: (AnalysisSetting, _ text: String) -> String = { "--\($0.option) \($1)" }
    ) throws(SettingsError) {
        var draft = AnalysisDraft()
        (draft.layout.zones, draft.layout.lines) = (zones, lines)
        var problems = AnalysisSetting.read(AnalysisSetting.all, texts, style, into: &draft, place: place)
        if style == .commandLine { problems += draft.layout.problems }
        if texts["input_size"] != nil, texts["quality"] != nil,
            let setting = AnalysisSetting.all.first(where: { $0.key == "quality" })
        {
            let other = style == .yaml ? "input_size" : "--input-size"
            problems.append("\(place(setting, "and \(other)")): give one of them, both set the input size")
        }
        if let name = draft.missingNetwork, let setting = AnalysisSetting.all.first(where: { $0.key == "model" }) {
            let problem = "this network isn't on this machine yet; type: footpath models get \(name)"
            throw SettingsError(
                problems: problems + ["\(place(setting, name)): \(problem)"], isOfNetworkAlone: problems.isEmpty)
        }
        if !problems.isEmpty { throw SettingsError(problems: problems) }
        self = draft.finished(cores: cores, isLive: isLive)
    }
}
