import Foundation
import PathModel
import TestSupport
import Testing

@testable import Pipeline

@Suite struct CameraLifeTests {
    @Test func waitingGrowsFromOneSecondToAMinuteAndIsNeverTheSame() {
        var backoff = Backoff()
        let waits = (0..<50).map { _ in backoff.next() }
        for (wait, middle) in zip(waits, [1.0, 2, 4, 8, 16, 32]) {
            #expect((middle / 2...middle * 1.5).contains(wait))
        }
        #expect(waits.allSatisfy { $0 <= 60 })
        #expect(waits.dropFirst(6).allSatisfy { $0 >= 30 })
        #expect(Set(waits).count > 20)
    }

    @Test func statsTellOfTheIntervalAlone() {
        var interval = StatsInterval()
        for hundredth in 1...100 { interval.add(latency: Double(hundredth) / 100) }
        var status = CameraStatus()
        (status.read, status.analyzed, status.dropped) = (50, 40, 10)
        var stats = interval.finish(status)
        #expect((stats.read, stats.analyzed, stats.dropped) == (50, 40, 10))
        #expect(stats.latencyP50Milliseconds == 510)
        #expect(stats.latencyP99Milliseconds == 1000)
        (status.read, status.analyzed) = (51, 41)
        stats = interval.finish(status)
        #expect((stats.read, stats.analyzed, stats.dropped) == (1, 1, 0))
        #expect(stats.latencyP50Milliseconds == nil)
    }
}

@Suite struct NewFilesTests {
    private let folder: TemporaryFolder
    private let memory: TemporaryFolder

    init() throws {
        (folder, memory) = (try TemporaryFolder(), try TemporaryFolder())
    }

    private func files() -> NewFiles { NewFiles(folder: folder.url.path, memory: memory.path("done")) }

    private func write(_ name: String, _ text: String = "x", age: Double = 60) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path(name)))
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -age)], ofItemAtPath: folder.path(name))
    }

    @Test func eachFileComesOnceTheOldestFirst() throws {
        try write("b", age: 100)
        try write("a", age: 50)
        try write("new\nline", age: 40)
        try write(".hidden")
        try write("being written", age: 0)
        try FileManager.default.createDirectory(atPath: folder.path("sub"), withIntermediateDirectories: false)
        var (files, names) = (files(), [String]())
        while let path = try files.next() {
            names.append(String(path.dropFirst(folder.url.path.count + 1)))
            try files.finish(path)
        }
        #expect(names == ["b", "a", "new\nline"])
        var again = self.files()
        #expect(try again.next() == nil, "it remembers")
        try write("a", "other", age: 30)
        #expect(try again.next() == folder.path("a"), "a file that was written anew is new")
    }

    @Test func whatIsGoneIsForgotten() throws {
        try write("a")
        var files = files()
        try files.finish(try #require(try files.next()))
        try FileManager.default.removeItem(atPath: folder.path("a"))
        try write("b")
        try files.finish(try #require(try files.next()))
        let lines = try String(contentsOfFile: memory.path("done"), encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 1)
    }

    @Test func aFolderThatIsNotThereIsToldAndMayCome() throws {
        var files = NewFiles(folder: folder.path("later"), memory: nil)
        #expect(throws: (any Error).self) { try files.next() }
        try FileManager.default.createDirectory(atPath: folder.path("later"), withIntermediateDirectories: false)
        #expect(try files.next() == nil)
    }
}
