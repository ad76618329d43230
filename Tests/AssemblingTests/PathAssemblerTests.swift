import PathModel
import TestSupport
import Testing

@testable import Assembling

@Suite struct PathAssemblerTests {
    private static let frameSize = PixelSize(width: 200, height: 100)

    private func info(_ index: Int) -> FrameInfo {
        FrameInfo(index: index, time: Timestamp(microseconds: Int64(index) * 40_000))
    }

    private func track(
        _ serial: Int, id: Int? = nil, left: Double = 0.4, top: Double = 0.3, confidence: Double = 0.9,
        source: Track.Source = .measured
    ) -> Track {
        Track(
            serial: serial, id: id, box: BoundingBox(left: left, top: top, width: 0.2, height: 0.4),
            confidence: confidence, source: source)
    }

    /// What comes out for one update after another, and in one list for all.
    private func assemble(
        _ updates: [TrackerUpdate], faces: [Int: [Int: Face]] = [:], options: PathAssembler.Options = .init()
    ) -> [[PathRecord]] {
        var assembler = PathAssembler(options: options, frameSize: Self.frameSize)
        return updates.enumerated().map { assembler.add(info($0), $1, faces: faces[$0] ?? [:]) }
    }

    /// Frame and track of each point.
    private func points(_ records: [PathRecord]) -> [[Int]] {
        records.compactMap { record in
            if case .path(let point) = record.event { [point.frame.index, point.track] } else { nil }
        }
    }

    private func ends(_ records: [PathRecord]) -> [PathEnd] {
        records.compactMap { if case .pathEnd(let end) = $0.event { end } else { nil } }
    }

    @Test func tentativePointsWaitForTheirConfirmationAndComeOutInTimeOrder() {
        let out = assemble([
            TrackerUpdate(tracks: [track(0, id: 1)]),
            TrackerUpdate(tracks: [track(0, id: 1), track(1)]),
            TrackerUpdate(tracks: [track(0, id: 1), track(1)]),
            TrackerUpdate(tracks: [track(0, id: 1), track(1, id: 2)]),
        ])
        #expect(points(out[0]) == [[0, 1]])
        #expect(out[1].isEmpty && out[2].isEmpty, "nothing overtakes the tentative person's points")
        #expect(points(out[3]) == [[1, 1], [1, 2], [2, 1], [2, 2], [3, 1], [3, 2]])
        let times = out.joined().map(\.time)
        #expect(times == times.sorted())
    }

    @Test func aTrackThatIsNeverConfirmedLeavesNoRecord() {
        let out = assemble([
            TrackerUpdate(tracks: [track(0), track(1, id: 1)]),
            TrackerUpdate(tracks: [track(1, id: 1)]),
            TrackerUpdate(tracks: [track(1, id: 1)], removals: [TrackRemoval(serial: 0, cause: .lost)]),
        ])
        #expect(out[0].isEmpty)
        #expect(points(Array(out.joined())) == [[0, 1], [1, 1], [2, 1]])
        #expect(ends(out[2]).isEmpty)
    }

    @Test func whoeverDoesNotStirIsLeftOutUntilTheyDo() {
        var still = track(0, id: 1)
        still.isStill = true
        let standing = TrackerUpdate(tracks: [still, track(1, id: 2)])
        // A frame waits for a fifth of a second, five frames.
        let options = PathAssembler.Options(bridge: 0.2, leavesOutStill: true)
        let updates = [TrackerUpdate](repeating: standing, count: 10) + [TrackerUpdate(tracks: [track(0, id: 1)])]
        let out = assemble(updates, options: options)
        #expect(points(Array(out[..<6].joined())).isEmpty)
        #expect(points(out[6]) == [[0, 2]], "after that without the one who hasn't stirred")
        let all = points(Array(out.joined()))
        #expect(all.filter { $0[1] == 1 }.map { $0[0] } == [4, 5, 6, 7, 8, 9, 10])
        #expect(all.filter { $0[1] == 2 }.map { $0[0] } == Array(0..<10))

        let gone = TrackerUpdate(removals: [TrackRemoval(serial: 0, cause: .lost)])
        let never = Array(assemble([standing, standing, gone], options: options).joined())
        #expect(points(never) == [[0, 2], [1, 2]] && ends(never).isEmpty)
        // Marked, nobody waits.
        let marked = assemble([standing], options: .init())[0]
        #expect(points(marked) == [[0, 1], [0, 2]])
    }

