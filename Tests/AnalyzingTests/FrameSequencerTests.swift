import Decoding
import Detecting
import Foundation
import PathModel
import TestSupport
import Testing

@testable import Analyzing

@Suite struct FrameSequencerTests {
    private let frames: [DecodedFrame]

    init() throws {
        let video = try VideoSource(SourceName(Project.sample.path), threads: 1, interrupt: InterruptFlag())
        frames = try (0..<12).compactMap { _ in try video.next() }
    }

    private func sequencer() -> FrameSequencer {
        sequencer(faceFPS: 0)
    }

    private func sequencer(faceFPS: Double) -> FrameSequencer {
        var options = AnalysisOptions()
        options.faceFPS = faceFPS
        return FrameSequencer(options: options)
    }

    private let person = Detection(box: BoundingBox(left: 0.3, top: 0.2, width: 0.2, height: 0.6), confidence: 0.9)

    @Test func framesComeOutInOrderWhateverTheWorkersDo() throws {
        var random = ScriptedRandom(seed: 11)
        for _ in 0..<20 {
            var sequencer = sequencer()
            for frame in frames { #expect(try sequencer.take(.decoded(frame)).isEmpty) }
            var out: [Int] = []
            for number in frames.indices.shuffled(using: &random) {
                out += try sequencer.take(.detected(number: number, people: [person])).map(\.frame.info.index)
            }
            #expect(out == frames.map(\.info.index))
        }
    }

    @Test func aFrameThatFailedLeavesATombstoneAndHoldsNothingUp() throws {
        var sequencer = sequencer()
        var out: [AnalyzedFrame] = []
        for (number, frame) in frames.enumerated() {
            out += try sequencer.take(.decoded(frame))
            out += try sequencer.take(.detected(number: number, people: number == 4 ? nil : [person]))
        }
        #expect(out.map(\.frame.info.index) == frames.map(\.info.index))
        #expect(out.indices.filter { out[$0].update == nil } == [4])
        #expect(Set(out.compactMap(\.update).flatMap(\.tracks).map(\.serial)) == [0], "the track goes on")
    }

    @Test func theStreamEndsWhenItsLastFrameIsOut() throws {
        var sequencer = sequencer()
        for frame in frames.prefix(2) { _ = try sequencer.take(.decoded(frame)) }
        _ = try sequencer.take(.ended(nil))
        _ = try sequencer.take(.detected(number: 1, people: [person]))
        #expect(sequencer.end == nil)
        _ = try sequencer.take(.detected(number: 0, people: [person]))
        #expect(sequencer.end?.removals == [TrackRemoval(serial: 0, cause: .streamEnd)])
    }

    @Test func aFrameWaitsForItsFacesAndKeepsItsPlace() throws {
        var sequencer = sequencer(faceFPS: 1)
        for frame in frames { _ = try sequencer.take(.decoded(frame)) }
        var out: [AnalyzedFrame] = []
        for number in frames.indices { out += try sequencer.take(.detected(number: number, people: [person])) }
        guard case .findFaces(let number, let people, _) = sequencer.takeJobs().last else {
            Issue.record("faces are looked for")
            return
        }
        #expect(people == [PersonInView(box: person.box)] && out.count == number)
        let face = Face(box: person.box, confidence: 0.9, landmarks: [])
        out += try sequencer.take(.facesFound(number: number, faces: [face]))
        #expect(out.map(\.frame.info.index) == frames.map(\.info.index))
        #expect(out.indices.filter { out[$0].faces == [0: face] } == [number])
    }

    @Test func aTracksNextSearchWaitsForTheOneBeforeAndBeginsWhereItFoundTheFace() throws {
        var sequencer = sequencer(faceFPS: 25)
        for frame in frames { _ = try sequencer.take(.decoded(frame)) }
        _ = sequencer.takeJobs()
        for number in frames.indices { _ = try sequencer.take(.detected(number: number, people: [person])) }
        var last: PersonInView.LastFace?
        var searches = 0
        while case let jobs = sequencer.takeJobs(), !jobs.isEmpty {
            #expect(jobs.count == 1, "one search of the same person at a time")
            guard case .findFaces(let number, let people, _) = jobs[0] else { return }
            #expect(people.map(\.lastFace) == [last])
            searches += 1
            // Every third search finds nothing; then the next one has nowhere special to begin.
            let face = searches % 3 == 0 ? nil : Face(box: person.box, confidence: 0.9, landmarks: [])
            last = face.map { PersonInView.LastFace($0, person: people[0].box) }
            _ = try sequencer.take(.facesFound(number: number, faces: [face]))
        }
        #expect(searches >= 5)
    }

    @Test func searchesOfATrackThatEndedBeginWhereTheyWouldHave() throws {
        /// Where each frame's search began, with the workers at once or only when all frames are tracked.
        func searches(isLate: Bool) throws -> [Int: PersonInView.LastFace?] {
            var sequencer = sequencer(faceFPS: 25)
            var begun: [Int: PersonInView.LastFace?] = [:]
            func search() throws {
                while case let jobs = sequencer.takeJobs(), !jobs.isEmpty {
                    for case .findFaces(let number, let people, _) in jobs {
                        begun[number] = people[0].lastFace
                        let face = Face(box: person.box, confidence: 0.9, landmarks: [])
                        _ = try sequencer.take(.facesFound(number: number, faces: people.map { _ in face }))
                    }
                }
            }
            for frame in frames { _ = try sequencer.take(.decoded(frame)) }
            _ = sequencer.takeJobs()
            // At the edge, so that the track ends as soon as nobody is there.
            let box = BoundingBox(left: -0.04, top: 0.2, width: 0.2, height: 0.6)
            for number in frames.indices {
                let moved = BoundingBox(
                    left: box.left - 0.01 * Double(number), top: box.top, width: box.width, height: box.height)
                let people = number < 10 ? [Detection(box: moved, confidence: 0.9)] : []
                _ = try sequencer.take(.detected(number: number, people: people))
                if !isLate { try search() }
            }
            try search()
            return begun
        }
        let late = try searches(isLate: true)
        #expect(late.count >= 3 && late.values.contains { $0 != nil })
        #expect(try searches(isLate: false) == late)
    }
}
