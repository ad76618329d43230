import Analyzing
import Decoding
import Following
import Foundation
import Inference
import PathModel
import Recording
import Synchronization
import TestSupport
import Testing
import Tracking
import Waiting

@testable import Pipeline

@Suite(.timeLimit(.minutes(30))) struct AnalysisTests {
    private let clip: Clip

    init() throws {
        clip = try Clip()
    }

    private func records(workers: Int, engine: ScriptedEngine = .boxes()) throws -> String {
        var options = AnalysisOptions()
        options.workers = workers
        let sink = MemorySink()
        _ = try clip.analysis(options, engine: engine).run(output: NumberedSink(sink: sink))
        return sink.text()
    }

    @Test func everyoneGetsAPathWithAPointInEveryFrame() throws {
        let sink = MemorySink()
        var seen: [PathRecord] = []
        let summary = try clip.analysis().run(output: NumberedSink(sink: sink), observer: { seen.append($0) })
        #expect(summary.frames == Clip.frameCount && summary.analyzed == Clip.frameCount)
        #expect(summary.paths == 2 && summary.points == 2 * Clip.frameCount && summary.end == .endOfFile)
        #expect(summary.damaged == 0 && seen.count == sink.lines.count)
        let path = clip.folder.path("records.jsonl")
        try sink.text().write(toFile: path, atomically: true, encoding: .utf8)
        try validateRecords(at: path)
        for case .path(let point) in seen.map(\.event) {
            let seconds = Double(point.frame.index) / 25
            let x = point.box.left * 320
            #expect(min(abs(x - (20 + 40 * seconds)), abs(x - (220 - 30 * seconds))) < 2)
            #expect(abs(point.box.width * 320 - 60) < 3 && abs(point.box.height * 192 - 120) < 3)
        }
    }

    @Test func facesAreLookedForAtTheRateAndLieInTheHead() throws {
        var options = AnalysisOptions()
        options.faceFPS = 5
        var faces: [(person: BoundingBox, face: Face)] = []
        let summary = try clip.analysis(options).run(output: NumberedSink(sink: MemorySink())) { record in
            if case .path(let point) = record.event, let face = point.face { faces.append((point.box, face)) }
        }
        // Two people for two seconds, less the time until they are confirmed.
        #expect((16...20).contains(summary.faces) && faces.count == summary.faces)
        for (person, face) in faces {
            #expect(abs(face.box.center.x - person.center.x) < 0.1 * person.width)
            #expect(face.box.top >= person.top - 0.02 && face.box.bottom < person.center.y)
            #expect(face.landmarks.map(\.kind) == Landmark.Selection.five.kinds)
        }
        options.faceFPS = 0
        #expect(try clip.analysis(options).run(output: NumberedSink(sink: MemorySink())).faces == 0)
    }

    @Test func recordsAreTheSameWithAnyNumberOfWorkersHoweverLongTheyTake() throws {
        let slow = ScriptedEngine.boxes { usleep(.random(in: 0...3000)) }
        let records = try records(workers: 1)
        for workers in [1, 2, 8] { #expect(try self.records(workers: workers, engine: slow) == records) }
    }

    @Test func aNetworkThatFailsEndsTheAnalysisWithItsError() throws {
        let failure = InferenceError.failed(network: "n", reason: "it was told to")
        let calls = Mailbox<Void>()
        for _ in 0..<20 { calls.post(()) }
        calls.close()
        let engine = ScriptedEngine.boxes { () throws(InferenceError) in
            if calls.take() == nil { throw failure }
        }
        #expect(throws: failure) { try records(workers: 2, engine: engine) }
    }

    @Test func anInterruptEndsTheRecordsInGoodOrder() throws {
        let interrupt = InterruptFlag()
        let sink = MemorySink()
        let analysis = try clip.analysis(interrupt: interrupt)
        let summary = try analysis.run(output: NumberedSink(sink: sink)) { _ in
        } progress: { progress in
            if progress.analyzed == 20 { interrupt.raise() }
        }
        #expect(summary.end == .interrupted && (20..<Clip.frameCount).contains(summary.analyzed))
        let path = clip.folder.path("records.jsonl")
        try sink.text().write(toFile: path, atomically: true, encoding: .utf8)
        try validateRecords(at: path)
        #expect(sink.lines.last?.contains(#""event":"session_end""#) == true)
    }

    @Test func aNetworkThatNeverAnswersDoesNotHoldUpAnInterrupt() throws {
        let isInTime = try isDone(within: 4) {
            let (interrupt, answers, never) = (InterruptFlag(), Mailbox<Void>(), Mailbox<Void>())
            let raised = Mutex(ContinuousClock.now)
            for _ in 0..<30 { answers.post(()) }
            answers.close()
            defer { never.close() }
            let engine = ScriptedEngine.boxes {
                guard answers.take() == nil else { return }
                raised.withLock { $0 = .now }
                interrupt.raise()
                _ = never.take()
            }
            let sink = MemorySink()
            let analysis = try clip.analysis(engine: engine, interrupt: interrupt)
            let summary = try analysis.run(output: NumberedSink(sink: sink))
            let time = ContinuousClock.now - raised.withLock { $0 }
            #expect(summary.end == .interrupted && summary.analyzed < Clip.frameCount)
            let path = clip.folder.path("records.jsonl")
            try sink.text().write(toFile: path, atomically: true, encoding: .utf8)
            try validateRecords(at: path)
            #expect(sink.lines.last?.contains(#""event":"session_end""#) == true)
            return time / .seconds(1)
        }
        #expect(isInTime)
    }

    @Test(arguments: [0, 12])
    func whatNeverStirsIsNobodyAndWhoeverStopsStays(noise: Int) throws {
        let night = try Clip(noise: noise)
        func points(_ still: AnalysisOptions.StillHandling) throws -> [Int: [PathPoint]] {
            var options = AnalysisOptions()
            options.faceFPS = 0
            options.still = still
            var points: [PathPoint] = []
            _ = try night.analysis(options).run(output: NumberedSink(sink: MemorySink())) { record in
                if case .path(let point) = record.event { points.append(point) }
            }
            return Dictionary(grouping: points, by: \.track)
        }
        let people = try points(.drop)
        #expect(people.count == 1, "the box that never moves is left out")
        let walker = try #require(people.values.first)
        #expect(walker.count == 150, "from the first frame to the last, 27 seconds of it without stirring")
        #expect(walker.allSatisfy { $0.box.left > 0.3 && !$0.isStill })

        let marked = try points(.mark)
        let figure = try #require(marked.values.first { $0[0].box.left < 0.3 })
        #expect(marked.count == 2 && figure.count == 150 && figure.allSatisfy(\.isStill))
        #expect(try points(.keep).values.map { $0.count { $0.isStill } } == [0, 0])
    }

    /// Two people who walk while the camera is shaken: their boxes jump by up to three quarters of their width a frame.
    @Test func aShakenCameraBreaksNoPath() throws {
        let shaken = try Clip(isShaken: true)
        var options = AnalysisOptions()
        options.faceFPS = 0
        options.cameraMotion = .off
        let broken = try shaken.analysis(options).run(output: NumberedSink(sink: MemorySink()))
        #expect(broken.paths != 2, "it takes the motion into account, or this shows nothing")
        options.cameraMotion = .auto
        let whole = try shaken.analysis(options).run(output: NumberedSink(sink: MemorySink()))
        #expect(whole.paths == 2 && whole.points >= 2 * Clip.frameCount - 4)
        // The same bytes with any number of workers.
        let texts = try [1, 2, 8].map { workers in
            options.workers = workers
            let sink = MemorySink()
            _ = try shaken.analysis(options, engine: .boxes { usleep(.random(in: 0...2000)) })
                .run(output: NumberedSink(sink: sink))
            return sink.text()
        }
        #expect(Set(texts).count == 1)
    }

    @Test func aMaskHidesPeopleFromTheNetworks() throws {
        var options = AnalysisOptions()
        // The second person never comes further left than x = 160, the first never further right than that.
        options.masks = [.rectangle(BoundingBox(left: 0.5, top: 0, width: 0.5, height: 1))]
        let summary = try clip.analysis(options).run(output: NumberedSink(sink: MemorySink()))
        #expect(summary.paths == 1)
    }

    @Test func theSessionIsAUUIDOfWhatMakesTheRecords() throws {
        let id = try clip.analysis().sessionID
        #expect(UUID(uuidString: id) != nil && id == id.lowercased())
        #expect(id.split(separator: "-")[2].first == "8" && id.split(separator: "-")[3].first == "8")
        var options = AnalysisOptions()
        options.workers = 7
        #expect(try clip.analysis(options).sessionID == id, "the same records")
        options.recorded = [SessionStart.Setting("confidence", .number(30))]
        #expect(try clip.analysis(options).sessionID != id)
        #expect(try Clip().analysis().sessionID != id, "another folder's file of the same name")
    }

    @Test func aMissingFaceNetworkIsToldBeforeAnythingIsWritten() throws {
        try FileManager.default.removeItem(atPath: clip.folder.path("face_landmark.tflite"))
        let error = #expect(throws: InferenceError.self) { _ = try clip.analysis() }
        guard case .unreadable(let network, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(network.hasSuffix("face_landmark.tflite"))
    }
}
