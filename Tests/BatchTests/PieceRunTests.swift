@testable import Batch
import Decoding
import Foundation
import Recording
import Synchronization
import TestSupport
import Testing

/// A plan with results, whose work is a few lines.
private struct Place {
    let folder = try! TemporaryFolder()
    let plan: PlanFile
    let results: ResultsFolder
    let interrupt = InterruptFlag()

    init(videos: Int = 3) throws {
        var random = ScriptedRandom(seed: 3)
        _ = try Plans.write(
            (0..<videos).map { Plans.video("\($0).mp4", random: &random) }, to: folder.path("plan.json"))
        plan = try PlanFile(folder.path("plan.json"), version: Plans.version)
        results = ResultsFolder(ofPlan: plan.path)
    }

    /// Does a piece with two records.
    func run(_ piece: Int, interval: Double = 5, _ work: () throws -> Void = {}) throws -> PieceRun.Outcome {
        try PieceRun(plan, results: results, interrupt: interrupt, interval: interval).run(piece) {
            piece, output, tell in
            try output.write(line: "{\"video\":\"\(piece.video.name)\"}")
            tell(1, 1_000_000, 4_000_000)
            try work()
            try output.write(line: "{}")
            return PieceFile.Trailer(frames: 30, analyzed: 10)
        }
    }

    /// Waits until a run has said how far it is.
    func waitForBeat(of piece: Int) {
        for _ in 0..<6000 where Heartbeat(path: results.lock(piece))?.share == nil { usleep(10_000) }
    }

    /// What is in the folder of pieces.
    func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: results.folder(0)).sorted()
    }
}

extension ResultsFolder {
    /// A lock file of piece 0 as another machine writes it.
    fileprivate func foreignBeat(_ updated: Int64) throws {
        let text = """
            {"boot":"b","elapsed_us":5,"frames":1,"host":"other","pid":7,"started":1,"updated":\(updated)}
            """
        try FileManager.default.createDirectory(atPath: folder(0), withIntermediateDirectories: true)
        // In place, so that nobody reads an empty file.
        let descriptor = open(lock(0), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(descriptor) }
        try #require(pwrite(descriptor, text, text.utf8.count, 0) == text.utf8.count)
    }
}

extension PieceRun.Outcome {
    fileprivate var name: String { "\(self)".prefix { $0 != "(" }.description }
}

@Suite("Pieces of a plan are done")
struct PieceRunTests {
    private struct Failure: Error {}

    @Test("A piece is done once; its file says whose it is and that it is whole")
    func once() throws {
        let place = try Place()
        guard case .done(let trailer) = try place.run(1) else {
            Issue.record("not done")
            return
        }
        let file = try PieceFile(path: place.results.file(1))
        #expect(file.trailer == trailer && trailer.lines == 2)
        #expect(file.header == .init(plan: place.plan.plan.id, piece: 1, video: "1.mp4"))
        #expect(try place.names() == ["000001.jsonl"])
        #expect(try place.run(1) { throw Failure() }.name == "doneBefore")
        #expect(place.results.file(1234567).hasSuffix(".pieces/1234/1234567.jsonl"))
    }

    @Test("What fails is noted with how often, and nothing else is left; once it is done the note goes")
    func failures() throws {
        let place = try Place()
        for attempt in 1...2 {
            let outcome = try place.run(0) { throw BatchError.failed(.input, "0.mp4: has changed") }
            guard case .failed(let error) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(error.kind == .input)
            #expect(try place.names() == ["000000.failed"])
            let failure = try #require(PieceFailure(path: place.results.failure(0)))
            #expect((failure.attempts, failure.exit, failure.reason) == (attempt, 66, "0.mp4: has changed"))
        }
        #expect(try place.run(0).name == "done")
        #expect(try place.names() == ["000000.jsonl"])
    }

    @Test("An interrupted piece leaves nothing, and is no failure")
    func interrupted() throws {
        let place = try Place()
        let outcome = try place.run(0) { place.interrupt.raise() }
        #expect(outcome.name == "interrupted")
        #expect(try place.names() == [])
    }

    @Test("While a run has a piece, others leave it alone, and are told how far it is")
    func twoAtOnce() throws {
        let place = try Place()
        let outcome = try place.run(0, interval: 0.05) {
            place.waitForBeat(of: 0)
            guard case .runningElsewhere(let beat?) = try place.run(0) else { throw Failure() }
            #expect(beat.process == getpid() && beat.share == 0.25 && beat.frames == 1)
            #expect(try place.run(1).name == "done")
        }
        #expect(outcome.name == "done")
    }

    @Test("A lock that another process holds counts until that is killed")
    func otherProcess() throws {
        let place = try Place()
        let path = place.results.lock(0)
        try FileManager.default.createDirectory(atPath: place.results.folder(0), withIntermediateDirectories: true)
        try Data().write(to: URL(fileURLWithPath: path))
        let holder = try Command("flock", ["--no-fork", path, "sleep", "600"])
        // A run removes the file when it is done: one before would leave the holder a file that has no name.
        try waitUntilLocked(path, by: holder)
        #expect(try place.run(0).name == "runningElsewhere")
        holder.signal(SIGKILL)
        _ = holder.wait()
        #expect(try place.run(0).name == "done")
    }

