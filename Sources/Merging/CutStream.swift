import CMerging
import Foundation
import PathModel
import Recording

/// What isn't of a single person.
extension CutFile {
    private struct GapKeys: Decodable {
        var from, to: String
        var reason: String
        var frames_lost: Int?
    }

    private struct EndKeys: Decodable {
        var reason: String
        var message: String?
        var frames, analyzed, decode_errors: Int
    }

    /// Anything else than a path's lines.
    mutating func takeOther(_ line: PieceLine, of walk: PieceWalk) throws {
        switch line.name(walk.reader) {
        case "session_start", "region":
            if walk.index == 0 { try log.begin(copy(line, walk.reader)) }
        case "stream_start": try takeStreamStart(line, of: walk)
        case "stream_end": try takeStreamEnd(line, of: walk)
        case "gap":
            if counts(line, of: walk) { try takeGap(line, of: walk) }
        case "session_end": break
        default: throw walk.reader.notARecord
        }
    }

    /// Whether a line's time is one at which its piece counts.
    private func counts(_ line: PieceLine, of walk: PieceWalk) -> Bool {
        let pts = line.time - layout.utc
        return pts >= walk.usual.from && pts < walk.usual.until
    }

    private mutating func takeStreamStart(_ line: PieceLine, of walk: PieceWalk) throws {
        guard let opening = line.decoded(CutLayout.Opening.self, walk.reader) else { throw walk.reader.notARecord }
        let isFirst = !walk.hasStarted
        walk.hasStarted = true
        if isFirst, let frameSize, frameSize == opening.size || layout.seams[walk.index - 1] != nil { return }
        guard isFirst || counts(line, of: walk) else { return }
        let time = Timestamp(milliseconds: line.time - layout.utc)
        if isFirst, frameSize != nil {
            // It changed where nothing was seen.
            try endRun(.sizeChanged, message: nil, at: layout.lastObserved(walk.index - 1), frames: passed.frames)
        }
        run += 1
        frameSize = opening.size
        let start = StreamStart(
            run: run, codec: "", container: "", frameSize: opening.size, frameRate: nil, durationMilliseconds: nil,
            pixelFormat: "", colorRange: "", clock: .file, timeOrigin: .epoch, source: "")
        let key = Int32(#","run":"#.utf8.count)
        let digits = line.value(of: "run", walk.reader)?.utf8.count ?? 1
        let place = line.parts.body + key..<line.parts.body + key + Int32(digits)
        try log.add(
            PathRecord(time: time, event: .streamStart(start)),
            copy(line, walk.reader, replacing: place, by: Int64(run)))
    }

    private mutating func takeGap(_ line: PieceLine, of walk: PieceWalk) throws {
        guard let keys = line.decoded(GapKeys.self, walk.reader), let from = UTCTime(keys.from),
            let to = UTCTime(keys.to),
            let reason = Gap.Reason(rawValue: keys.reason)
        else { throw walk.reader.notARecord }
        let gap = Gap(
            from: Timestamp(milliseconds: from.milliseconds - layout.utc),
            to: Timestamp(milliseconds: to.milliseconds - layout.utc), reason: reason, framesLost: keys.frames_lost)
        try log.add(PathRecord(time: gap.to, event: .gap(gap)), copy(line, walk.reader))
    }

    /// The log's stream ends where the file's does; a piece's end is none, but where pictures change their size there.
    private mutating func takeStreamEnd(_ line: PieceLine, of walk: PieceWalk) throws {
        guard let keys = line.decoded(EndKeys.self, walk.reader), let reason = StreamEnd.Reason(rawValue: keys.reason)
        else { throw walk.reader.notARecord }
        walk.ended.frames += keys.frames
        walk.ended.damaged += keys.decode_errors
        let time = Timestamp(milliseconds: line.time - layout.utc)
        walk.ending = Ending(reason: reason, message: keys.message, time: time)
        guard reason == .sizeChanged, counts(line, of: walk) else { return }
        try endRun(reason, message: nil, at: time, frames: walk.ended.frames, damaged: walk.ended.damaged)
    }

    /// - Parameters:
    ///   - frames: from the file's beginning.
    ///   - damaged: of the piece that ends the run, so far.
    private mutating func endRun(
        _ reason: StreamEnd.Reason, message: String?, at time: Timestamp, frames: Int, damaged: Int = 0
    ) throws(RecordingError) {
        let analyzed = layout.observed.reduce(0) { $0 + ($1.from.milliseconds <= time.milliseconds ? $1.analyzed : 0) }
        let total = StreamTotals(frames: frames, analyzed: analyzed, damaged: passed.damaged + damaged)
        let end = StreamEnd(
            reason: reason, message: message, frames: total.frames - ended.frames,
            analyzed: total.analyzed - ended.analyzed, decodeErrors: total.damaged - ended.damaged)
        ended = total
        try log.add(PathRecord(time: time, event: .streamEnd(end)))
    }

    /// A stretch of which there is no piece, or which a piece couldn't read.
    mutating func addGap(before index: Int, _ walk: PieceWalk) throws {
        guard let gap = layout.gap(before: index) else { return }
        if index == 0 {
            while frameSize == nil, let line = try walk.peek() {
                try takeOther(line, of: walk)
                walk.take(line)
            }
        }
        try log.add(PathRecord(time: gap.to, event: .gap(gap)))
    }

    /// The ends of the stream and the session.
    mutating func finish() throws(RecordingError) {
        var ending = lastEnding
        if let gap = layout.gapAtEnd {
            ending = Ending(reason: .endOfFile, message: nil, time: gap.to)
            try log.add(PathRecord(time: gap.to, event: .gap(gap)))
        }
        let time = ending?.time ?? layout.origin
        if let ending, frameSize != nil {
            try endRun(ending.reason, message: ending.message, at: time, frames: passed.frames)
        }
        let analyzed = layout.observed.reduce(0) { $0 + $1.analyzed }
        let end = SessionEnd(
            analyzed: analyzed, paths: totals.paths, points: totals.points, faces: totals.faces)
        try log.add(PathRecord(time: time, event: .sessionEnd(end)))
        try log.finish()
    }
}