    @Test func aPathStartsBeforeItsFirstPointAndEndsOnce() throws {
        let out = assemble([
            TrackerUpdate(tracks: [track(7, id: 3)]), TrackerUpdate(tracks: [track(7, id: 3)]),
            TrackerUpdate(removals: [TrackRemoval(serial: 7, cause: .leftFrame)]),
        ])
        let records = Array(out.joined())
        try #require(records.count == 4)
        guard case .pathStart(let start) = records[0].event, case .path = records[1].event,
            case .path = records[2].event, case .pathEnd(let end) = records[3].event
        else {
            Issue.record("\(records.map(\.event))")
            return
        }
        #expect(start.track == 3 && start.frame == info(0) && start.entry == .inside)
        #expect(end.track == 3 && end.cause == .leftFrame && end.points == 2)
        #expect(records[3].time == info(2).time)
    }

    @Test func onlyMeasuredPointsOfEnoughConfidenceAreRecorded() {
        let out = assemble([
            TrackerUpdate(tracks: [track(0, id: 1, confidence: 0.49)]),
            TrackerUpdate(tracks: [track(0, id: 1, confidence: 0.5)]),
            TrackerUpdate(tracks: [track(0, id: 1, source: .predicted)]),
            TrackerUpdate(tracks: [track(0, id: 1, confidence: 0.2)]),
        ])
        #expect(points(Array(out.joined())) == [[1, 1]])
    }

    @Test func aPathWithoutARecordedPointIsNone() {
        var assembler = PathAssembler(options: .init(), frameSize: Self.frameSize)
        #expect(assembler.add(info(0), TrackerUpdate(tracks: [track(0, id: 1, confidence: 0.3)])).isEmpty)
        let removal = TrackRemoval(serial: 0, cause: .lost)
        #expect(assembler.add(info(1), TrackerUpdate(removals: [removal])).isEmpty)
        #expect(assembler.totals == PathAssembler.Totals())
    }

    @Test func theEndSumsThePathUp() throws {
        // To the right by a tenth of the width, then down by two tenths of the height: a tenth of the width again.
        let face = Face(box: BoundingBox(left: 0, top: 0, width: 1, height: 1), confidence: 0.8, landmarks: [])
        var better = face
        better.confidence = 0.9
        var assembler = PathAssembler(options: .init(), frameSize: Self.frameSize)
        _ = assembler.add(info(0), TrackerUpdate(tracks: [track(0, id: 1, left: 0)]), faces: [0: face])
        _ = assembler.add(info(1), TrackerUpdate(tracks: [track(0, id: 1, left: 0.1)]), faces: [0: better])
        _ = assembler.add(info(2), TrackerUpdate(tracks: [track(0, id: 1, left: 0.1, top: 0.5)]), faces: [0: face])
        let out = assembler.add(info(9), TrackerUpdate(removals: [TrackRemoval(serial: 0, cause: .streamEnd)]))
        let end = try #require(ends(out).first)
        #expect(end.start == info(0).time && end.end == info(2).time && end.points == 3)
        #expect(abs(end.distance - 0.2) < 1e-12)
        #expect(end.entry == .left && end.exit == .inside)
        #expect(end.bestFaceConfidence == 0.9)
        #expect(assembler.totals.paths == 1 && assembler.totals.points == 3 && assembler.totals.faces == 3)
    }

    @Test(arguments: [
        (BoundingBox(left: 0, top: 0, width: 0.5, height: 1), PathPlace.left),
        (BoundingBox(left: 0.5, top: 0, width: 0.495, height: 1), .right),
        (BoundingBox(left: 0.4, top: 0, width: 0.2, height: 1), .bottom),
        (BoundingBox(left: 0.4, top: 0.005, width: 0.2, height: 0.5), .top),
        (BoundingBox(left: 0.4, top: 0.2, width: 0.2, height: 0.5), .inside),
    ])
    func aPlaceIsTheEdgeThatTheBoxTouches(box: BoundingBox, place: PathPlace) {
        #expect(PathPlace(of: box) == place)
    }

    /// Seen in frame 0, out of sight in the next `count`, then seen at `left`, or removed.
    private func hidden(for count: Int, reappearingAt left: Double?) -> [TrackerUpdate] {
        let missing = (1...count).map {
            TrackerUpdate(tracks: [track(0, id: 1, left: 0.4 + 0.01 * Double($0), source: .predicted)])
        }
        let end =
            left.map { TrackerUpdate(tracks: [track(0, id: 1, left: $0, confidence: 0.7)]) }
            ?? TrackerUpdate(removals: [TrackRemoval(serial: 0, cause: .lost)])
        return [TrackerUpdate(tracks: [track(0, id: 1)])] + missing + [end]
    }

