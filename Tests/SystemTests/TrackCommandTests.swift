import Foundation
import TestSupport
import Testing

/// `footpath track`, run as a user runs it.
@Suite struct TrackCommandTests {
    private let place: TemporaryFolder

    init() throws { place = try TemporaryFolder() }

    /// A person who walks to the right, 4 pixels a frame, missing in some frames.
    private func walker(frames: Int = 20, without missing: Set<Int> = [], score: String = "0.9") -> String {
        (1...frames).filter { !missing.contains($0) }.map { "\($0),-1,\(1 + 4 * $0),51,40,100,\(score),-1,-1,-1" }
            .joined(separator: "\n")
    }

    @Test("Recorded detections give the recorded tracks (Tests/TrackingGolden/record makes them anew)")
    func goldenTracks() throws {
        let folder = Project.root.appendingPathComponent("Tests/TrackingGolden")
        let expected = try String(contentsOf: folder.appendingPathComponent("crossing.tracks.txt"), encoding: .utf8)
        let result = try footpath(
            "track", folder.appendingPathComponent("crossing.det.txt").path, "--fps", "25", "--image-size", "768x432")
        #expect(result.status == 0)
        // Hundreds of lines: only the first that differs is worth showing.
        let (found, recorded) = (result.output.split(separator: "\n"), expected.split(separator: "\n"))
        #expect(zip(found, recorded).first { $0 != $1 } == nil)
        #expect(found.count == recorded.count)
    }

    @Test("A walker gets one id from the first frame on, in pixels that count from 1, whatever the order of lines")
    func oneWalker() throws {
        let lines = walker().split(separator: "\n")
        let forwards = try footpath(
            "track", place.file("det.txt", lines.joined(separator: "\n")), "--image-size", "640x480")
        #expect(forwards.status == 0)
        #expect(forwards.output.split(separator: "\n").count == 20)
        #expect(forwards.output.hasPrefix("1,1,5.0,51.0,40.0,100.0,0.9,-1,-1,-1\n"))
        let backwards = try footpath(
            "track", place.file("back.txt", lines.reversed().joined(separator: "\r\n")), "--image-size", "640x480")
        #expect(backwards.output == forwards.output)
    }

    @Test("Detections come from standard input and from pipes, too", arguments: ["-", "/dev/stdin", "<(cat det.txt)"])
    func piped(name: String) throws {
        let path = try place.file("det.txt", walker())
        let script = "cd \"$1\" && cat det.txt | \"$0\" track \(name) --image-size 640x480"
        let result = try run("bash", ["-c", script, Project.program.path, place.url.path])
        #expect(result.status == 0, "\(result.errors)")
        #expect(try result.output == footpath("track", path, "--image-size", "640x480").output)
    }

    @Test("Records of several videos aren't laid on one another, nor results and records into one file")
    func mixtures() throws {
        func point(_ frame: Int, _ session: String) -> String {
            #"{"event":"path","feed":"a.mp4","session":"\#(session)","frame":\#(frame),"track":1,"confidence":90,"#
                + #""box":{"left":0.1,"top":0.1,"width":0.1,"height":0.3}}"#
        }
        let both = try place.file(
            "both.jsonl", [point(0, "one"), point(1, "one"), point(0, "two")].joined(separator: "\n"))
        let mixed = try footpath("track", both, "--image-size", "640x480")
        #expect(mixed.status == 66 && mixed.errors.contains("both.jsonl: line 3: another session of a.mp4, as line 1"))
        let same = try footpath(
            "track", place.file("det.txt", walker()), "--output", place.path("x"), "--records", place.path("x"))
        #expect(same.status == 64 && same.errors.contains("are the same file"))
    }

    @Test("Short gaps are bridged evenly, long ones and all with --bridge 0 stay")
    func gaps() throws {
        let path = try place.file("det.txt", walker(frames: 60, without: Set(20..<24).union(30..<50)))
        func frames(_ options: String...) throws -> [Int] {
            let result = try run(Project.program.path, ["track", path, "--image-size", "640x480"] + options)
            return result.output.split(separator: "\n").compactMap { Int($0.split(separator: ",")[0]) }
        }
        #expect(try frames() == Array(1...60))
        #expect(try frames("--bridge", "0.5") == Array(1..<30) + Array(50...60))
        #expect(try frames("--bridge", "0") == Array(1..<20) + Array(24..<30) + Array(50...60))
        let bridged = try footpath("track", path, "--image-size", "640x480")
        #expect(bridged.output.contains("\n22,1,89.0,51.0,40.0,100.0,"))
    }

