import Foundation
import PathModel
import Reading
import Recording
import TestSupport
import Testing

@testable import Rekognition

@Suite struct ResultTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    struct Element: Decodable, Equatable {
        struct Box: Decodable, Equatable {
            let Left, Top, Width, Height: Double
        }
        struct Person: Decodable, Equatable {
            let Index: Int
            let BoundingBox: Box
            let Face: Details?
        }
        struct Details: Decodable, Equatable {
            struct Landmark: Decodable, Equatable {
                let `Type`: String
                let X, Y: Double
            }
            struct Pose: Decodable, Equatable { let Roll, Yaw, Pitch: Double }
            struct Quality: Decodable, Equatable { let Brightness, Sharpness: Double }
            let BoundingBox: Box
            let Confidence: Double
            let Landmarks: [Landmark]
            let Pose: Pose?
            let Quality: Quality
        }
        let Timestamp: Int64
        let Person: Person?
        let Face: Details?
    }

    private func result(
        _ paths: [String], _ settings: ResultSettings = ResultSettings(), name: String = "result"
    ) throws -> ResultPages {
        let writer = try ResultWriter(folder: folder.path(name), settings: settings, formatName: { "a \($0)" })
        for path in paths { try writer.take(RecordReader(path: path, faces: true)) }
        let video = try writer.finish()
        let pages = try ResultPages(folder: folder.path(name))
        #expect(pages.video == video)
        return pages
    }

    private func elements(
        _ pages: ResultPages, _ kind: JobKind = .personTracking, _ order: PageOrder = .timestamp, from start: Int = 0,
        count: Int = .max
    ) throws -> [Element] {
        let text = try pages.page(kind, order, from: start, count: count)
        return try JSONDecoder().decode([Element].self, from: Data(text))
    }

    @Test("Any page of either order is that part of the whole, and says what the log says", arguments: [1, 2, 3])
    func pages(seed: Int) throws {
        let logged = try LoggedPaths(frames: 700, seed: UInt64(seed), to: folder.path("log"))
        let pages = try result([folder.path("log")])
        let all = try elements(pages)
        try #require(all.count == logged.points.count && pages.count(of: .personTracking) == all.count)
        for (element, point) in zip(all, logged.points) {
            let person = try #require(element.Person)
            #expect(element.Timestamp == point.timestamp && person.Index == point.index)
            #expect(person.BoundingBox.isSame(as: point.box) && (person.Face == nil) == (point.face == nil))
            guard let face = person.Face, let logged = point.face else { continue }
            #expect(face.BoundingBox.isSame(as: logged.box) && face.Landmarks.map(\.Type).count == 30)
            #expect(face.Landmarks.map(\.X) == logged.landmarks.map(\.position.x))
            #expect(face.Pose.map { [$0.Roll, $0.Yaw, $0.Pitch] } == logged.pose.map { [$0.roll, $0.yaw, $0.pitch] })
        }
        let order = logged.points.indices.sorted {
            let (one, other) = (logged.points[$0], logged.points[$1])
            return (one.index, -one.confidence, one.timestamp, $0) < (
                other.index, -other.confidence, other.timestamp, $1
            )
        }
        #expect(try elements(pages, .personTracking, .index) == order.map { all[$0] })
        let faces = all.filter { $0.Person?.Face != nil }
        let found = try elements(pages, .faceDetection)
        #expect(found.map(\.Timestamp) == faces.map(\.Timestamp) && found.map(\.Face) == faces.map { $0.Person?.Face })

        var random = ScriptedRandom(seed: 9)
        for _ in 0..<50 {
            let start = Int.random(in: 0...all.count + 5, using: &random)
            let count = Int.random(in: 0...200, using: &random)
            let (first, end) = (min(start, all.count), min(start + count, all.count))
            #expect(try elements(pages, from: start, count: count) == Array(all[first..<end]))
            #expect(
                try elements(pages, .personTracking, .index, from: start, count: count)
                    == order[first..<end].map { all[$0] })
            #expect(
                try elements(pages, .faceDetection, from: start, count: count)
                    == Array(found.dropFirst(start).prefix(count)))
        }
    }

    @Test func facesHaveTheVeryDigitsOfPersons() throws {
        _ = try LoggedPaths(frames: 200, seed: 4, to: folder.path("log"))
        let pages = try result([folder.path("log")], ResultSettings(landmarks: .five))
        let persons = String(decoding: try pages.page(.personTracking, .timestamp, from: 0, count: .max), as: UTF8.self)
        let faces = String(decoding: try pages.page(.faceDetection, .timestamp, from: 0, count: .max), as: UTF8.self)
        let count = try elements(pages, .faceDetection).count
        #expect(count > 20)
        // What stands behind "Face": up to the end of its quality.
        let pattern = /"Face":(\{.*?"Sharpness":[0-9.]+\}\})/
        #expect(persons.matches(of: pattern).map(\.1) == faces.matches(of: pattern).map(\.1))
        #expect(faces.matches(of: pattern).count == count && !faces.contains("leftPupil"))
        // A float is one in any client.
        #expect(faces.matches(of: /"(X|Left|Roll|Confidence|Sharpness)":-?[0-9]+[,}]/).isEmpty)
    }

    @Test func recordsOfAnAnalysisGiveWhatItsLogGives() throws {
        _ = try LoggedPaths(frames: 100, seed: 5, to: folder.path("log"))
        let logged = try result([folder.path("log")])
        let writer = try ResultWriter(folder: folder.path("live"), formatName: { "a \($0)" })
        let reader = try RecordReader(path: folder.path("log"), faces: true)
        while let record = try reader.next() { try writer.take(record) }
        _ = try writer.finish()
        let live = try ResultPages(folder: folder.path("live"))
        #expect(try elements(live) == elements(logged) && live.video == logged.video)
    }

    @Test func eachPathOfEachRunHasAnIndexAndTimesCountFromTheFirst() throws {
        let log = try TestLog(path: folder.path("log"))
        let (door, yard) = (
            log.writer(feed: "door", session: "a", origin: 1_000_000),
            log.writer(feed: "yard", session: "b", origin: 1_000_500)
        )
        try door.write(TestLog.start(rate: 30, at: 0, clock: .arrival))
        try yard.write(TestLog.start(rate: 30, at: 0, clock: .arrival))
        try yard.write(TestLog.point(1, frame: 0, at: 0))
        try door.write(TestLog.point(1, frame: 13, at: 433))
        try yard.write(TestLog.point(1, frame: 2, at: 67))
        let end = StreamEnd(reason: .disconnected, message: nil, frames: 1, analyzed: 1, decodeErrors: 0)
        try door.write(PathRecord(time: Timestamp(microseconds: 500_000), event: .streamEnd(end)))
        try door.write(TestLog.start(rate: 30, at: 60_000, run: 2, clock: .arrival))
        try door.write(TestLog.point(1, frame: 0, at: 60_000))
        try log.finish()
        let all = try elements(result([folder.path("log")]))
        // In order of time, not of the log.
        #expect(all.map(\.Timestamp) == [433, 500, 567, 60_000])
        #expect(all.map { $0.Person?.Index } == [1, 0, 0, 2])
        let yardAlone = try result([folder.path("log")], ResultSettings(feed: "yard"), name: "yard")
        #expect(try elements(yardAlone).map(\.Timestamp) == [0, 67] && yardAlone.count(of: .faceDetection) == 0)
        #expect(try elements(result([folder.path("log"), folder.path("log")], name: "twice")) == all)
    }

    @Test func thinningKeepsWholeFramesAndEverybody() throws {
        let log = try TestLog(path: folder.path("log"))
        let writer = log.writer(feed: "clip", session: "a", origin: 0)
        try writer.write(TestLog.start(rate: 25, at: 0))
        for frame in 0..<100 {
            for track in 1...3 where track < 3 || frame == 33 {
                try writer.write(TestLog.point(track, frame: frame, at: Int64(frame) * 40))
            }
        }
        try log.finish()
        let all = try elements(result([folder.path("log")], ResultSettings(sampleRate: 2)))
        let times = all.filter { $0.Person?.Index == 0 }.map(\.Timestamp)
        #expect(times == [0, 520, 1000, 1520, 2000, 2520, 3000, 3520])
        #expect(all.filter { $0.Person?.Index == 1 }.map(\.Timestamp) == times)
        #expect(all.filter { $0.Person?.Index == 2 }.map(\.Timestamp) == [33 * 40])
    }

    @Test func theVideoIsDescribedAsFFmpegDoes() throws {
        let log = try TestLog(path: folder.path("log"))
        let writer = log.writer(feed: "clip", session: "a", origin: 0)
        try writer.write(TestLog.start(rate: 30_000 / 1001, at: 0))
        try log.finish()
        let video = try #require(try result([folder.path("log")]).video)
        #expect(
            String(decoding: video.json, as: UTF8.self)
                == #"{"Codec":"h264","DurationMillis":9000,"Format":"a mov,mp4,m4a,3gp,3g2,mj2","FrameRate":29.97003,"#
                + #""FrameHeight":480,"FrameWidth":640,"ColorRange":"FULL"}"#)
    }

    @Test func aVideoThatStatesNoRateHasItsFrames() throws {
        let log = try TestLog(path: folder.path("log"))
        let writer = log.writer(feed: "clip", session: "a", origin: 0)
        try writer.write(TestLog.start(rate: nil, at: 0))
        for frame in 0..<5 { try writer.write(TestLog.point(1, frame: frame, at: Int64(frame) * 80)) }
        try log.finish()
        let pages = try result([folder.path("log")])
        #expect(try elements(pages).map(\.Timestamp) == [0, 80, 160, 240, 320])
        #expect(pages.video?.frameRate == 12.5)
    }

    @Test func aLogWithoutItsBeginningCountsFromItsFirstPoint() throws {
        let log = try TestLog(path: folder.path("log"))
        let writer = log.writer(feed: "clip", session: "a", origin: 0)
        for frame in 50..<53 { try writer.write(TestLog.point(7, frame: frame, at: Int64(frame) * 40)) }
        try log.finish()
        let pages = try result([folder.path("log")])
        #expect(try elements(pages).map(\.Timestamp) == [0, 40, 80] && pages.video == nil)
    }

    @Test func nothingIsThereUntilItIsWhole() throws {
        _ = try LoggedPaths(frames: 50, seed: 6, to: folder.path("log"))
        let names = { try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() }
        let writer = try ResultWriter(folder: folder.path("result"), formatName: { $0 })
        try writer.take(RecordReader(path: folder.path("log"), faces: true))
        #expect(try names() == ["log", "result.part"])
        #expect(throws: ResultPages.Failure.self) { try ResultPages(folder: folder.path("result")) }
        #expect(throws: CancellationError.self) { try writer.finish { false } }
        #expect(try names() == ["log"])
        let first = try result([folder.path("log")])
        // Who reads the one before goes on reading it.
        let second = try result([folder.path("log")])
        #expect(try elements(first) == elements(second) && names() == ["log", "result"])
    }

    @Test(.enabled(if: SmallDisk.canBeMounted, "needs the right to mount a file system"))
    func aFullDiskLeavesNothing() throws {
        _ = try LoggedPaths(frames: 2000, seed: 7, to: folder.path("log"))
        let disk = try SmallDisk(at: folder.path("disk"))
        defer { disk.unmount() }
        let writer = try ResultWriter(folder: folder.path("disk/result"), formatName: { $0 })
        let error = #expect(throws: RecordingError.self) {
            try writer.take(RecordReader(path: folder.path("log"), faces: true))
            _ = try writer.finish()
        }
        guard case .noSpace = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        writer.discard()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("disk")).isEmpty)
    }
}

extension ResultTests.Element.Box {
    func isSame(as box: BoundingBox) -> Bool {
        [Left, Top, Width, Height] == [box.left, box.top, box.width, box.height]
    }
}
