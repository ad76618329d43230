import Batch
import Decoding
import Merging
import PathModel

/// A plan's pieces in its folder of results, as the merge takes them.
struct MergePieces {
    private let plan: Plan
    private let results: ResultsFolder

    /// - Throws: `BatchError` where the folder holds results of another plan.
    init(_ plan: Plan, _ results: ResultsFolder) throws(BatchError) {
        (self.plan, self.results) = (plan, results)
        do throws(BatchError) {
            try results.check(plan)
        } catch {
            throw .failed(.input, "\(error)")
        }
    }

    /// What there is of a video.
    ///
    /// - Parameter missing: told of each piece that isn't there or isn't whole.
    /// - Returns: nil where there is none.
    func of(_ video: PlannedVideo, missing: (String) -> Void) throws(BatchError) -> PiecedVideo? {
        var records: [PieceRecords] = []
        for number in video.pieces {
            switch try find(number, video) {
            case .success(let piece): records.append(piece)
            case .failure(let flaw): missing(flaw.text)
            }
        }
        guard !records.isEmpty else { return nil }
        let end = video.windows?.first.flatMap { window in
            video.duration.map { Timestamp(microseconds: window.origin + $0 * 1000) }
        }
        return PiecedVideo(records, of: video.pieces, end: end)
    }

    private struct Flaw: Error {
        let text: String
    }

    private func find(_ number: Int, _ video: PlannedVideo) throws(BatchError) -> Result<PieceRecords, Flaw> {
        let path = results.file(number)
        func flaw(_ reason: String) -> Result<PieceRecords, Flaw> {
            .failure(Flaw(text: "\(path): piece \(number), of \(video.source.redacted): \(reason)"))
        }
        let file: PieceFile
        do throws(PieceFile.Flaw) {
            file = try PieceFile(path: path)
        } catch {
            switch error {
            case .absent: return flaw("isn't there")
            case .damaged(let reason): return flaw(reason)
            case .notFile: return flaw("is no regular file")
            case .unreadable(let errno): throw .failed(.input, "\(path): can't be read: \(errno)")
            }
        }
        guard file.header.plan == plan.id, file.header.piece == number else {
            return flaw("is a piece of another plan, or another piece")
        }
        var records = PieceRecords(number: number, path: path, bytes: file.records, lines: file.trailer.lines)
        guard let windows = video.windows else { return .success(records) }
        guard let observed = Self.stretches(file.trailer.observed ?? []) else {
            return flaw("says of stretches what can't be")
        }
        let window = windows[number - video.firstPiece]
        records.cut = PieceRecords.Cut(
            start: Timestamp(microseconds: window.start), end: window.end.map(Timestamp.init(microseconds:)),
            origin: Timestamp(microseconds: window.origin), observed: observed)
        return .success(records)
    }

    /// Nil where they aren't in order of time.
    private static func stretches(_ numbers: [[Int64]]) -> [ObservedStretch]? {
        var last = Int64.min
        var stretches: [ObservedStretch] = []
        for stretch in numbers {
            guard stretch.count == 3, stretch[0] >= last, stretch[0] <= stretch[1], (0...1 << 40).contains(stretch[2])
            else { return nil }
            last = stretch[1]
            stretches.append(
                ObservedStretch(
                    from: Timestamp(microseconds: stretch[0]), to: Timestamp(microseconds: stretch[1]),
                    analyzed: Int(stretch[2])))
        }
        return stretches
    }
}
