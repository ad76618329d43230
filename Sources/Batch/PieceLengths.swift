import Analyzing
import Settings
import Tracking

/// How files are cut.
public struct PieceLengths: Hashable, Sendable {
    /// Seconds: a file that is longer is cut into pieces of about this length.
    public var piece: Double
    /// How many seconds before its piece an analysis begins.
    public var overlap: Double

    /// In seconds.
    private static let (shortest, longest, standardOverlap) = (1.0, 30 * 86400.0, 10.0)

    /// Reads what the user gave.
    ///
    /// Halfway through an overlap the piece after takes over. What is known of somebody out of sight must be known on both sides
    /// of that place, so each half is at least as long as anybody may be out of sight.
    ///
    /// - Parameter overlap: nil has it as long as these options need it, 10 seconds at least.
    /// - Throws: with all that is wrong.
    public init(piece: String, overlap: String?, options: AnalysisOptions) throws(SettingsError) {
        let least = 2 * max(options.bridge, options.tracker.maxLost)
        var problems: [String] = []
        let read = { (option: String, text: String) -> Double in
            let seconds = Double(text) ?? Units.seconds(text)
            if let seconds, (Self.shortest...Self.longest).contains(seconds) { return seconds }
            problems.append("--\(option) \(text): give a duration from 1s to 30d, such as 10m")
            return .nan
        }
        self.piece = read("piece", piece)
        self.overlap = overlap.map { read("overlap", $0) } ?? max(Self.standardOverlap, least)
        if self.overlap < least {
            problems.append(
                "--overlap \(Units.duration(self.overlap)): must be at least \(Units.duration(least)), twice as long as somebody "
                    + "may be out of sight (--max-lost \(Units.duration(options.tracker.maxLost)), "
                    + "--bridge \(Units.duration(options.bridge))), or people would change their ids at cuts")
        }
        if self.piece < 2 * self.overlap {
            problems.append(
                "--piece \(Units.duration(self.piece)): must be at least \(Units.duration(2 * self.overlap)), twice the overlap "
                    + "(--overlap), since a piece's beginning and end belong to its neighbours")
        }
        if !problems.isEmpty { throw SettingsError(problems: problems) }
    }
}
