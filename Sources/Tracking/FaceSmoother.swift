import PathModel

/// Steadies the landmarks of each track's faces in time, by One Euro filters in units of the face's width.
public struct FaceSmoother {
    private struct History {
        var time: Timestamp
        var filters: [Landmark.Kind: OneEuroFilter]
    }

    /// A pause after which a face is taken as new, in seconds.
    private static let longestPause = 1.0
    private let aspectRatio: Double
    private let keepsRaw: Bool
    private var histories: [Int: History] = [:]

    /// - Parameters:
    ///   - aspectRatio: the frame's width by its height.
    ///   - keepsRaw: whether faces keep their measured landmarks beside the smoothed ones.
    public init(aspectRatio: Double, keepsRaw: Bool) {
        self.aspectRatio = aspectRatio
        self.keepsRaw = keepsRaw
    }

    /// A track's face with its landmarks smoothed. A track's faces must come in the order of their times.
    ///
    /// - Parameter serial: the track's.
    public mutating func smooth(_ face: Face, of serial: Int, at time: Timestamp) -> Face {
        let unit = max(face.box.width, 1e-6)
        var history = histories[serial] ?? History(time: time, filters: [:])
        let seconds = time.seconds(since: history.time)
        if seconds > Self.longestPause || seconds <= 0 { history.filters = [:] }
        var smoothed = face
        smoothed.rawLandmarks = keepsRaw ? face.landmarks : []
        for (index, landmark) in face.landmarks.enumerated() {
            let measured = SIMD2(landmark.position.x, landmark.position.y / aspectRatio)
            guard var filter = history.filters[landmark.kind] else {
                history.filters[landmark.kind] = OneEuroFilter(measured)
                continue
            }
            let at = filter.filter(measured, after: seconds, unit: unit)
            history.filters[landmark.kind] = filter
            smoothed.landmarks[index].position = Point(x: at.x, y: at.y * aspectRatio)
        }
        history.time = time
        histories[serial] = history
        return smoothed
    }

    /// Forgets a track that ended.
    public mutating func forget(_ serial: Int) {
        histories[serial] = nil
    }
}
