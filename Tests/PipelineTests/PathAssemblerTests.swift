import PathModel
import Testing

@testable import Pipeline

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
    private func assemble(_ updates: [TrackerUpdate], faces: [Int: [Int: Face]] = [:]) -> [[PathRecord]] {
        var assembler = PathAssembler(minimumConfidence: 0.5, frameSize: Self.frameSize)
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
        var assembler = PathAssembler(minimumConfidence: 0.5, frameSize: Self.frameSize)
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
        var assembler = PathAssembler(minimumConfidence: 0.5, frameSize: Self.frameSize)
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

    @Test func otherRecordsKeepTheirPlaceAmongTheFrames() {
        var assembler = PathAssembler(minimumConfidence: 0.5, frameSize: Self.frameSize)
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
