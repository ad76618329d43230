import Detecting
import PathModel

/// Whose faces are looked for in which frame: confirmed tracks, large enough, at a rate per second of the video; less often
/// where none was found for a while. And where: near the track's last face, if it is fresh.
///
/// Depends on tracks, times and faces alone. A track's frames must be asked about in order, each when what its searches
/// before found is known, or is too short ago to matter.
struct FaceSchedule {
    /// A face of more than this many seconds ago says little about where it is now.
    private static let longestMemory = 1.0
    /// Whoever turns is seen within so many seconds.
    private static let longestInterval = 0.5
    /// Seconds by which searches are further apart for each second without a face: of those who showed one before, whose face
    /// is small or comes and goes, and of those who never did.
    private static let (stretching, initialStretching) = (0.1, 0.3)
    /// Whoever is this much lower in the picture after a second walks away and shows the back of the head.
    private static let shrinking = 0.93

    private struct Entry {
        var lastSearch: Timestamp
        var found: PersonInView.LastFace?
        var foundAt: Timestamp?
        var hasShownFace = false
        /// The first search since the last face.
        var facelessSince: Timestamp?
        /// How high the person was, and when: within the last second.
        var height: Double
        var heightAt: Timestamp
        var walksAway = false
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

    /// The tracks whose faces can be looked for in a frame.
    func candidates(in update: TrackerUpdate, frame: PixelSize) -> [Track] {
        update.tracks.filter { track in
            track.id != nil && track.source == .measured
                && FaceFinder.isLargeEnough(track.box, frame: frame, minimumWidth: minimumWidth)
        }
    }

    /// Whether so little time has passed since a search for the same track's face that there is none, whatever it found.
    func isTooEarly(_ time: Timestamp, after search: Timestamp) -> Bool {
        // A millisecond of grace: times of evenly spaced frames are rounded.
        time.seconds(since: search) < interval - 0.001
    }

    /// Whether a track's face is to be looked for in a frame; then it counts as looked for.
    ///
    /// - Parameter spacing: seconds from the frame before, which the next one will be away too.
    mutating func isDue(_ track: Track, at time: Timestamp, spacing: Double) -> Bool {
        guard var entry = entries[track.serial] else {
            entries[track.serial] = Entry(lastSearch: time, height: track.box.height, heightAt: time)
            return true
        }
        if time.seconds(since: entry.heightAt) >= 1 {
            entry.walksAway = track.box.height < Self.shrinking * entry.height
            (entry.height, entry.heightAt) = (track.box.height, time)
        }
        let isDue =
            !isTooEarly(time, after: entry.lastSearch)
            && time.seconds(since: entry.lastSearch) + spacing > Self.interval(entry, at: interval) + 0.001
        if isDue { entry.lastSearch = time }
        entries[track.serial] = entry
        return isDue
    }

    /// The seconds within which the next search is to be.
    private static func interval(_ entry: Entry, at interval: Double) -> Double {
        guard let since = entry.facelessSince, interval < longestInterval else { return 0 }
        let stretching = entry.hasShownFace ? stretching : initialStretching
        let stretched = interval + stretching * entry.lastSearch.seconds(since: since)
        return entry.walksAway ? longestInterval : min(stretched, longestInterval)
    }

    /// Forgets a track that ended, once all its searches are done.
    mutating func forget(_ serial: Int) { entries[serial] = nil }

    /// Remembers what a search for a track's face found.
    mutating func found(_ face: Face?, of track: Track, at time: Timestamp) {
        guard var entry = entries[track.serial] else { return }
        entry.found = face.map { PersonInView.LastFace($0, person: track.box) }
        entry.foundAt = time
        entry.hasShownFace = entry.hasShownFace || face != nil
        entry.facelessSince = face == nil ? entry.facelessSince ?? time : nil
        entries[track.serial] = entry
    }

    /// Where a track's last face was; nil where it isn't known or too long ago.
    func lastFace(of track: Track, at time: Timestamp) -> PersonInView.LastFace? {
        guard let entry = entries[track.serial], let foundAt = entry.foundAt,
            time.seconds(since: foundAt) <= Self.longestMemory
        else { return nil }
        return entry.found
    }
}
