import Decoding
import Foundation
import Recording

/// Does pieces of a plan, each once, whoever else does others at the same time.
///
/// A process that ends at any moment, in whatever way, leaves nothing that looks like results: they get their name when the disk
/// has them whole.
public struct PieceRun {
    /// What came of a piece.
    public enum Outcome: Sendable {
        case done(PieceFile.Trailer)
        /// Its results were there.
        case doneBefore
        /// Another run has it; what that says of itself, where it is known.
        case runningElsewhere(Heartbeat?)
        /// It is noted beside the results.
        case failed(BatchError)
        case interrupted
    }

    /// Makes the records of a piece and says what came of it, but for what the run itself knows (lines, bytes, seconds, host); told how
    /// to say how far it is: frames, microseconds done and in all.
    public typealias Work = (
        PlannedPiece, PieceOutput, _ tell: @escaping (_ frames: Int, _ elapsed: Int64, _ duration: Int64?) -> Void
    ) throws -> PieceFile.Trailer

    private let plan: PlanFile
    private let results: ResultsFolder
    private let interrupt: InterruptFlag
    private let interval: Double

    /// - Parameters:
    ///   - interrupt: ends what is done in good order.
    ///   - interval: how often to say in the lock file how far a piece is, in seconds.
    public init(_ plan: PlanFile, results: ResultsFolder, interrupt: InterruptFlag, interval: Double = 5) {
        (self.plan, self.results, self.interrupt, self.interval) = (plan, results, interrupt, interval)
    }

    /// Does a piece, unless it is done or another run has it.
    ///
    /// - Throws: where there is no such piece, or it can't be told whether it is done.
    public func run(_ number: Int, _ work: Work) throws(BatchError) -> Outcome {
        let piece = try plan.piece(number)
        try results.check(plan.plan)
        if try results.holds(number, of: plan.plan).isWhole { return .doneBefore }
        try results.prepare(plan.plan, piece: number)
        let lock: PieceLock
        do {
            let interrupt = interrupt
            let answer = try PieceLock.take(
                results.lock(number), interval: interval, goesOnWaiting: { !interrupt.isRaised })
            switch answer {
            case .taken(let taken): lock = taken
            case .held(let beat): return .runningElsewhere(beat)
            }
        } catch is CancellationError {
            return .interrupted
        } catch {
            throw BatchError(error)
        }
        let outcome = run(piece, lock, work)
        lock.release()
        return outcome
    }

    /// Leaves the pieces that this process is at to others, from any thread, since the process ends now.
    ///
    /// - Returns: whether there were any.
    public static func abandonAll() -> Bool { PieceLock.abandonAll() }

    private func run(_ piece: PlannedPiece, _ lock: PieceLock, isAgain: Bool = false, _ work: Work) -> Outcome {
        do {
            let there = try results.holds(piece.number, of: plan.plan)
            if there.isWhole { return .doneBefore }
            results.removeUnfinished(piece.number)
            let trailer = try write(piece, lock, mayReplace: there.isDamaged, work)
            try? Disk.remove(results.failure(piece.number))
            return .done(trailer)
        } catch is PieceAnalysis.BrokeOff where !isAgain {
            return run(piece, lock, isAgain: true, work)
        } catch {
            if interrupt.isRaised { return .interrupted }
            // Somebody thought that this run was dead, and did its work.
            if (try? results.holds(piece.number, of: plan.plan))?.isWhole == true { return .doneBefore }
            if !lock.isHeld { return .runningElsewhere(Heartbeat(path: results.lock(piece.number))) }
            return .failed(note(BatchError(error), piece))
        }
    }

    private func write(
        _ piece: PlannedPiece, _ lock: PieceLock, mayReplace: Bool, _ work: Work
    ) throws -> PieceFile.Trailer {
        let start = ContinuousClock.now
        let file = try NewFile(results.file(piece.number), naming: .late, mayReplace: mayReplace)
        // It holds points that the merged log leaves out.
        if piece.window != nil, plan.plan.settings["detail"] != nil { _ = chmod(file.path, 0o600) }
        var trailer: PieceFile.Trailer?
        try file.write(whole: { sink in
            let output = try PieceOutput(
                sink, header: .init(plan: plan.plan.id, piece: piece.number, video: piece.video.name))
            var last = try work(piece, output) { lock.tell(frames: $0, elapsed: $1, duration: $2) }
            if interrupt.isRaised { throw DecodingError.interrupted }
            (last.lines, last.bytes, last.host) = (output.lines, output.bytes, Heartbeat.hostName)
            last.seconds = ((ContinuousClock.now - start) / .milliseconds(1)).rounded() / 1000
            try output.end(last)
            trailer = last
        })
        guard let trailer else { throw DecodingError.interrupted }
        return trailer
    }

    private func note(_ error: BatchError, _ piece: PlannedPiece) -> BatchError {
        let path = results.failure(piece.number)
        let attempts = (PieceFailure(path: path)?.attempts ?? 0) + 1
        // Where it can't be written the program says it all the same.
        try? PieceFailure(piece, error, attempts: attempts).write(path)
        return error
    }
}

extension ResultsFolder {
    /// What is there under the name of a piece's results.
    enum Content {
        case nothing, damaged
        case whole(PieceFile)

        var isWhole: Bool { if case .whole = self { true } else { false } }
        var isDamaged: Bool { if case .damaged = self { true } else { false } }
    }

    /// Finds out whether a piece is done.
    ///
    /// - Throws: where it is another plan's, or can't be read.
    func holds(_ piece: Int, of plan: Plan) throws(BatchError) -> Content {
        let path = file(piece)
        do throws(PieceFile.Flaw) {
            let file = try PieceFile(path: path)
            if file.header.plan == plan.id && file.header.piece == piece { return .whole(file) }
        } catch {
            switch error {
            case .absent: return .nothing
            case .damaged: return .damaged
            case .notFile:
                throw .failed(.results, "\(path): is no regular file; give another --results, or remove it")
            case .unreadable(let errno): throw .failed(errno.mayPass ? .temporary : .results, "\(path): \(errno)")
            }
        }
        throw .failed(
            .results, "\(path): holds results of another plan or piece; give another --results, or remove the file")
    }
}