    @Test("Boxes are steadied; --smooth 0 writes them as detected")
    func steadied() throws {
        let shaky = (1...60).map { "\($0),-1,\(100 + 2 * $0 + ($0 % 2 == 0 ? 4 : -4)),51,40,100,0.9" }
        let path = try place.file("det.txt", shaky.joined(separator: "\n"))
        func deviations(_ options: String...) throws -> [Double] {
            let result = try run(Project.program.path, ["track", path, "--image-size", "640x480"] + options)
            return result.output.split(separator: "\n").compactMap { line in
                let fields = line.split(separator: ",").compactMap { Double($0) }
                return abs(fields[2] - (100 + 2 * fields[0]))
            }
        }
        #expect(try deviations("--smooth", "0").allSatisfy { abs($0 - 4) < 0.01 })
        #expect(try deviations()[20..<40].allSatisfy { $0 < 0.1 })
    }

    @Test("Where someone out of sight is expected is written only with --predicted, and not beyond the frame")
    func predicted() throws {
        // Out of sight from frame 40 on, walking towards the right edge, 640 pixels in.
        let path = try place.file("det.txt", walker(frames: 145, without: Set(40...144)) + "\n")
        func rows(_ options: String...) throws -> [[Double]] {
            let result = try run(
                Project.program.path, ["track", path, "--image-size", "210x480", "--fps", "30"] + options)
            return result.output.split(separator: "\n").map { $0.split(separator: ",").compactMap { Double($0) } }
        }
        #expect(try rows().map { $0[0] } == (1..<40).map(Double.init))
        let all = try rows("--predicted")
        #expect(all.count > 42 && all.allSatisfy { $0[2] >= 1 && $0[2] + $0[4] <= 211.01 })
    }

    @Test(
        "Score scales are told apart by their values",
        arguments: [("0.9", 0.9), ("90", 0.9), ("2.0", 0.9933), ("-1", 1)])
    func scores(score: String, confidence: Double) throws {
        let result = try footpath("track", place.file("det.txt", walker(score: score)), "--image-size", "640x480")
        #expect(result.output.split(separator: "\n").first?.split(separator: ",")[6] == "\(confidence)")
    }

    @Test("Footpath's own records can be tracked, with their times and without other events")
    func jsonLines() throws {
        let lines =
            ["{\"v\":\"1.0\",\"event\":\"session_start\"}"]
            + (0..<10).map { frame in
                let left = 0.2 + 0.01 * Double(frame)
                return "{\"event\":\"path\",\"frame\":\(frame),\"pts_ms\":\(frame * 500),\"confidence\":80,"
                    + "\"box\":{\"left\":\(left),\"top\":0.25,\"width\":0.125,\"height\":0.5}}"
            }
        let path = try place.file("det.jsonl", lines.joined(separator: "\n"))
        let result = try footpath("track", path, "--image-size", "800x400")
        #expect(result.output.split(separator: "\n").count == 10)
        #expect(result.output.hasPrefix("1,1,161.0,101.0,100.0,200.0,0.8,-1,-1,-1\n"))
        #expect(try footpath("track", path).status == 64, "ratios say nothing of pixels")
    }

    /// Lines of 30 frames, one box each.
    private func records(_ time: (Int) -> Int?, left: Double = 0.2) -> String {
        (0..<30).map { frame in
            let pts = time(frame).map { "\"pts_ms\":\($0)," } ?? ""
            return
                "{\"frame\":\(frame),\(pts)\"confidence\":80,\"box\":{\"left\":\(left),\"top\":0.2,\"width\":0.1,\"height\":0.4}}\n"
        }.joined()
    }

    @Test(
        "Times that don't grow with the frames are refused with their lines",
        arguments: [
            (12, 36_000_000, "line 14: "), (12, -36_000_000, "line 13: "), (0, 7200, "line 2: "), (29, 5, "line 30: "),
        ])
    func strayTimes(frame: Int, time: Int, complaint: String) throws {
        let path = try place.file("det.jsonl", records { $0 == frame ? time : $0 * 40 })
        let result = try footpath("track", path, "--image-size", "800x400")
        #expect(result.status == 66 && result.output.isEmpty)
        #expect(result.errors.contains(complaint) && result.errors.contains("times must grow"), "\(result.errors)")
    }

    @Test("Times that say nothing don't count, and that is told")
    func idleTimes() throws {
        for (times, note) in [
            ({ _ in 0 }, "every pts_ms is the same"),
            ({ $0 % 2 == 0 ? $0 * 40 : nil }, "15 of 30 lines have no pts_ms"),
        ] as [((Int) -> Int?, String)] {
            let result = try footpath("track", place.file("det.jsonl", records(times)), "--image-size", "800x400")
            #expect(result.output.split(separator: "\n").count == 30)
            #expect(result.errors.contains(note) && result.errors.contains("assuming 30 frames/s"))
        }
    }