    @Test func whoReappearsWasThereInBetween() throws {
        let out = assemble(hidden(for: 3, reappearingAt: 0.47))
        #expect(points(out[0]) == [[0, 1]] && out[1].isEmpty && out[3].isEmpty, "it waits")
        #expect(points(out[4]) == [[1, 1], [2, 1], [3, 1], [4, 1]])
        var found: [PathPoint] = []
        for case .path(let point) in out.joined().map(\.event) { found.append(point) }
        #expect(found.map(\.source) == [.measured, .predicted, .predicted, .predicted, .measured])
        #expect(found[1...3].allSatisfy { abs($0.confidence - 0.8) < 1e-9 }, "as sure as both sides together")
        // The prediction was 0.04 short of where the person reappeared, a quarter of it in each frame.
        for (point, left) in zip(found, [0.4, 0.42, 0.44, 0.46]) { #expect(abs(point.box.left - left) < 1e-9) }
    }

    @Test(arguments: [false, true]) func whoDoesNotReappearWasThereOnlyIfAskedFor(predicted: Bool) {
        let options = PathAssembler.Options(predicted: predicted)
        let out = assemble(hidden(for: 3, reappearingAt: nil), options: options)
        #expect(points(Array(out.joined())) == (predicted ? [[0, 1], [1, 1], [2, 1], [3, 1]] : [[0, 1]]))
        #expect(ends(out[4]).map(\.points) == [predicted ? 4 : 1])
    }

    /// A frame is 40 ms.
    @Test(arguments: [0, 0.04, 0.1, 0.16, 0.2]) func nothingWaitsLongerThanTheBridge(bridge: Double) {
        let updates = hidden(for: 3, reappearingAt: 0.45)
        let options = PathAssembler.Options(bridge: bridge)
        let out = assemble(updates, options: options)
        for (index, records) in out.enumerated() {
            for case .path(let point) in records.map(\.event) {
                #expect(Double(index - point.frame.index) * 0.04 <= bridge + 1e-9)
            }
        }
        // From sight to sight it takes 0.16 s.
        #expect(points(Array(out.joined())).count == (bridge >= 0.16 ? 5 : 2))
    }

    @Test func predictedPointsStayInsideTheFrame() {
        let missing = TrackerUpdate(tracks: [track(0, id: 1, left: 0.75, source: .predicted)])
        let out = assemble([
            TrackerUpdate(tracks: [track(0, id: 1, left: 0.7)]), missing, missing,
            TrackerUpdate(tracks: [track(0, id: 1, left: 0.9)]),
        ])
        var boxes: [BoundingBox] = []
        for case .path(let point) in out.joined().map(\.event) where point.source == .predicted {
            boxes.append(point.box)
        }
        #expect(boxes.count == 2 && boxes.allSatisfy { $0.left >= 0 && $0.right <= 1 + 1e-12 && $0.width > 0 })
    }

    /// Whatever tracks do, records are in time order, none is lost or doubled, and what is out waits for nobody too long.
    @Test func timeOrderHoldsWhateverTracksDo() {
        var random = ScriptedRandom(seed: 8)
        for _ in 0..<50 {
            let options = PathAssembler.Options(bridge: .random(in: 0...0.3, using: &random))
            var assembler = PathAssembler(options: options, frameSize: Self.frameSize)
            var (records, measured): ([PathRecord], [[Int]]) = ([], [])
            for frame in 0..<60 {
                let tracks = (0..<4).map { serial in
                    track(
                        serial, id: serial + 1,
                        source: Bool.random(using: &random) || frame == 0 ? .measured : .predicted)
                }
                measured += tracks.filter { $0.source == .measured }.map { [frame, $0.serial + 1] }
                records += assembler.add(info(frame), TrackerUpdate(tracks: tracks))
            }
            let all = (0..<4).map { TrackRemoval(serial: $0, cause: .streamEnd) }
            records += assembler.add(info(60), TrackerUpdate(removals: all))
            #expect(records.map(\.time) == records.map(\.time).sorted())
            let found = points(records)
            #expect(Set(found).count == found.count && Set(found).isSuperset(of: measured))
        }
    }

    @Test func otherRecordsKeepTheirPlaceAmongTheFrames() {
        var assembler = PathAssembler(options: .init(), frameSize: Self.frameSize)
        let gap = PathRecord(
            time: info(1).time,
            event: .gap(Gap(from: info(0).time, to: info(1).time, reason: .decodeError, framesLost: nil)))
        #expect(assembler.add(gap) == [gap], "nothing waits before it")
        #expect(assembler.add(info(1), TrackerUpdate(tracks: [track(0)])).isEmpty)
        #expect(assembler.add(gap).isEmpty)
        let out = assembler.add(info(2), TrackerUpdate(tracks: [track(0, id: 1)]))
        #expect(points(out) == [[1, 1], [2, 1]])
        #expect(out.firstIndex(of: gap) == 2, "after the start and the point of frame 1")
    }
}