    @Test("Of runs that ask for a piece while another gives it up, one at a time has it")
    func oneAtATime() throws {
        let place = try Place()
        try FileManager.default.createDirectory(atPath: place.results.folder(0), withIntermediateDirectories: true)
        let path = place.results.lock(0)
        let holders = Atomic(0)
        let most = Atomic(0)
        let runs = DispatchGroup()
        let end = ContinuousClock.now + .seconds(2)
        for _ in 0..<8 {
            runs.enter()
            Thread.detachNewThread {
                while ContinuousClock.now < end {
                    guard case .taken(let lock)? = try? PieceLock.take(path) else { continue }
                    most.max(holders.add(1, ordering: .sequentiallyConsistent).newValue, ordering: .relaxed)
                    // Long enough for others to open the file that this one removes.
                    usleep(300)
                    holders.subtract(1, ordering: .sequentiallyConsistent)
                    lock.release()
                }
                runs.leave()
            }
        }
        runs.wait()
        #expect(most.load(ordering: .relaxed) == 1)
        #expect(try place.names() == [])
    }

    /// Waits until a process has a lock that only it asks for.
    private func waitUntilLocked(_ path: String, by holder: Command) throws {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        while flock(descriptor, LOCK_EX | LOCK_NB) == 0 {
            // Its copies in processes that other tests are starting let go, too.
            flock(descriptor, LOCK_UN)
            try #require(holder.isRunning, "\(holder.errors)")
            usleep(1000)
        }
        #expect(errno == EWOULDBLOCK)
    }

    @Test("What a killed run began goes; no other piece's file does")
    func leftovers() throws {
        let place = try Place()
        _ = try place.run(1)
        for name in ["000000.jsonl.abc.part", "000000.jsonl.xyz.part", "000002.jsonl.abc.part"] {
            try Data().write(to: URL(fileURLWithPath: place.results.folder(0) + "/" + name))
        }
        #expect(try place.run(0).name == "done")
        #expect(try place.names() == ["000000.jsonl", "000001.jsonl", "000002.jsonl.abc.part"])
    }

    @Test("A piece of another machine is its own while that says so, and is taken over when it is silent")
    func otherMachine() throws {
        let place = try Place()
        try place.results.foreignBeat(1)
        let start = ContinuousClock.now
        #expect(try place.run(0, interval: 0.1).name == "done")
        #expect(ContinuousClock.now - start >= .milliseconds(300))

        let alive = try Place()
        try alive.results.foreignBeat(1)
        let stop = InterruptFlag()
        let other = Thread { [results = alive.results] in
            for beat in 2... where !stop.isRaised {
                usleep(20_000)
                try? results.foreignBeat(Int64(beat))
            }
        }
        other.start()
        defer { stop.raise() }
        guard case .runningElsewhere(let beat?) = try alive.run(0, interval: 5) else {
            Issue.record("taken over")
            return
        }
        #expect(beat.host == "other" && beat.updated > 1)
    }

    @Test("A run that was taken over while it was stopped leaves the piece to the other")
    func takenOver() throws {
        let place = try Place()
        let outcome = try place.run(0) {
            try FileManager.default.removeItem(atPath: place.results.lock(0))
            #expect(try place.run(0).name == "done")
        }
        #expect(outcome.name == "doneBefore")
        #expect(try place.names() == ["000000.jsonl"])
    }

    @Test("Results of another plan are refused, and stay; damaged ones are made anew")
    func others() throws {
        let place = try Place()
        _ = try place.run(0)
        let path = place.results.file(0)
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        try whole.prefix(whole.count - 5).write(to: URL(fileURLWithPath: path))
        #expect(try place.run(0).name == "done")

        let other = try Place(videos: 2)
        try FileManager.default.createDirectory(atPath: other.results.folder(0), withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: path, toPath: other.results.file(0))
        let error = #expect(throws: BatchError.self) { try other.run(0) }
        #expect(error?.kind == .results && error?.description.contains("another plan") == true)
        let folder = #expect(throws: BatchError.self) {
            try PieceRun(other.plan, results: place.results, interrupt: other.interrupt).run(1) { _, _, _ in
                throw Failure()
            }
        }
        #expect(folder?.kind == .results && folder?.description.contains(place.plan.plan.id) == true)
        #expect(throws: BatchError.noPiece(2, of: 2, plan: other.plan.path)) { try other.run(2) }
    }

    @Test("A pipe in a piece's place waits for nobody")
    func pipe() throws {
        let place = try Place()
        try FileManager.default.createDirectory(atPath: place.results.folder(0), withIntermediateDirectories: true)
        #expect(mkfifo(place.results.file(0), 0o600) == 0)
        #expect(throws: PieceFile.Flaw.notFile) { try PieceFile(path: place.results.file(0)) }
        let error = #expect(throws: BatchError.self) { try place.run(0) }
        #expect(error?.kind == .results && error?.description.contains("no regular file") == true)
    }

    @Test("A full disk is said to be one, and leaves nothing", .enabled(if: SmallDisk.canBeMounted))
    func fullDisk() throws {
        let place = try Place()
        try FileManager.default.createDirectory(atPath: place.results.path, withIntermediateDirectories: true)
        let disk = try SmallDisk(at: place.results.path)
        defer { disk.unmount() }
        let run = PieceRun(place.plan, results: place.results, interrupt: place.interrupt)
        let outcome = try run.run(0) { _, output, _ in
            for _ in 0..<2000 { try output.write(line: String(repeating: "x", count: 100)) }
            return PieceFile.Trailer(frames: 0, analyzed: 0)
        }
        guard case .failed(let error) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(error.kind == .space)
        #expect(try !place.names().contains { $0.contains(".part") || $0.hasSuffix(".jsonl") })
        // What was removed takes space as long as a process that another test is just starting has it open.
        for _ in 0..<600 where (try? place.run(0).name) != "doneBefore" { usleep(100_000) }
        #expect(try place.run(0).name == "doneBefore")
    }
}

