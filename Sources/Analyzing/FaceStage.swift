import Decoding
import Detecting
import PathModel
import Tracking

/// The faces of a run: hands out searches and takes what they found.
///
/// A track's search begins only when its search before is done, since that says where to look first. Confined to one
/// thread.
struct FaceStage {
    /// A frame that waits for its faces.
    private struct Search {
        let frame: AnalyzedFrame
        let update: TrackerUpdate
        /// Whose faces are wanted.
        let due: [Track]
        /// Searches that must be done before.
        var before: Set<Int>
    }

    /// Searches that can begin; whoever hands them out takes them from here.
    var jobs: [Job] = []
    private var schedule: FaceSchedule
    private var searches: [Int: Search] = [:]
    /// By the track's serial: its last search that isn't done.
    private var unfinished: [Int: Int] = [:]
    /// The serials of tracks that ended while searches for their faces were to come: these still need the last face.
    private var ended: Set<Int> = []

    /// Nil where no faces are looked for.
    init?(options: AnalysisOptions) {
        guard options.faceFPS > 0 else { return nil }
        schedule = FaceSchedule(rate: options.faceFPS, minimumWidth: options.faces.minimumWidth)
    }

    /// Takes a tracked frame.
    ///
    /// - Returns: whether the frame must wait for faces; then `finish` gives it back.
    mutating func add(_ frame: AnalyzedFrame, number: Int) -> Bool {
        guard let update = frame.update else { return false }
        let due = schedule.due(in: update, at: frame.frame.info.time, frame: frame.frame.picture.size)
        for removal in (frame.newRun ?? []) + update.removals {
            if unfinished[removal.serial] == nil {
                schedule.forget(removal.serial)
            } else {
                ended.insert(removal.serial)
            }
        }
        guard !due.isEmpty else { return false }
        let before = Set(due.compactMap { unfinished[$0.serial] })
        for track in due { unfinished[track.serial] = number }
        searches[number] = Search(frame: frame, update: update, due: due, before: before)
        if before.isEmpty { start(number) }
        return true
    }

    /// Takes the faces that a search found, as many as it asked about.
    ///
    /// - Returns: the frame with its faces.
    mutating func finish(_ number: Int, faces: [Face?]) -> AnalyzedFrame? {
        guard let search = searches.removeValue(forKey: number) else { return nil }
        let time = search.frame.frame.info.time
        let bySerial = Dictionary(
            zip(Self.people(in: search.update).map(\.serial), faces), uniquingKeysWith: { first, _ in first })
        var found: [Int: Face] = [:]
        for track in search.due {
            let face = bySerial[track.serial] ?? nil
            schedule.found(face, of: track, at: time)
            found[track.serial] = face
            guard unfinished[track.serial] == number else { continue }
            unfinished[track.serial] = nil
            if ended.remove(track.serial) != nil { schedule.forget(track.serial) }
        }
        for waiting in searches.keys.sorted() where searches[waiting]?.before.remove(number) != nil {
            if searches[waiting]?.before.isEmpty == true { start(waiting) }
        }
        return AnalyzedFrame(
            frame: search.frame.frame, update: search.update, faces: found, newRun: search.frame.newRun)
    }

    private mutating func start(_ number: Int) {
        guard let search = searches[number] else { return }
        let time = search.frame.frame.info.time
        let wanted = Set(search.due.map(\.serial))
        let people = Self.people(in: search.update).map { track in
            let isWanted = wanted.contains(track.serial)
            // The others' last faces may be known or not, depending on the workers; they must not count.
            return PersonInView(
                box: track.box, isWanted: isWanted,
                lastFace: isWanted ? schedule.lastFace(of: track, at: time) : nil)
        }
        jobs.append(.findFaces(number: number, people: people, picture: search.frame.frame.picture))
    }

    /// All who can be seen: a face may belong to someone whose isn't due.
    private static func people(in update: TrackerUpdate) -> [Track] {
        update.tracks.filter { $0.source == .measured }
    }
}
