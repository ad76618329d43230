import Decoding
import Detecting
import PathModel
import Tracking

/// The faces of a run: hands out searches and takes what they found.
///
/// Whether a track's face is looked for in a frame, and where first, depends on what the searches before found; so a frame
/// waits until that is known of all its tracks. Confined to one thread.
struct FaceStage {
    /// A frame that waits for its faces.
    private struct Search {
        let frame: AnalyzedFrame
        let update: TrackerUpdate
        /// Seconds from the frame before.
        let spacing: Double
        /// For how many of its tracks it isn't decided yet whether they are looked at.
        var undecided: Int
        /// Whose faces are wanted.
        var due: [Track] = []

        var time: Timestamp { frame.frame.info.time }
    }

    /// What isn't known yet of a track.
    private struct Unfinished {
        /// When the search that is at work began, in the video's time.
        var search: Timestamp?
        /// Frames that wait for what it finds, and the track in them.
        var waiting: [(number: Int, track: Track)] = []
        var hasEnded = false
    }

    /// Searches that can begin; whoever hands them out takes them from here.
    var jobs: [Job] = []
    /// Frames whose faces are known; whoever puts them in order takes them from here.
    var finished: [(number: Int, frame: AnalyzedFrame)] = []
    private var schedule: FaceSchedule
    private var searches: [Int: Search] = [:]
    /// By the track's serial.
    private var unfinished: [Int: Unfinished] = [:]
    private var lastTime: Timestamp?

    /// Nil where no faces are looked for.
    init?(options: AnalysisOptions) {
        guard options.faceFPS > 0 else { return nil }
        schedule = FaceSchedule(rate: options.faceFPS, minimumWidth: options.faces.minimumWidth)
    }

    /// Takes a tracked frame. Frames must come in order.
    mutating func add(_ frame: AnalyzedFrame, number: Int) {
        let time = frame.frame.info.time
        let spacing = lastTime.map { time.seconds(since: $0) } ?? 0
        lastTime = time
        guard let update = frame.update else {
            finished.append((number, frame))
            return
        }
        let candidates = schedule.candidates(in: update, frame: frame.frame.picture.size)
        searches[number] = Search(
            frame: frame, update: update, spacing: max(0, spacing), undecided: candidates.count)
        if candidates.isEmpty { begin(number) }
        for track in candidates {
            unfinished[track.serial, default: Unfinished()].waiting.append((number, track))
            decide(track.serial)
        }
        for removal in (frame.newRun ?? []) + update.removals {
            if unfinished[removal.serial] == nil {
                schedule.forget(removal.serial)
            } else {
                unfinished[removal.serial]?.hasEnded = true
            }
        }
    }

    /// Takes the faces that a search found, as many as it asked about.
    mutating func finish(_ number: Int, faces: [Face?]) {
        guard let search = searches.removeValue(forKey: number) else { return }
        let bySerial = Dictionary(
            zip(Self.people(in: search.update).map(\.serial), faces), uniquingKeysWith: { first, _ in first })
        var found: [Int: Face] = [:]
        for track in search.due {
            let face = bySerial[track.serial] ?? nil
            schedule.found(face, of: track, at: search.time)
            found[track.serial] = face
            unfinished[track.serial]?.search = nil
        }
        give(search, number, faces: found)
        for track in search.due { decide(track.serial) }
    }

    /// Decides of a track's frames, in their order, as far as what is known allows.
    private mutating func decide(_ serial: Int) {
        while let next = unfinished[serial]?.waiting.first, let search = searches[next.number] {
            var isDue = false
            if let begun = unfinished[serial]?.search {
                guard schedule.isTooEarly(search.time, after: begun) else { return }
            } else {
                isDue = schedule.isDue(next.track, at: search.time, spacing: search.spacing)
            }
            unfinished[serial]?.waiting.removeFirst()
            if isDue {
                unfinished[serial]?.search = search.time
                searches[next.number]?.due.append(next.track)
            }
            searches[next.number]?.undecided -= 1
            if searches[next.number]?.undecided == 0 { begin(next.number) }
        }
        if let rest = unfinished[serial], rest.search == nil {
            if rest.hasEnded { schedule.forget(serial) }
            unfinished[serial] = nil
        }
    }

    /// Hands out a frame's search, or gives the frame where nobody is looked at.
    private mutating func begin(_ number: Int) {
        guard let search = searches[number] else { return }
        guard !search.due.isEmpty else {
            searches[number] = nil
            give(search, number, faces: [:])
            return
        }
        let wanted = Set(search.due.map(\.serial))
        let people = Self.people(in: search.update).map { track in
            let isWanted = wanted.contains(track.serial)
            // The others' last faces may be known or not, depending on the workers; they must not count.
            return PersonInView(
                box: track.box, isWanted: isWanted,
                lastFace: isWanted ? schedule.lastFace(of: track, at: search.time) : nil)
        }
        jobs.append(.findFaces(number: number, people: people, picture: search.frame.frame.picture))
    }

    private mutating func give(_ search: Search, _ number: Int, faces: [Int: Face]) {
        let frame = AnalyzedFrame(
            frame: search.frame.frame, update: search.update, faces: faces, newRun: search.frame.newRun)
        finished.append((number, frame))
    }

    /// All who can be seen: a face may belong to someone whose isn't due.
    private static func people(in update: TrackerUpdate) -> [Track] {
        update.tracks.filter { $0.source == .measured }
    }
}
