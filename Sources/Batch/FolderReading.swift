import Foundation
import Glibc

/// What is in one folder of results.
struct FolderReading: Sendable {
    /// What there is of a piece.
    enum Content: Sendable {
        case nothing
        /// Whole results; nil where that was known before.
        case whole(PieceFile.Trailer?)
        case damaged
        case running(Heartbeat)
        case stale(Heartbeat)
        case failed(PieceFailure)
    }

    let results: ResultsFolder
    let plan: Plan
    /// The folder's number.
    let number: Int
    /// Of its pieces, whose results were whole before.
    let known: [Bool]

    /// Of each of its pieces.
    func read() throws(BatchError) -> [Content] {
        var contents = [Content](repeating: .nothing, count: known.count)
        let folder = results.folder(number)
        let names = Set((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
        if names.isEmpty { return contents }
        for index in contents.indices {
            let piece = number * 1000 + index
            contents[index] = try content(piece, isKnown: known[index]) { path in
                names.contains(String(Substring(path.utf8.dropFirst(folder.utf8.count + 1))))
            }
        }
        return contents
    }

    private func content(_ piece: Int, isKnown: Bool, _ isThere: (String) -> Bool) throws(BatchError) -> Content {
        var isDamaged = false
        if isThere(results.file(piece)) {
            if isKnown { return .whole(nil) }
            switch try results.holds(piece, of: plan) {
            case .whole(let file): return .whole(file.trailer)
            case .damaged: isDamaged = true
            case .nothing: break
            }
        }
        let beat = isThere(results.lock(piece)) ? Heartbeat(path: results.lock(piece)) : nil
        if let beat, !beat.isStale { return .running(beat) }
        if isThere(results.failure(piece)), let failure = PieceFailure(path: results.failure(piece)) {
            return .failed(failure)
        }
        if isDamaged { return .damaged }
        return beat.map(Content.stale) ?? .nothing
    }
}

extension Heartbeat {
    /// Whether nothing was heard of it for so long that it is dead. Machines' clocks may differ a little.
    var isStale: Bool {
        let silence = Double(Self.utc - updated) / 1000
        if isOfThisMachine, kill(process, 0) != 0, errno == ESRCH { return silence > 2 * Self.interval }
        return silence > 12 * Self.interval
    }
}
