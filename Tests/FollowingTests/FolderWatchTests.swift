import Analyzing
import Capturing
import Decoding
import Foundation
import Inference
import PathModel
import TestSupport
import Testing
import Waiting

@testable import Following

@Suite struct FolderWatchTests {
    /// A folder in memory, and the watch that looks at it every two seconds.
    private final class Folder {
        var entries: [FolderEntry] = []
        var written: Set<String> = []
        var watch: FolderWatch
        var now = Moment(utc: 1_700_000_000_000_000, monotonic: .zero)
        private(set) var messages: [String] = []

        init(settle: Double = 10, memory: String = "") {
            watch = FolderWatch(SourceRequest(source: "/in"), settle: settle, memory: memory)
        }

        func put(_ name: String, size: Int64 = 1, age: Double = 3600, kind: FolderEntry.Kind = .file) {
            entries.removeAll { $0.name == name }
            let changed = now.utcMilliseconds - Int64(age * 1000)
            entries.append(FolderEntry(name: name, kind: kind, size: size, changed: changed))
        }

        /// The next file within so many seconds.
        func next(within seconds: Double = 0) -> String? {
            let end = now.monotonic + .seconds(seconds)
            var asked: FolderEntry?
            while true {
                var listing = FolderListing(entries: entries)
                if let asked, written.contains(asked.name) { listing.beingWritten = asked }
                let step = watch.take(listing, at: now)
                messages += step.messages.map(\.1)
                switch step.next {
                case .open(let request): return String(request.source.dropFirst("/in/".count))
                case .check(let entry): asked = entry
                case .wait(let seconds, _):
                    guard now.monotonic < end else { return nil }
                    wait(seconds)
                    asked = nil
                }
            }
        }

        func wait(_ seconds: Double) {
            now.monotonic += .seconds(seconds)
            now.utc += Int64(seconds * 1e6)
        }

        /// All there is, each analysed.
        func all(within seconds: Double = 0) -> [String] {
            var names: [String] = []
            while let name = next(within: seconds) {
                names.append(name)
                _ = watch.finish(.analyzed, at: now)
            }
            return names
        }
    }

    @Test func eachFileComesOnceTheOldestFirst() {
        let folder = Folder()
        folder.put("b", age: 100)
        folder.put("a", age: 50)
        folder.put("new\nline", age: 40)
        #expect(folder.all() == ["b", "a", "new\nline"])
        folder.put("a", size: 2, age: 0)
        #expect(folder.all(within: 20) == ["a"], "a file that was written anew is new")
        let again = Folder(memory: folder.watch.memory)
        again.entries = folder.entries
        #expect(again.all() == [], "it remembers")
    }

    @Test func aNameIsBytes() {
        let folder = Folder()
        let names: [[UInt8]?] = [nil, Array("caf".utf8) + [0xe9], Array("caf".utf8) + [0xe8]]
        folder.entries = names.map { bytes in
            var entry = FolderEntry(name: "caf\\xE9", size: 1, changed: 0)
            entry.bytes = bytes
            return entry
        }
        var opened: [[UInt8]?] = []
        for _ in 0..<3 {
            var asked: FolderEntry?
            for _ in 0..<2 {
                switch folder.watch.take(FolderListing(entries: folder.entries), at: folder.now).next {
                case .check(let entry): asked = entry
                case .open(let request):
                    opened.append(request.path)
                    #expect(request.source == "/in/caf\\xE9")
                case .wait: break
                }
            }
            #expect(asked != nil)
            _ = folder.watch.finish(.analyzed, at: folder.now)
        }
        #expect(opened.count == 3 && Set(opened) == Set(names.map { $0.map { Array("/in/".utf8) + $0 } }))
        #expect(folder.all() == [] && folder.watch.memory.split(separator: "\n").count == 3)
    }

