import Assembling
import CMerging
import PathModel
import Recording

/// What becomes of each of a piece's lines.
extension CutFile {
    /// A point.
    mutating func takePoint(_ line: PieceLine, of walk: PieceWalk) throws {
        let track = Int(line.parts.track), pts = line.parts.pts
        walk.admit(track)
        guard pts >= walk.paths[track].from, pts < walk.paths[track].until else { return }
        adopt(track, of: walk)
        let path = walk.paths[track]
        if let still, line.parts.is_still, !path.has_stirred,
            line.parts.is_predicted || !still.stirsSoon(track, in: walk.index, at: pts)
        {
            return
        }
        if path.id == 0 {
            // A path begins where somebody was seen.
            guard !line.parts.is_predicted else { return }
            try begin(line, track, of: walk)
        }
        try write(line, track, of: walk)
        var parts = line.parts
        footpath_path_add(&walk.paths[track], &parts, frameSize?.aspect ?? 1)
        totals.points += 1
        totals.faces += parts.has_face ? 1 : 0
        walk.paths[track].is_special =
            lastFace(walk.paths[track]) != lastFace(parts) || parts.is_still && path.has_stirred
    }

    private mutating func begin(_ line: PieceLine, _ track: Int, of walk: PieceWalk) throws {
        totals.paths += 1
        let id = totals.paths
        let known = walk.entries[track]
        let entry =
            known.flatMap { $0.frame == line.parts.frame ? $0.entry : nil }
            ?? PathPlace(of: line.box)
        walk.paths[track].id = Int64(id)
        entries[Int64(id)] = entry
        let start = PathStart(track: id, frame: line.frame, box: line.box, entry: entry)
        try log.add(PathRecord(time: line.frame.time, event: .pathStart(start)))
    }

    private mutating func write(_ line: PieceLine, _ track: Int, of walk: PieceWalk) throws(RecordingError) {
        let (path, parts, reader) = (walk.paths[track], line.parts, walk.reader)
        var rest = Array(line.bytes(from: parts.seq_to, to: parts.track_from, reader))
        rest += String(path.id).utf8
        if parts.is_still, still != nil || path.has_stirred {
            rest += line.bytes(from: parts.track_to, to: parts.still_from, reader)
        } else {
            rest += line.bytes(from: parts.track_to, to: parts.still_to, reader)
        }
        var end = line.bytes(from: parts.still_to, reader)
        if !parts.has_face, lastFace(path) != lastFace(parts) {
            if let face = lastFace(path) { rest += #","face_pts_ms":\#(face)"#.utf8 }
            if let face = lastFace(parts) { end = end.dropFirst(#","face_pts_ms":\#(face)"#.utf8.count) }
        }
        rest += end
        let point = PathPoint(
            track: Int(path.id), frame: line.frame, box: line.box, confidence: 0,
            source: parts.is_predicted ? .predicted : .measured)
        try log.add(
            PathRecord(time: line.frame.time, event: .path(point)),
            MergedLog.Copy(head: Array(line.bytes(from: 0, to: parts.seq_from, reader)), rest: rest))
    }

    /// When a path's face was last found in what is in the log, in milliseconds of the stream.
    private func lastFace(_ path: footpath_path) -> Int64? { path.has_face_pts ? path.face_pts : nil }

    /// When a face was last found as a line says it.
    private func lastFace(_ parts: footpath_line) -> Int64? { parts.has_face_pts ? parts.face_pts : nil }

    /// A track goes on what it went on in the piece before, if anything of that is in the log.
    func adopt(_ track: Int, of walk: PieceWalk) {
        guard before !== walk, walk.paths[track].id == 0, let old = walk.predecessors[track], let before,
            old < before.paths.count,
            before.paths[old].id != 0
        else { return }
        var path = before.paths[old]
        (path.from, path.until) = (walk.paths[track].from, walk.paths[track].until)
        path.is_special = true
        walk.paths[track] = path
        walk.joined.insert(track)
    }

    /// Where a path begins is written with its first point that is taken.
    mutating func takeStart(_ line: PieceLine, of walk: PieceWalk) throws {
        guard let entry = line.value(of: "entry", walk.reader).flatMap(PathPlace.init) else {
            throw walk.reader.notARecord
        }
        walk.entries[Int(line.parts.track)] = (line.parts.frame, entry)
    }

    /// A path's end.
    mutating func takeEnd(_ line: PieceLine, of walk: PieceWalk) throws {
        let track = Int(line.parts.track)
        guard var cause = line.cause(walk.reader), let points = line.value(of: "points", walk.reader) else {
            throw walk.reader.notARecord
        }
        walk.admit(track)
        walk.entries[track] = nil
        adopt(track, of: walk)
        let path = walk.paths[track]
        guard path.id != 0, walk.successors[track] == nil else { return }
        let isCutOff =
            cause == .streamEnd && walk.index + 1 < layout.pieces.count
            && line.time >= layout.lastObserved(walk.index).milliseconds + layout.utc
        // The stream goes on: it is the piece that ends.
        if isCutOff { cause = .lost }
        let isWhole = !isCutOff && !walk.joined.contains(track) && Int64(points) == path.points
        let end = PathEnd(
            track: Int(path.id), cause: cause, start: Timestamp(milliseconds: path.first_pts),
            end: Timestamp(milliseconds: path.last_pts), points: Int(path.points), distance: path.distance,
            entry: entries.removeValue(forKey: path.id) ?? .inside,
            exit: PathPlace(of: BoundingBox(path.box)),
            bestFaceConfidence: path.best_face < 0 ? nil : path.best_face / 100)
        let time = Timestamp(milliseconds: line.time - layout.utc)
        let copy =
            isWhole ? copy(line, walk.reader, replacing: line.parts.track_from..<line.parts.track_to, by: path.id) : nil
        try log.add(PathRecord(time: time, event: .pathEnd(end)), copy)
        walk.paths[track].id = 0
    }

    /// A line with another number in a place behind `seq`.
    func copy(
        _ line: PieceLine, _ reader: PieceReader, replacing place: Range<Int32>? = nil, by number: Int64 = 0
    ) -> MergedLog.Copy {
        let head = Array(line.bytes(from: 0, to: line.parts.seq_from, reader))
        guard let place else {
            return MergedLog.Copy(head: head, rest: Array(line.bytes(from: line.parts.seq_to, reader)))
        }
        var rest = Array(line.bytes(from: line.parts.seq_to, to: place.lowerBound, reader))
        rest += String(number).utf8
        rest += line.bytes(from: place.upperBound, reader)
        return MergedLog.Copy(head: head, rest: rest)
    }
}
