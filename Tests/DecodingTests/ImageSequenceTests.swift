import Foundation
import PathModel
import TestSupport
import Testing

@testable import Decoding

@Suite struct ImageSequenceTests {
    private func write(_ names: [String], in folder: TemporaryFolder) throws {
        for name in names {
            let url = URL(fileURLWithPath: folder.path(name))
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data().write(to: url)
        }
    }

    @Test(
        arguments: [
            ("%04d.jpg", ["1001.jpg", "1002.jpg", "1003.jpg", "notes.txt"], 1001, nil),
            ("a%d.png", ["a98.png", "a99.png", "a100.png", "a007.png"], 98, nil),
            ("%03d.jpg", ["000.jpg", "001.jpg", "003.jpg", "007.jpg"], 0, "002.jpg and 3 more"),
            ("%03d.jpg", ["000.jpg", "002.jpg"], 0, "001.jpg"),
            ("08:30/%03d.jpg", ["08:30/012.jpg"], 12, nil), ("50%/%2d.jpg", ["50%/07.jpg"], 7, nil),
        ] as [(String, [String], Int, String?)])
    func itsFirstPictureAndItsFirstGapAreFound(pattern: String, names: [String], first: Int, missing: String?) throws {
        let folder = try TemporaryFolder()
        try write(names, in: folder)
        let sequence = try #require(ImageSequence(folder.path(pattern)))
        #expect(sequence.first == first && sequence.missing == missing)
    }

    @Test(arguments: ["a.jpg", "rtsp://192.0.2.1/%d.jpg", "%s.jpg", "%d%d.jpg", "b%03d.jpg", "img%03d.jpg"])
    func otherNamesAreNone(name: String) throws {
        let folder = try TemporaryFolder()
        try write(["a.jpg", "001.jpg", "img%03d.jpg"], in: folder)
        #expect(ImageSequence(name.contains("://") ? name : folder.path(name)) == nil)
    }
}

@Suite struct ImageSequenceReadingTests {
    private static func pictures(_ names: [String], in folder: TemporaryFolder) throws {
        try FileManager.default.createDirectory(atPath: folder.path("6:30"), withIntermediateDirectories: false)
        try ffmpeg(["-f", "lavfi", "-i", Media.motion, "-frames:v", "1", folder.path("one.png")])
        for name in names {
            try FileManager.default.copyItem(atPath: folder.path("one.png"), toPath: folder.path(name))
        }
    }

    @Test func itIsReadFromWhereItBegins() throws {
        let folder = try TemporaryFolder()
        try Self.pictures((1200..<1212).map { "6:30/\($0).png" }, in: folder)
        let decoded = try Decoded(folder.path("6:30/%04d.png"))
        #expect(decoded.frames.count == 12 && decoded.failure == nil)
    }

    @Test func aColonInTheNameOfItsFolderIsNoProtocols() throws {
        let folder = try TemporaryFolder()
        try Self.pictures(["6:30/000.png", "6:30/001.png"], in: folder)
        let script = "cd \"$0\" && exec \"$1\" probe 6:30/%03d.png"
        let result = try run("sh", ["-c", script, folder.url.path, Project.program.path])
        #expect(result.status == 0, "\(result.errors)")
    }

    @Test func aGapIsNamedAndWhatIsBehindItIsRead() throws {
        let folder = try TemporaryFolder()
        try Self.pictures([0, 1, 2, 3, 5, 6, 7, 8].map { "00\($0).png" }, in: folder)
        let decoded = try Decoded(folder.path("%03d.png"))
        #expect(decoded.frames.map(\.info.time.milliseconds) == [0, 1, 2, 3, 5, 6, 7, 8].map { $0 * 40 })
        #expect(decoded.failure?.description.contains("004.png missing: all other pictures were read") == true)
    }

    @Test func aPictureWhoseNameLooksLikeAPatternIsAPicture() throws {
        let folder = try TemporaryFolder()
        try Self.pictures(["img%03d.png"], in: folder)
        #expect(try Decoded(folder.path("img%03d.png")).frames.count == 1)
    }
}

@Suite struct StreamChoiceTests {
    @Test(arguments: ["mp4", "mkv"])
    func aCoverThatIsFlaggedAsTheDefaultIsNotTheFilm(container: String) throws {
        let folder = try TemporaryFolder()
        let (cover, film) = (folder.path("cover.jpg"), folder.path("film.mp4"))
        try ffmpeg(["-f", "lavfi", "-i", "color=red:size=320x240", "-frames:v", "1", cover])
        try ffmpeg(["-f", "lavfi", "-i", Media.motion, "-c:v", "libx264", film])
        let path = folder.path("both." + container)
        try ffmpeg(
            ["-i", cover, "-i", film, "-map", "0:v", "-map", "1:v", "-c", "copy", "-disposition:v:0", "default"]
                + ["-disposition:v:1", "0", path])
        #expect(try Decoded(path).frames.count == 20)
        var options = SourceOptions()
        options.stream = 0
        let chosen = try VideoSource(
            SourceName(path), options: options, threads: 1, interrupt: InterruptFlag())
        #expect(chosen.description.frameSize.width == 320)
        options.stream = 7
        #expect {
            try VideoSource(SourceName(path), options: options, threads: 1, interrupt: InterruptFlag())
        } throws: {
            "\($0)".contains("stream 7 is no video stream; those are 0, 1")
        }
    }
}