    @Test func aFileIsLeftAloneWhileItGrowsHoweverOldItClaimsToBe() {
        let folder = Folder(settle: 30)
        #expect(folder.next() == nil)
        for size in 1...10 {
            // A share's clock is an hour behind, or ahead.
            folder.put("grows", size: Int64(size), age: 3600)
            folder.put("future", size: Int64(size), age: -3600)
            #expect(folder.next(within: 20) == nil)
        }
        #expect(folder.all(within: 40).sorted() == ["future", "grows"])
    }

    @Test func aFileThatSomebodyWritesToIsLeftAloneAndHoldsNobodyUp() {
        let folder = Folder()
        folder.put("recording", age: 1000)
        folder.put("whole", age: 500)
        folder.written = ["recording"]
        #expect(folder.all(within: 100) == ["whole"])
        folder.written = []
        #expect(folder.all(within: 20) == ["recording"])
    }

    @Test func whatIsAddedDuringTheAnalysisMakesItNew() {
        let folder = Folder()
        folder.put("a", size: 1)
        #expect(folder.next() == "a")
        folder.put("a", size: 2, age: 0)
        _ = folder.watch.finish(.analyzed, at: folder.now)
        #expect(folder.all(within: 20) == ["a"])
        #expect(folder.all(within: 20) == [])
    }

    @Test func aShareThatIsAwayIsNotForgotten() {
        let folder = Folder()
        folder.put("a")
        #expect(folder.all() == ["a"])
        let entries = folder.entries
        folder.entries = []
        for _ in 0..<29 {
            folder.wait(86400)
            #expect(folder.next() == nil)
        }
        let restarted = Folder(memory: folder.watch.memory)
        restarted.now = folder.now
        restarted.entries = entries
        #expect(restarted.all() == [])
        restarted.entries = []
        #expect(restarted.next() == nil)
        restarted.wait(31 * 86400)
        #expect(restarted.next() == nil && restarted.watch.memory.isEmpty, "forgotten only what is gone for long")
    }