    @Test("Pixels where ratios are expected are refused")
    func pixelsForRatios() throws {
        let path = try place.file("det.jsonl", records({ $0 * 40 }, left: 120))
        let result = try footpath("track", path, "--image-size", "800x400")
        #expect(
            result.status == 66 && result.errors.contains("line 1: a box that reaches to 120.1"), "\(result.errors)")
    }

    @Test("Boxes that are in no track are counted, and so are those outside of the frame")
    func boxesOfNobody() throws {
        let path = try place.file("det.txt", walker() + "\n3,-1,5000,10,40,100,0.9\n")
        let result = try footpath("track", path, "--image-size", "640x480")
        #expect(
            result.errors.contains("1 of 21 boxes lie outside of frames of 640x480 (--image-size)"), "\(result.errors)")
        #expect(result.errors.contains("1 of 21 boxes belong to no track"))
    }

    @Test("Devices, links and pipes are written to as they are")
    func specialOutputs() throws {
        let path = try place.file("det.txt", walker())
        let (link, target) = (place.path("link"), try place.file("target", "old"))
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "target")
        #expect(try footpath("track", path, "--output", link, "--force").status == 0)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "target")
        #expect(try String(contentsOfFile: target, encoding: .utf8).hasPrefix("1,1,"))
        #expect(try footpath("track", path, "--output", "/dev/full", "--force").status == 74)
        let script =
            "mkfifo pipe; cat pipe & '\(Project.program.path)' track det.txt --output pipe --force && wait; test -p pipe"
        let piped = try run("sh", ["-c", "cd '\(place.url.path)' && { \(script); }"])
        #expect(piped.status == 0 && piped.output.hasPrefix("1,1,"))
    }

    @Test("seqinfo.ini gives what the command line doesn't")
    func sequenceFolder() throws {
        try FileManager.default.createDirectory(atPath: place.path("seq/det"), withIntermediateDirectories: true)
        _ = try place.file("seq/seqinfo.ini", "[Sequence]\nframeRate=14\nseqLength=20\nimWidth=640\nimHeight=480\n")
        let result = try footpath("track", place.file("seq/det/det.txt", walker()))
        #expect(result.errors.isEmpty, "nothing had to be assumed")
        #expect(result.output.split(separator: "\n").count == 20)
    }

    @Test(
        "What isn't a detection ends with 66 and its line's number",
        arguments: [
            ("1,-1,1,1,9,9", "line 2: 6 of 7 fields"), ("1,-1,1,one,9,9,1", "line 2: 'one' is not a number"),
            ("0,-1,1,1,9,9,1", "line 2: frame 0"), ("1.5,-1,1,1,9,9,1", "line 2: frame 1.5"),
            ("1,-1,1,1,0,9,1", "line 2: width 0.0 and height 9.0: must be above 0"),
            ("1,-1,1,1,9,-9,1", "line 2: width 9.0 and height -9.0"), ("1,-1,nan,1,9,9,1", "line 2: 'nan'"),
            ("99999999999999,-1,1,1,9,9,1", "line 2: frame 99999999999999"),
        ])
    func brokenLines(line: String, complaint: String) throws {
        let result = try footpath("track", place.file("det.txt", "1,-1,1,1,9,9,1\n\(line)\n"))
        #expect(result.status == 66)
        #expect(result.errors.contains(complaint))
        #expect(result.output.isEmpty)
    }

    @Test("Scores of an unknown scale, missing files and wrong options are refused, each with its code")
    func refusals() throws {
        #expect(try footpath("track", place.file("scale.txt", walker(score: "5000"))).status == 66)
        let missing = try footpath("track", place.path("missing.txt"))
        #expect(missing.status == 66 && missing.errors.contains("missing.txt: no such file"))
        let folder = try footpath("track", place.url.path)
        #expect(folder.status == 66 && folder.errors.contains("directory"), "\(folder.errors)")
        let picture = try footpath("track", Project.sample.path)
        #expect(picture.status == 66 && picture.errors.contains("not text"), "\(picture.errors)")
        let path = try place.file("det.txt", walker())
        #expect(try footpath("track", path, "--fps", "0").status == 64)
        #expect(try footpath("track", path, "--counts-interval", "5s").status == 0)
        #expect(try footpath("track", "--help").output.contains("700ms)"))
        #expect(try footpath("track", path, "--image-size", "640").status == 64)
        #expect(try footpath("track", path, "--low", "0.9").status == 64)
        #expect(try footpath("track", path, "--seed", "2").status == 64)
        #expect(try footpath("track", path, "--smooth", "-1").status == 64)
        #expect(try footpath("track", path, "--output", place.path("none/out.txt")).status == 73)
    }

    @Test("An existing output is kept without --force")
    func existingOutput() throws {
        let path = try place.file("det.txt", walker())
        let output = try place.file("out.txt", "mine\n")
        #expect(try footpath("track", path, "--output", output).status == 73)
        #expect(try String(contentsOfFile: output, encoding: .utf8) == "mine\n")
        #expect(try footpath("track", path, "--output", output, "--force").status == 0)
        #expect(try String(contentsOfFile: output, encoding: .utf8).hasPrefix("1,1,5.0,"))
    }

    @Test("No detections are no tracks and no error")
    func empty() throws {
        let result = try footpath("track", place.file("det.txt", ""))
        #expect(result.status == 0 && result.output.isEmpty)
    }
}
