extension ByteTracker {
    /// What the tracker may be told. Ages are in seconds, so they hold at any frame rate; where frames come so seldom
    /// that an age holds only a few, it lasts for more of them.
    public struct Options: Hashable, Sendable {
        /// The score from which a detection is "high", 0...1. Raising it leaves more to the second association, which
        /// starts no tracks and demands more overlap.
        public var highConfidence = 0.45
        /// The score below which a detection is ignored, 0...1. Raising it loses people who are half hidden, lowering
        /// it lets tracks drift onto the background.
        public var lowConfidence = 0.15
        /// The score that a person must reach once to get an id, 0...1. Raising it gives ids to fewer false tracks, and
        /// to fewer people who are hard to see.
        public var birthConfidence = 0.5
        /// What the mean of their scores must reach for an id, the latest second counting most, 0...1. Raising it gives
        /// ids to fewer things that a detector is in doubt about for long, and to fewer people whom it sees badly.
        public var meanBirthConfidence = 0.0
        /// The score from which a detection that nobody followed explains starts a tentative track, 0...1. Raising it
        /// loses the time in which people are not yet plainly seen, lowering it adds background to the beginnings of
        /// paths.
        public var seedConfidence = 0.35

        /// What the overlap (IoU, for high detections times the root of the vertical one) of a track's expected box and
        /// a high detection must exceed, 0...1. Raising it breaks tracks of people who turn or speed up, lowering it lets
        /// people swap ids.
        public var highOverlap = 0.26
        /// The same for low detections, whose boxes say less.
        public var lowOverlap = 0.3
        /// The same for tentative tracks, which have no velocity worth the name and have yet to prove themselves.
        public var tentativeOverlap = 0.3
        /// What alike sizes add to an overlap when detections are chosen for tracks, 0...1. Raising it lets sizes
        /// decide between people who overlap, and outvote places.
        public var shapeWeight = 0.1
        /// What a second out of sight takes off an overlap, 0...1; no more than that. Raising it prefers the track seen
        /// last, and gives fewer strangers to those who are gone.
        public var lostPenalty = 0.12
        /// What is taken off the overlap with where someone out of sight would be who walked straight on, 0...1; by
        /// themselves, people out of sight are expected to slow down. Raising it gives fewer strangers to those who
        /// stopped, and loses more people who walk past something that hides them.
        public var steadyPenalty = 0.2
        /// The share of the smaller of two boxes that lies in the other from which a detection is taken for a second
        /// box of someone already followed and starts no track, or one that has more to prove, 0...1. Raising it gives one
        /// person two ids, lowering it misses people who stand close together.
        public var duplicateCover = 0.55
        /// The score that such a second box must exceed, at first and on average, to become somebody else after `nestedAfter`, 0...1:
        /// somebody whom the other hides. Raising it misses more people who are hidden for long; at 1 it is never believed.
        public var nestedConfidence = 1.0
        /// How long it must have been there, in most frames. Raising it does the same, and gives fewer people two ids.
        public var nestedAfter = 0.5
        /// In how many frames it must have been detected, whatever the frame rate. Raising it does the same in slow streams.
        public var nestedHits = 5
        /// The share of a low detection that lies in the box of someone found in the same frame from which it is taken
        /// for a part of them, 0...1. Raising it lets tracks of hidden people settle on those who hide them, lowering
        /// it loses people who are half hidden.
        public var fragmentCover = 0.7
        /// The IoU of a detection with the box around two tracks from which it is taken for both people in one,
        /// 0...1. Raising it lets such boxes drag tracks along, lowering it disbelieves good ones.
        public var mergedIoU = 0.8

        /// How long a person must have been followed to get an id. Raising it drops more noise and short visits.
        public var confirmAfter = 0.25
        /// In how many frames a person must have been detected to get an id, whatever the frame rate. Raising it
        /// delays ids in slow streams.
        public var confirmHits = 3
        /// How long a tentative track may go undetected. Raising it lets flickering noise add up to an id.
        public var tentativeGrace = 0.1
        /// How long a track may stay tentative. Raising it follows people longer before they are plainly seen, and makes
        /// those wait who want to know whether they come to anything.
        public var probation = 1.0
        /// In how many frames a track may stay tentative, however seldom they come. Raising it does the same below five
        /// frames a second.
        public var probationSteps = 5
        /// How long a confirmed track may go undetected; in one frame in any case, unless this is 0. Raising it keeps ids
        /// through longer occlusions, and gives more of them to the wrong person.
        public var maxLost = 2.0

        /// How far from the frame's edge a box still touches it, in frame heights. Raising it calls more ends
        /// `.leftFrame`.
        public var edgeMargin = 0.01
        /// Whether a camera's motion is told from the boxes in steps in which nobody says how it moved. Where there are pictures, they
        /// know better.
        public var seesCameraInBoxes = false
        /// How much clothes count, where detections say what people wear.
        public var appearance = AppearanceCue()
        /// How people move and how boxes err.
        public var motion = MotionModel()

        /// The defaults, which were tuned on MOTChallenge training sequences.
        public init() {}
    }

    /// How much clothes count beside places. Odds are logarithms of how likely it is that clothes are somebody else's: 0 where
    /// they say nothing.
    public struct AppearanceCue: Hashable, Sendable {
        /// What odds above 0 take off the overlap that must exceed a least one. Raising it breaks the tracks of people who
        /// step into the shade, lowering it gives the id to whoever passes in front.
        public var doubt = 0.16
        /// How far from where somebody missed was expected, in their heights, whoever comes into view may be the same person,
        /// by negative odds. Raising it keeps more ids, and gives more to the wrong person.
        public var rejoiningReach = 0.6
        /// How much further with each second, heights / s. Raising it does the same.
        public var rejoiningSpeed = 0.8
        /// By how much odds may be against it where somebody appears away from the left and right edges of the frame. Raising it
        /// keeps more ids of those who were hidden, and gives more to others who were hidden, too.
        public var insideOdds = 1.0

        /// The defaults.
        public init() {}
    }

    /// The noise of the Kalman filter. Lengths are relative to the person's height in the picture, so that near and
    /// far people are treated alike, as in DeepSORT (Wojke, Bewley, Paulus, ICIP 2017).
    public struct MotionModel: Hashable, Sendable {
        /// Error of a detected box's centre and size, heights. Raising it smooths velocities and makes them lag.
        public var measurementDeviation = 0.07
        /// How quickly a velocity changes: root of the acceleration's spectral density, heights / s^1.5. Raising it
        /// follows turns faster and noise with them.
        public var accelerationDeviation = 0.65
        /// How fast a new track may be moving, heights / s. Raising it accepts a longer way to the second detection.
        public var initialSpeedDeviation = 0.7
        /// In which time a lost track's velocity falls to 1/e, seconds. Raising it lets predictions run further.
        public var coastingTime = 1.5
        /// Which part of the pace at which a box grew or shrank goes on out of sight, 0...1. Boxes shrink as people
        /// go out of sight, and not because they become smaller. Raising it follows cameras and people that come nearer.
        public var sizeCoasting = 1.0
        /// How many standard deviations of the way gone in a step are added around boxes when they are compared.
        /// Raising it reaches further at low frame rates, and further towards strangers.
        public var reach = 0.7

        /// The defaults.
        public init() {}
    }
}
