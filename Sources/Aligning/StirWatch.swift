import PathModel

/// Tells who has stirred since first seen from figures that never do: posters, mannequins, dark screens.
///
/// Somebody who stands still still stirs. For each track that hasn't yet, the picture in the box where it was first seen is kept
/// and compared with what is there now, cell by cell, with the same done around the box: what changes there too is noise, light or
/// the weather. Judged by the picture, since a detector's boxes move about posters as well.
///
/// Depends on the pictures and tracks in their order alone.
public struct StirWatch: Sendable {
    private var figures: [Int: Figure] = [:]
    private var stirred: Set<Int> = []
    private var movedAt: Timestamp?

    /// Seconds after the camera moved in which everyone counts as stirring.
    private static let unrest = 30.0

    /// A watch that has seen nobody.
    public init() {}

    /// Takes the tracks of the next frame.
    ///
    /// - Parameters:
    ///   - picture: nil where there is none; nobody can be told to be still then.
    ///   - hasMoved: whether the camera did, since the frame before.
    /// - Returns: the serials of those who haven't stirred since they were first seen.
    public mutating func look(
        at tracks: [Track], in picture: GrayPicture?, hasMoved: Bool, at time: Timestamp
    ) -> Set<Int> {
        guard let picture else { return [] }
        if hasMoved { movedAt = time }
        let isUnsteady = movedAt.map { time.seconds(since: $0) < Self.unrest } ?? false
        var still: Set<Int> = []
        for track in tracks where !stirred.contains(track.serial) {
            if !isUnsteady {
                if track.source == .measured { look(at: track, among: tracks, in: picture, at: time) }
                if figures[track.serial]?.hasStirred != true {
                    still.insert(track.serial)
                    continue
                }
            }
            figures[track.serial] = nil
            stirred.insert(track.serial)
        }
        return still
    }

    /// Forgets a track that ended.
    public mutating func forget(_ serial: Int) {
        figures[serial] = nil
        stirred.remove(serial)
    }

    private mutating func look(at track: Track, among tracks: [Track], in picture: GrayPicture, at time: Timestamp) {
        let others = tracks.filter { $0.serial != track.serial }.map(\.box)
        if figures[track.serial] == nil { figures[track.serial] = Figure(box: track.box, at: time) }
        figures[track.serial]?.look(at: picture, box: track.box, others: others, at: time)
    }
}
