import Foundation

/// Finds out how far a plan is, again and again: what was found whole isn't read a second time.
public final class StatusReader {
    /// What is known of a piece.
    private struct Piece {
        /// Milliseconds of video; below 0 where unknown.
        var duration: Int32
        /// Whether its results were whole when they were read.
        var isWhole = false
        var isOfDamagedVideo = false
    }

    private let plan: PlanFile
    private let results: ResultsFolder
    private var pieces: [Piece] = []
    private var pace = Pace()

    /// How many folders are read at the same time: shares answer slowly, but many at a time.
    private static let threads = 8

    /// Reads the plan.
    public init(_ plan: PlanFile, results: ResultsFolder) throws {
        (self.plan, self.results) = (plan, results)
        pieces.reserveCapacity(plan.plan.piecesCount)
        try plan.forEachVideo { video in
            for piece in video.pieces {
                pieces.append(Piece(duration: video.duration(of: piece).flatMap(Int32.init(exactly:)) ?? -1))
            }
        }
    }

    /// How far it is now.
    ///
    /// - Throws: `BatchError`, also where results of another plan are there.
    public func read() throws -> BatchStatus {
        var count = Count(plan.plan)
        try results.check(plan.plan)
        let folders = (pieces.count + 999) / 1000
        var next = 0
        try InOrder.map(
            threads: min(Self.threads, folders), ahead: 2 * Self.threads,
            next: { () -> FolderReading? in
                guard next < folders else { return nil }
                defer { next += 1 }
                let known = pieces[next * 1000..<min(pieces.count, next * 1000 + 1000)].map(\.isWhole)
                return FolderReading(results: results, plan: plan.plan, number: next, known: known)
            },
            work: { folder in
                Result { () throws(BatchError) in (folder.number * 1000, try folder.read()) }
            }, tick: {}
        ) { found in
            let (first, contents) = try found.get()
            for (index, content) in contents.enumerated() { try take(content, first + index, &count) }
        }
        return count.status(pace)
    }

    private func take(_ content: FolderReading.Content, _ number: Int, _ count: inout Count) throws(BatchError) {
        let duration = pieces[number].duration
        switch content {
        case .whole(let trailer):
            if let trailer {
                pieces[number].isWhole = true
                pieces[number].isOfDamagedVideo = trailer.damaged > 0 || trailer.end != "end_of_file"
                pace.add(duration, seconds: trailer.seconds)
            }
            count.status.done += 1
            if pieces[number].isOfDamagedVideo { count.status.damaged_videos += 1 }
        case .running(let beat):
            count.status.running += 1
            count.status.running_pieces.append(.init(try plan.piece(number), beat))
            count.add(duration, share: 1 - (beat.share ?? 0))
        case .failed(let failure):
            count.status.failed += 1
            count.status.failed_pieces.append(failure)
        case .stale(let beat):
            count.wait(number, duration)
            count.status.stale_pieces.append(.init(try plan.piece(number), beat))
        case .damaged:
            count.wait(number, duration)
            count.damaged.append(number)
        case .nothing: count.wait(number, duration)
        }
    }
}

extension StatusReader {
    /// How fast pieces were done by one run.
    private struct Pace {
        private var duration = 0.0, seconds = 0.0, count = 0

        mutating func add(_ duration: Int32, seconds: Double) {
            self.duration += Double(max(0, duration))
            self.seconds += seconds
            count += 1
        }

        /// Seconds of one run for milliseconds of video, and pieces of unknown length; nil where nothing was done yet.
        func seconds(_ duration: Double, unknown: Double) -> Double? {
            guard count > 0, self.duration > 0 || duration == 0 else { return nil }
            return (duration == 0 ? 0 : duration * seconds / self.duration) + unknown * seconds / Double(count)
        }
    }

    /// What is being counted.
    private struct Count {
        var status: BatchStatus
        var waiting = PieceNumbers.none, damaged = PieceNumbers.none
        private var duration = 0.0, unknown = 0.0

        init(_ plan: Plan) {
            status = BatchStatus(plan: plan.id, pieces: plan.piecesCount, videos: plan.videosCount)
        }

        mutating func wait(_ number: Int, _ duration: Int32) {
            status.waiting += 1
            waiting.append(number)
            add(duration, share: 1)
        }

        /// Something that is left to do.
        mutating func add(_ duration: Int32, share: Double) {
            if duration < 0 { unknown += share } else { self.duration += share * Double(duration) }
        }

        func status(_ pace: Pace) -> BatchStatus {
            var status = status
            (status.waiting_pieces, status.damaged_pieces) = (waiting.description, damaged.description)
            if status.isOver {
                status.left_s = 0
            } else if status.running > 0 {
                status.left_s = pace.seconds(duration, unknown: unknown).map { ($0 / Double(status.running)).rounded() }
            }
            return status
        }
    }
}

extension BatchStatus.Running {
    fileprivate init(_ piece: PlannedPiece, _ beat: Heartbeat) {
        self.init(
            piece: piece.number, video: piece.video.name, host: beat.host, pid: beat.process, started: beat.started,
            updated: beat.updated, share: beat.share.map { ($0 * 1000).rounded() / 1000 })
    }
}
