extension ByteTracker {
    /// What the tracker may be told. Ages are in seconds, so they hold at any frame rate.
    public struct Options: Hashable, Sendable {
        /// The score from which a detection is "high", 0...1. Raising it leaves more to the second association, which
        /// starts no tracks and demands more overlap.
        public var highConfidence = 0.45
        /// The score below which a detection is ignored, 0...1. Raising it loses people who are half hidden, lowering
        /// it lets tracks drift onto the background.
        public var lowConfidence = 0.15
        /// The score that a detection needs to start a track, 0...1. Raising it starts fewer false tracks and true
        /// ones later.
        public var birthConfidence = 0.5

        /// What the overlap (IoU) of a track's expected box and a high detection must exceed, 0...1. Raising it breaks
        /// tracks of people who turn or speed up, lowering it lets people swap ids.
        public var highOverlap = 0.3
        /// The same for low detections, whose boxes say less.
        public var lowOverlap = 0.4
        /// The same for tentative tracks, which have no velocity worth the name and have yet to prove themselves.
        public var tentativeOverlap = 0.3
        /// The IoU with a box that is already followed from which a detection is taken for its duplicate and starts no
        /// track, 0...1. Raising it gives one person two ids, lowering it misses people who stand close together.
        public var duplicateIoU = 0.7

        /// How long a person must have been followed to get an id. Raising it drops more noise and short visits.
        public var confirmAfter = 0.2
        /// In how many frames a person must have been detected to get an id, whatever the frame rate. Raising it
        /// delays ids in slow streams.
        public var confirmHits = 3
        /// How long a tentative track may go undetected. Raising it lets flickering noise add up to an id.
        public var tentativeGrace = 0.1
        /// How long a confirmed track may go undetected. Raising it keeps ids through longer occlusions, and gives
        /// more of them to the wrong person.
        public var maxLost = 2.0

        /// How far from the frame's edge a box still touches it, in frame heights. Raising it calls more ends
        /// `.leftFrame`.
        public var edgeMargin = 0.01
        /// How people move and how boxes err.
        public var motion = MotionModel()

        /// The defaults, which were tuned on MOTChallenge training sequences.
        public init() {}
    }

    /// The noise of the Kalman filter. Lengths are relative to the person's height in the picture, so that near and
    /// far people are treated alike, as in DeepSORT (Wojke, Bewley, Paulus, ICIP 2017).
    public struct MotionModel: Hashable, Sendable {
        /// Error of a detected box's centre and size, heights. Raising it smooths velocities and makes them lag.
        public var measurementDeviation = 0.05
        /// How quickly a velocity changes: root of the acceleration's spectral density, heights / s^1.5. Raising it
        /// follows turns faster and noise with them.
        public var accelerationDeviation = 0.8
        /// How fast a new track may be moving, heights / s. Raising it accepts a longer way to the second detection.
        public var initialSpeedDeviation = 0.7
        /// In which time a lost track's velocity falls to 1/e, seconds. Raising it lets predictions run further.
        public var coastingTime = 1.5
        /// How many standard deviations of the way gone in a step are added around boxes when they are compared.
        /// Raising it reaches further at low frame rates, and further towards strangers.
        public var reach = 1.0

        /// The defaults.
        public init() {}
    }
}