@Suite("How far a plan is")
struct StatusTests {
    @Test("Each piece is counted once, by what is known of it; time left goes by what was done")
    func counts() throws {
        let place = try Place(videos: 1500)
        let reader = try StatusReader(place.plan, results: place.results)
        #expect(try reader.read().waiting_pieces == "0-1499")
        for piece in [0, 1, 1499] { _ = try place.run(piece) }
        _ = try place.run(2) { throw BatchError.failed(.input, "gone") }
        try place.results.foreignBeat(Heartbeat.utc - 600_000)
        try FileManager.default.moveItem(atPath: place.results.lock(0), toPath: place.results.lock(3))
        try Data("x".utf8).write(to: URL(fileURLWithPath: place.results.file(4)))
        let outcome = try place.run(5, interval: 0.05) {
            place.waitForBeat(of: 5)
            let status = try reader.read()
            #expect((status.done, status.running, status.failed, status.waiting) == (3, 1, 1, 1495))
            #expect(status.running_pieces.map(\.piece) == [5] && status.running_pieces.first?.share == 0.25)
            #expect(status.stale_pieces.map(\.piece) == [3] && status.damaged_pieces == "4")
            #expect(status.failed_pieces.map(\.reason) == ["gone"])
            #expect(status.waiting_pieces == "3-4,6-1498")
            #expect(status.left_s != nil && !status.isOver)
        }
        #expect(outcome.name == "done")
        #expect(try reader.read() == StatusReader(place.plan, results: place.results).read())
    }
}

@Suite("Which pieces")
struct PieceNumbersTests {
    @Test("Numbers and ranges", arguments: [("0", [0]), ("3,7-9", [3, 7, 8, 9]), ("5-5,1", [5, 1])])
    func texts(text: String, numbers: [Int]) {
        #expect(PieceNumbers(text).map { Array($0.ranges.joined()) } == numbers)
    }

    @Test("Anything else", arguments: ["", "-1", "a", "3-", "9-7", "1,,2", "1-2-3", "٣", "99999999999999999999"])
    func others(text: String) { #expect(PieceNumbers(text) == nil) }

    @Test("Engines' indices: Slurm's before Kubernetes' before GNU parallel's, which counts from 1")
    func environment() throws {
        let all = ["SLURM_ARRAY_TASK_ID": "4", "JOB_COMPLETION_INDEX": "5", "PARALLEL_SEQ": "7"]
        #expect(try PieceNumbers(environment: all).ranges == [4...4])
        #expect(
            try PieceNumbers(environment: all.filter { $0.key != "SLURM_ARRAY_TASK_ID" }, each: 20).ranges == [
                100...119
            ])
        #expect(try PieceNumbers(environment: ["PARALLEL_SEQ": "7"]).ranges == [6...6])
        for bad in ["", "x", "-1", "9223372036854775807"] {
            #expect(throws: BatchError.self) { try PieceNumbers(environment: ["SLURM_ARRAY_TASK_ID": bad], each: 20) }
        }
        #expect(throws: BatchError.self) { try PieceNumbers(environment: ["PARALLEL_SEQ": "0"]) }
        #expect(throws: BatchError.self) { try PieceNumbers(environment: [:]) }
    }

    @Test("The last index may reach beyond the end, a number may not")
    func within() throws {
        let plan = try Place(videos: 5).plan
        #expect(try PieceNumbers("3-7")?.within(plan, isOpen: true).ranges == [3...4])
        for (text, isOpen) in [("3-7", false), ("5", true)] {
            let error = #expect(throws: BatchError.self) { try PieceNumbers(text)?.within(plan, isOpen: isOpen) }
            #expect(error?.kind == .usage)
        }
    }
}
