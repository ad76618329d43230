import Detecting
import PathModel

/// Whose faces are looked for in which frame: confirmed tracks, large enough, at a rate per second of the video. And
/// where: near the track's last face, if it is fresh.
///
/// Depends on tracks, times and faces alone, and a track is due again only when its last search is known, so that the
/// result doesn't depend on the workers.
struct FaceSchedule {
    /// A face of more than this many seconds ago says little about where it is now.
    private static let longestMemory = 1.0

    private struct Entry {
        var lastSearch: Timestamp
        var found: PersonInView.LastFace?
        var foundAt: Timestamp?
    }

    /// Seconds between two searches for the same track's face.
    private let interval: Double
    private let minimumWidth: Double
    private var entries: [Int: Entry] = [:]

    /// - Parameters:
    ///   - rate: searches per second and track, greater than 0.
    ///   - minimumWidth: of a face, in pixels of the frame.
    init(rate: Double, minimumWidth: Double) {
        interval = 1 / rate
        self.minimumWidth = minimumWidth
    }

    /// The tracks whose faces are due in this frame.
    mutating func due(in update: TrackerUpdate, at time: Timestamp, frame: PixelSize) -> [Track] {
        return update.tracks.filter { track in
            guard track.id != nil, track.source == .measured,
                FaceFinder.isLargeEnough(track.box, frame: frame, minimumWidth: minimumWidth)
            else { return false }
            // A millisecond of grace: times of evenly spaced frames are rounded.
            if let last = entries[track.serial]?.lastSearch, time.seconds(since: last) < interval - 0.001 {
                return false
            }
            entries[track.serial, default: Entry(lastSearch: time)].lastSearch = time
            return true
        }
    }

    /// Forgets a track that ended, once all its searches are done.
    mutating func forget(_ serial: Int) { entries[serial] = nil }

    /// Remembers what a search for a track's face found.
    mutating func found(_ face: Face?, of track: Track, at time: Timestamp) {
        guard entries[track.serial] != nil else { return }
        entries[track.serial]?.found = face.map { PersonInView.LastFace($0, person: track.box) }
        entries[track.serial]?.foundAt = time
    }

    /// Where a track's last face was; nil where it isn't known or too long ago.
    func lastFace(of track: Track, at time: Timestamp) -> PersonInView.LastFace? {
        guard let entry = entries[track.serial], let foundAt = entry.foundAt,
            time.seconds(since: foundAt) <= Self.longestMemory
        else { return nil }
        return entry.found
    }
}
