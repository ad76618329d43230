import Foundation
import Glibc
import PathModel
import SystemPackage
import TestSupport
import Testing

@testable import Recording

/// One way of making a command's files.
@Suite struct NewFileTests {
    /// Makes a file of one line.
    private func make(_ path: String, _ naming: NewFile.Naming = .early, reads: NewFile.Reads = .none) throws {
        let sink = DirectSink(try NewFile(path, naming: naming, mayReplace: true, reads: reads))
        try sink.write(line: "new")
        try sink.finish()
    }

    @Test(arguments: [NewFile.Naming.early, .late])
    func theFileBeforeIsThereUntilTheNewOneIsWhole(naming: NewFile.Naming) throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.jsonl"
            try write("old", to: path)
            #expect(chmod(path, 0o640) == 0)
            let sink = DirectSink(try NewFile(path, naming: naming, mayReplace: true))
            try sink.write(line: "new")
            #expect(try content(of: path) == "old")
            #expect(try files(in: folder).count == 2)
            try sink.finish()
            #expect(try content(of: path) == "new\n")
            #expect(try files(in: folder) == ["a.jsonl"])
            #expect(try Stat(FilePath(path)).permissions.rawValue == 0o640)
        }
    }

    @Test func aFileThatIsToBeWholeHasNoNameBefore() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.mp4"
            let file = try NewFile(path, naming: .late, mayReplace: false)
            #expect(!FileManager.default.fileExists(atPath: path))
            try write("of others", to: path)
            #expect(throws: RecordingError.exists(path: path)) { try file.finish() }
            #expect(try content(of: path) == "of others")
            file.discard()
            #expect(try files(in: folder) == ["a.mp4"])
        }
    }

    @Test func linksLeadToWhatIsWrittenAndStay() throws {
        try withTemporaryFolder { folder in
            try write("old", to: folder + "/file")
            for (link, target) in [("one", "file"), ("two", "one"), ("dangling", "none")] {
                try FileManager.default.createSymbolicLink(atPath: "\(folder)/\(link)", withDestinationPath: target)
            }
            for (link, target) in [("two", "file"), ("dangling", "none")] {
                try make("\(folder)/\(link)")
                #expect(try content(of: "\(folder)/\(target)") == "new\n")
            }
            #expect(try files(in: folder) == ["dangling", "file", "none", "one", "two"])
            for link in ["one", "two", "dangling"] {
                _ = try FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(link)")
            }
        }
    }

    @Test func devicesAndPipesAreWrittenToAsTheyAre() throws {
        try withTemporaryFolder { folder in
            try make("/dev/null", .late)
            #expect(try Stat(FilePath("/dev/null")).type == .characterSpecial)
            let pipe = folder + "/pipe"
            #expect(mkfifo(pipe, 0o600) == 0)
            var tries = 0
            let waiting = #expect(throws: RecordingError.self) {
                try NewFile(
                    pipe, naming: .late, mayReplace: true,
                    goesOnWaiting: {
                        tries += 1
                        return tries < 3
                    })
            }
            #expect(waiting == .failed(path: pipe, operation: .open, errno: .interrupted))
            let reader = try FileDescriptor.open(FilePath(pipe), .readOnly, options: .nonBlocking)
            try make(pipe, .late)
            #expect(try Stat(FilePath(pipe)).type == .fifo)
            var bytes = [UInt8](repeating: 0, count: 10)
            #expect(try bytes.withUnsafeMutableBytes { try reader.read(into: $0) } == 4)
            try reader.close()
        }
    }

    @Test func whatIsReadIsNeverReplaced() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/in.mp4"
            try write("video", to: path)
            try FileManager.default.linkItem(atPath: path, toPath: folder + "/hard")
            try FileManager.default.createSymbolicLink(atPath: folder + "/soft", withDestinationPath: "in.mp4")
            var read: Set<FileIdentity> = [try #require(FileIdentity(path: path))]
            for name in ["in.mp4", "hard", "soft"] {
                for naming in [NewFile.Naming.early, .late] {
                    let other = "\(folder)/\(name)"
                    let reads = NewFile.Reads(count: { read.count }, contain: { read.contains($0) })
                    #expect(throws: RecordingError.isRead(path: other)) { try make(other, naming, reads: reads) }
                }
            }
            // A segment of a playlist is read later.
            let segment = folder + "/segment.ts"
            try write("segment", to: segment)
            let file = try NewFile(
                segment, naming: .early, mayReplace: true,
                reads: NewFile.Reads(count: { read.count }, contain: { read.contains($0) }))
            let sink = DirectSink(file)
            try sink.write(line: "one")
            read.insert(try #require(FileIdentity(path: segment)))
            #expect(throws: RecordingError.isRead(path: segment)) { try sink.write(line: "two") }
            #expect(throws: RecordingError.isRead(path: segment)) { try file.finish() }
            #expect(try content(of: segment) == "segment" && content(of: path) == "video")
        }
    }

    @Test func aFolderIsNoFileToMake() throws {
        try withTemporaryFolder { folder in
            for mayReplace in [false, true] {
                #expect(throws: RecordingError.isFolder(path: folder)) {
                    try NewFile(folder, naming: .early, mayReplace: mayReplace)
                }
            }
        }
    }

    @Test func linesThatAreNotAllStayBesideTheFileBefore() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.jsonl"
            try write("old", to: path)
            for lines in [[], ["new"]] {
                let sink = DirectSink(try NewFile(path, naming: .early, mayReplace: true))
                for line in lines { try sink.write(line: line) }
                try sink.finish(isWhole: false)
                #expect(try content(of: path) == "old")
                #expect(try sink.path.map(content) == (lines.isEmpty ? nil : "new\n"))
            }
            #expect(try files(in: folder).count == 2)
            let sink = DirectSink(try NewFile(folder + "/b.jsonl", naming: .early, mayReplace: true))
            try sink.write(line: "new")
            try sink.finish(isWhole: false)
            #expect(try content(of: folder + "/b.jsonl") == "new\n")
        }
    }

    @Test func aFileIsReplacedByOneAtATime() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.jsonl"
            try write("old", to: path)
            let first = try NewFile(path, naming: .early, mayReplace: true)
            #expect(throws: RecordingError.isInUse(path: path)) { try make(path) }
            try first.finish()
        }
    }

    @Test func namesOfOnePlaceAreKnownBeThereAFileOrNot() throws {
        try withTemporaryFolder { folder in
            let link = folder + "/link"
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "a")
            for isThere in [false, true] {
                if isThere { try write("", to: folder + "/a") }
                #expect(NewFile.areOnePlace(link, folder + "/a"))
                #expect(NewFile.areOnePlace(folder + "/./a", link))
                #expect(!NewFile.areOnePlace(link, folder + "/b"))
            }
        }
    }
}
