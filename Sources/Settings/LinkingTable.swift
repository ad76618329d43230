import Linking
import PathModel
import Tracking

/// A setting of `footpath track`.
package typealias LinkingSetting = Setting<LinkingOptions, LinkingOptions>

extension LinkingSetting {
    private static func score(
        _ key: String, _ help: String, _ place: any WritableKeyPath<ByteTracker.Options, Double> & Sendable
    ) -> LinkingSetting {
        LinkingSetting(
            key, help, .number(0...1), standard: "\(ByteTracker.Options()[keyPath: place])",
            set: { $0.tracker[keyPath: place] = $1 }, recorded: { .number($0.tracker[keyPath: place]) })
    }

    private static func seconds(
        _ key: String, _ help: String, _ place: any WritableKeyPath<LinkingOptions, Double> & Sendable
    ) -> LinkingSetting {
        LinkingSetting(
            key, help, .seconds(upTo: 3600), standard: Units.duration(LinkingOptions()[keyPath: place]),
            set: { $0[keyPath: place] = $1 }, recorded: { .number($0[keyPath: place]) })
    }

    /// All there are.
    package static let all = ofTracks + ofCounts

    private static let ofTracks: [LinkingSetting] = [
        .init(
            "fps", "How often frames come", .number(0.001...1000, "frames a second"),
            note: "The default is seqinfo.ini's, else 30.", set: { $0.fps = $1 }),
        .init(
            "image_size", "The frame's size in pixels",
            .text("WxH", "give WIDTHxHEIGHT, such as 1920x1080") { PixelSize($0, side: 1...100_000) },
            note: "The default is seqinfo.ini's, else as far as the boxes reach.", set: { $0.imageSize = $1 }),
        .score(
            "high", "The score from which a box is sure; more breaks tracks of people half hidden, and keeps noise out",
            \.highConfidence),
        .score(
            "low",
            "The score below which a box is ignored; more loses people half hidden, and keeps tracks from drifting",
            \.lowConfidence),
        .score(
            "birth",
            "The score that someone must reach once to count; more writes fewer false paths, and fewer true ones",
            \.birthConfidence),
        .score(
            "seed", "The score from which someone is followed; more loses how paths begin, and keeps noise out",
            \.seedConfidence),
        .seconds(
            "max_lost", "How long someone may be out of sight; more keeps more ids, and gives more to the wrong person",
            \.tracker.maxLost),
        .init(
            "camera_motion",
            "Whether people are carried along with a picture that moves or shakes, which is told from their boxes: most of three or "
                + "more are beside where they were expected by the same way",
            Kind<CameraMotionHandling>.choice, standard: "auto", set: { $0.cameraMotion = $1 },
            recorded: { .text($0.cameraMotion.rawValue) }),
        .seconds(
            "bridge",
            "How long a gap in a path may be to be filled between the boxes on both sides; more writes more of the time in which "
                + "people are hidden, and more boxes where nobody is seen; 0 fills none", \.bridge),
        .seconds(
            "smooth",
            "Boxes are steadied by those up to a few times this long before and after; more steadies more, and cuts corners; 0 "
                + "writes boxes as detected", \.smooth),
        .init(
            "predicted",
            "Also write where people out of sight are expected, in gaps not filled and after they were last seen",
            .flag,
            form: .flag, set: { $0.predicted = $1 }, recorded: { .flag($0.predicted) }),
        .init(
            "linked",
            "The boxes have ids: the second number of a line of MOTChallenge, or track; they are steadied, gaps are filled, "
                + "and people counted by them",
            .flag, form: .flag, set: { $0.isLinked = $1 }, recorded: { .flag($0.isLinked) }),
    ]

    private static let ofCounts: [LinkingSetting] = [
        .init(
            "zones", "Count people in this region; may be repeated", .zone, option: "zone", form: .values,
            set: { $0.counting.zones.append($1) }),
        .init(
            "lines", "Count people who cross this line, from its left to its right as in; may be repeated", .line,
            option: "line", form: .values, set: { $0.counting.lines.append($1) }),
        .seconds(
            "settle",
            "For how long someone must have been on the other side to be counted; more counts fewer who turn back, and "
                + "fewer who pass at once", \.counting.settle),
        .init(
            "counts_interval", "How often counts are summed up", .seconds(1...86400),
            standard: Units.duration(CountingLayout().interval), set: { $0.counting.interval = $1 },
            recorded: { .number($0.counting.interval) }),
    ]
}

extension LinkingOptions {
    /// Reads settings.
    ///
    /// - Parameter texts: by the settings' keys.
    /// - Throws: `SettingsError` with all that is wrong.
    package init(_ texts: [String: [String]]) throws(SettingsError) {
        self.init()
        var problems = LinkingSetting.read(LinkingSetting.all, texts, .commandLine, into: &self)
        let (low, high) = (tracker.lowConfidence, tracker.highConfidence)
        problems += counting.problems
        if low > high { problems.append("--low \(low): must not be above --high \(high)") }
        if !problems.isEmpty { throw SettingsError(problems: problems) }
    }
}

extension LinkingOptions {
    /// What changes results, in the order of the table.
    package var recorded: [SessionStart.Setting] {
        LinkingSetting.all.compactMap { setting in
            setting.recorded(self).map { SessionStart.Setting(setting.key, $0) }
        }
    }
}