    @Test func whatIsPassedOverIsSaidOnce() throws {
        let folder = Folder()
        folder.put("sub", kind: .folder)
        folder.put("link.mp4", kind: .link)
        folder.put("pipe", kind: .other)
        folder.put("x.mp4.part")
        folder.put(".hidden")
        for _ in 0..<3 { #expect(folder.next() == nil) }
        #expect(folder.messages.count == 1)
        let message = try #require(folder.messages.first)
        for name in ["sub (a folder", "link.mp4 (a link", "pipe (no regular"] {
            #expect(message.contains(name))
        }
        #expect(!message.contains("part") && !message.contains("hidden"))
        folder.put("another", kind: .folder)
        _ = folder.next()
        #expect(folder.messages.count == 2 && folder.messages[1].contains("another"))
    }

    @Test func whatFailsByNoFaultOfTheFileIsTriedAgainAfterTheOthers() {
        let folder = Folder()
        folder.put("a", age: 100)
        folder.put("b", age: 50)
        #expect(folder.next() == "a")
        #expect(folder.watch.finish(.failed, at: folder.now) == "a is tried again in 10 s")
        #expect(folder.next() == "b")
        _ = folder.watch.finish(.analyzed, at: folder.now)
        #expect(folder.next() == nil)
        #expect(folder.next(within: 15) == "a")
        #expect(folder.watch.finish(.failed, at: folder.now) == "a is tried again in 20 s")
        #expect(!folder.watch.memory.contains(" a\n") && folder.watch.memory.contains(" b\n"))
    }

    @Test func whatIsNoVideoIsGivenUpAfterFiveMinutes() {
        let folder = Folder()
        folder.put("text")
        var tries = 0
        while folder.next(within: 1000) != nil {
            tries += 1
            _ = folder.watch.finish(.unopened, at: folder.now)
        }
        #expect(tries == 6)
    }
}

@Suite(.timeLimit(.minutes(30))) struct FolderFeedTests {
    /// A session that is told what is in its folder, with the effects of each message.
    private struct Told {
        var session: FeedSession
        var now = Moment(utc: 1_700_000_000_000_000, monotonic: .zero)

        init() {
            let request = SourceRequest(source: "/in")
            session = FeedSession(
                FeedSettings(name: "a", source: .directory(request), options: AnalysisOptions()),
                start: SessionStart(version: "1", models: [], settings: []))
        }

        mutating func take(_ message: FeedMessage) -> [FeedEffect] { session.take(message, at: now) }

        /// Answers until a file is opened.
        mutating func open(_ entries: [FolderEntry]) -> (source: String, run: Int)? {
            for _ in 0..<20 {
                for effect in take(.listed(FolderListing(entries: entries))) {
                    if case .open(let request, let run) = effect { return (request.source, run) }
                }
                now.monotonic += .seconds(2)
                _ = take(.woke)
            }
            return nil
        }
    }

    /// One failed inference once marked every waiting file as done: the run's own end came late and ended the next.
    @Test func oneFailedInferenceMarksNoOtherFileAsDone() throws {
        let video = try VideoSource(SourceName(Project.sample.path), threads: 1, interrupt: InterruptFlag())
        let frame = SourceFrame(try #require(try video.next()), CaptureFacts(counts: SourceCounts()))
        var told = Told()
        _ = told.take(.begin)
        let old = ["a", "b", "c"].map { FolderEntry(name: $0, size: 1, changed: 0) }
        let firstOpened = told.open(old)
        let first = try #require(firstOpened)
        #expect(first == ("/in/a", 1))
        _ = told.take(.source(.opened(OpenedSource(stream: video.description, decoder: nil)), run: 1))
        _ = told.take(.source(.frame(frame), run: 1))
        let failed = told.take(.worker(.failed(.failed(network: "n", reason: "out of memory")), run: 1))
        func remembered(_ effects: [FeedEffect]) -> String? {
            effects.compactMap { if case .remember(let text) = $0 { text } else { nil } }.last
        }
        #expect(remembered(failed) == "")
        let secondOpened = told.open(old)
        let second = try #require(secondOpened)
        #expect(second == ("/in/b", 2))
        // The process of the first file ends only now, with what it was told to end by.
        let late = told.take(.source(.ended(.interrupted, SourceCounts()), run: 1))
        #expect(late.isEmpty)
        #expect(told.session.status.state == .opening)
        _ = told.take(.source(.opened(OpenedSource(stream: video.description, decoder: nil)), run: 2))
        _ = told.take(.source(.frame(frame), run: 2))
        _ = told.take(.worker(.detected(number: 0, people: []), run: 2))
        let done = told.take(.source(.ended(nil, SourceCounts()), run: 2))
        #expect(remembered(done)?.hasSuffix(" b\n") == true)
        let thirdOpened = told.open(old)
        let third = try #require(thirdOpened)
        #expect(third == ("/in/c", 3))
    }

    @Test func aFolderThatHangsIsToldOnceAndDoesNotHoldUpTheEnd() {
        var told = Told()
        _ = told.take(.begin)
        var messages = 0
        for _ in 0..<100 {
            told.now.monotonic = told.session.wake ?? told.now.monotonic
            messages += told.take(.woke).count { if case .tell = $0 { true } else { false } }
        }
        #expect(messages == 1 && told.session.status.message?.contains("does not answer") == true)
        _ = told.take(.stop)
        #expect(told.session.isOver)
    }

    @Test func theFolderIsIdleOnceAllIsDone() {
        var told = Told()
        _ = told.take(.begin)
        _ = told.take(.listed(FolderListing()))
        #expect(told.session.status.state == .idle)
        _ = told.take(.listed(FolderListing(failure: "/in: No such file or directory")))
        #expect(told.session.status.state == .waiting && told.session.status.message?.contains("No such") == true)
    }
}

@Suite(.timeLimit(.minutes(30))) struct FolderListerTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func list(_ path: String? = nil, check entry: FolderEntry? = nil) -> FolderListing? {
        let answers = Mailbox<FolderListing>()
        let lister = FolderLister(folder: path ?? folder.url.path, memory: nil, tell: { _ in })
        lister.list(check: entry) { answers.post($0) }
        return answers.take()
    }

    @Test func kindsSizesAndTimesAreThoseOfTheFiles() throws {
        let changed = Date(timeIntervalSince1970: 1_600_000_000)
        try Data("four".utf8).write(to: URL(fileURLWithPath: folder.path("file")))
        try FileManager.default.setAttributes([.modificationDate: changed], ofItemAtPath: folder.path("file"))
        try FileManager.default.createDirectory(atPath: folder.path("sub"), withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("link"), withDestinationPath: folder.path("nowhere"))
        try #require(mkfifo(folder.path("pipe"), 0o600) == 0)
        try #require(close(creat(folder.url.path + "/caf\u{e9}", 0o600)) == 0)
        let entries = try #require(list()).entries
        let kinds = Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0.kind) })
        #expect(kinds["sub"] == .folder && kinds["link"] == .link && kinds["pipe"] == .other)
        #expect(entries.contains(FolderEntry(name: "file", size: 4, changed: 1_600_000_000_000)))
        #expect(entries.contains { $0.name == "caf\u{e9}" && $0.bytes == nil })
    }

    @Test func aNameThatIsNotUTF8IsItsBytes() throws {
        let made = try run("/bin/sh", ["-c", "touch \"$(printf '%s/caf\\351' \"$0\")\"", folder.url.path])
        try #require(made.status == 0)
        let entry = try #require(list()?.entries.first)
        #expect(entry.name == "caf\\xE9" && entry.bytes == Array("caf".utf8) + [0xe9])
        let writer = try Command(
            "sh", ["-c", "exec 3>>\"$(printf '%s/caf\\351' \"$0\")\"; echo; sleep 60", folder.url.path])
        while writer.isRunning && writer.output.isEmpty { usleep(10_000) }
        #expect(list(check: entry)?.beingWritten == entry)
        writer.signal(SIGKILL)
    }

    @Test func aFolderThatIsNotThereIsTold() {
        #expect(list(folder.path("none"))?.failure?.hasSuffix("/none: No such file or directory") == true)
    }

    @Test(.enabled(if: HangingFolder.isPossible)) func aFolderThatHangsHoldsNobodyUp() throws {
        let share = try HangingFolder()
        let answers = Mailbox<FolderListing>()
        let lister = FolderLister(folder: share.path, memory: nil, tell: { _ in })
        lister.list(check: FolderEntry(name: "a", size: 0, changed: 0)) { answers.post($0) }
        share.waitUntilAsked()
        let start = ContinuousClock.now
        lister.finish(within: 0.5)
        // Who waits for it waits for ever.
        #expect((0.5..<30).contains((ContinuousClock.now - start) / .seconds(1)), "it hangs, and isn't waited for")
        share.end()
        #expect(answers.take()?.failure?.hasPrefix(share.path) == true)
    }

    @Test func aFileIsBeingWrittenAsLongAsSomebodyHasItOpenForThat() throws {
        let path = folder.path("recording")
        try Data().write(to: URL(fileURLWithPath: path))
        let entry = FolderEntry(name: "recording", size: 0, changed: 0)
        #expect(isLeftAlone(entry))
        let reader = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        #expect(isLeftAlone(entry), "reading is no harm")
        let writer = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        #expect(list(check: entry)?.beingWritten == entry)
        try writer.close()
        try reader.close()
        #expect(isLeftAlone(entry))
    }

    /// Whether nobody is found to write to a file, at once or soon: a process that another test is just starting has a copy of
    /// all descriptors until it runs its program.
    private func isLeftAlone(_ entry: FolderEntry) -> Bool {
        for _ in 0..<400 where list(check: entry)?.beingWritten != nil { usleep(5000) }
        return list(check: entry)?.beingWritten == nil
    }
}
