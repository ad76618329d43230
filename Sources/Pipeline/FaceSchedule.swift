import Detecting
import PathModel

/// Whose faces are looked for in which frame: confirmed tracks, large enough, at a rate per second of the video.
///
/// Depends on tracks and times alone, so that the result doesn't depend on the workers.
struct FaceSchedule {
    /// Seconds between two searches for the same track's face.
    private let interval: Double
    private var lastSearch: [Int: Timestamp] = [:]

    /// - Parameter rate: searches per second and track, greater than 0.
    init(rate: Double) {
        interval = 1 / rate
    }

    /// The tracks whose faces are due in this frame; forgets those that ended.
    mutating func due(in update: TrackerUpdate, at time: Timestamp, frame: PixelSize) -> [Track] {
        for removal in update.removals { lastSearch[removal.serial] = nil }
        return update.tracks.filter { track in
            guard track.id != nil, track.source == .measured, FaceFinder.isLargeEnough(track.box, frame: frame) else {
                return false
            }
            // A millisecond of grace: times of evenly spaced frames are rounded.
            if let last = lastSearch[track.serial], time.seconds(since: last) < interval - 0.001 { return false }
            lastSearch[track.serial] = time
            return true
        }
    }
}
