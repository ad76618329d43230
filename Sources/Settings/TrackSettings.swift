import PathModel
import Tracking

/// The settings of `footpath track` as the user gives them; nil where the user says nothing.
public struct TrackSettings: Sendable {
    public var fps: Double?
    public var imageSize: String?
    public var high = ByteTracker.Options().highConfidence
    public var low = ByteTracker.Options().lowConfidence
    public var birth = ByteTracker.Options().birthConfidence
    public var seed = ByteTracker.Options().seedConfidence
    public var maxLost = ByteTracker.Options().maxLost
    public var bridge = 0.7
    public var smooth = 0.2
    public var predicted = false

    /// The defaults.
    public init() {}

    /// What the settings come to.
    public struct Checked: Sendable {
        /// Frames per second; nil where the user doesn't say.
        public var fps: Double?
        /// Pixels; nil where the user doesn't say.
        public var imageSize: PixelSize?
        /// How long a gap may be to be filled, seconds.
        public var bridge: Double
        /// Steadies boxes.
        public var smoother: BoxSmoother
        /// Whether predicted boxes are written too where no gap is filled.
        public var predicted: Bool
        /// For the tracker.
        public var tracker: ByteTracker.Options
    }

    /// Checks every setting.
    ///
    /// - Throws: `SettingsError` with all that is wrong.
    public func checked() throws(SettingsError) -> Checked {
        var problems: [String] = []
        func check(_ range: ClosedRange<Double>, _ value: Double, _ name: String, _ unit: String) {
            if !range.contains(value) {
                problems.append("\(name) \(value): must be \(range.lowerBound) to \(range.upperBound) \(unit)")
            }
        }
        if let fps { check(0.001...1000, fps, "--fps", "frames a second") }
        check(0...1, high, "--high", "(a score)")
        check(0...1, low, "--low", "(a score)")
        check(0...1, birth, "--birth", "(a score)")
        check(0...1, seed, "--seed", "(a score)")
        if low > high { problems.append("--low \(low): must not be above --high \(high)") }
        check(0...3600, maxLost, "--max-lost", "seconds")
        check(0...3600, bridge, "--bridge", "seconds")
        check(0...3600, smooth, "--smooth", "seconds")
        let size = imageSize.flatMap { PixelSize($0, side: 1...100_000) }
        if let imageSize, size == nil {
            problems.append("--image-size \(imageSize): give WIDTHxHEIGHT, such as 1920x1080")
        }
        if !problems.isEmpty { throw SettingsError(problems: problems) }

        var options = ByteTracker.Options()
        options.highConfidence = high
        options.lowConfidence = low
        options.birthConfidence = birth
        options.seedConfidence = seed
        options.maxLost = maxLost
        return Checked(
            fps: fps, imageSize: size, bridge: bridge, smoother: BoxSmoother(placeSpan: smooth), predicted: predicted,
            tracker: options)
    }

}
