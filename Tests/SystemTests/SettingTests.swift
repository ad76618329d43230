import Foundation
import TestSupport
import Testing

@Suite("What settings do")
struct SettingTests {
    @Test("Wrong settings are told all at once, with 64")
    func wrongSettings() throws {
        let place = try Workplace(Clips.oneFrame, Clips.picture)
        let script = """
            "$PROGRAM" analyze one.mp4 --fps 0 --confidence 101 --input-size 100x100 --quality fast --workers 0 --scales 9 \
            --face-fps=-1 --mask 1,2 --start-time noon --output one.mp4 --annotate picture.png \
            --max-lost=-1 --bridge 61
            """
        let result = try place.shell(script).wait()
        #expect(result.status == 64)
        let names = [
            "--fps 0", "--confidence 101", "--input-size 100x100", "--quality and --input-size", "--workers 0",
            "--scales 9",
            "--max-lost -1", "--bridge 61", "--face-fps -1", "--mask 1,2", "--start-time noon", "--output one.mp4",
            "--annotate picture.png",
        ]
        for name in names {
            #expect(result.errors.contains("\(name): ") || result.errors.contains("\(name) "), "\(name)")
        }
        #expect(result.errors.split(separator: "\n").count == names.count)
        #expect(try place.names == ["one.mp4", "picture.png"])
    }

    @Test(
        "A wrong call ends with 64 and the usage",
        arguments: [
            [], ["--fps", "many", "x.mp4"], ["--quality", "perfect", "x.mp4"], ["--camera-motion", "on", "x.mp4"],
            ["--colour", "x.mp4"],
        ])
    func wrongCall(arguments: [String]) throws {
        let result = try run(Project.program.path, ["analyze"] + arguments)
        #expect(result.status == 64)
        #expect(result.errors.contains("Usage: footpath analyze"))
    }

    @Test("The number of workers changes no byte")
    func workers() throws {
        let place = try Workplace(Clips.clip)
        let outputs = try ["1", "2", "8"].map {
            #expect(try place.analyze("clip.mp4", "--workers", $0, "--output", $0).status == 0)
            return try Data(contentsOf: URL(fileURLWithPath: place.path($0)))
        }
        #expect(try !place.records("1").all("path").isEmpty)
        #expect(Set(outputs).count == 1)
    }

    @Test("--stream takes another video stream, and says which there are")
    func stream() throws {
        let place = try Workplace(Clips.oneFrame)
        #expect(try place.analyze("one.mp4", "--stream", "0").status == 0)
        let result = try place.analyze("one.mp4", "--stream", "4", "--force")
        #expect(result.status == 66)
        #expect(result.errors.contains("stream 4 is no video stream; those are 0"))
    }

    @Test("--fps analyses that many frames per second")
    func fps() throws {
        let place = try Workplace(Clips.clip)
        #expect(try place.analyze("clip.mp4", "--fps", "5").status == 0)
        let records = try place.records("clip.mp4.paths.jsonl")
        #expect(records.values("analyzed", of: "session_end") == [5])
        let frames: [Int] = records.values("frame", of: "path")
        #expect(Set(frames).isSubset(of: [0, 5, 10, 15, 20]))
        #expect(frames.count >= 5)
    }

    @Test("--confidence records points of at least that, and more of them the lower it is")
    func confidence() throws {
        let place = try Workplace(Clips.clip)
        var counts: [Int] = []
        for percent in [20.0, 80, 88] {
            #expect(
                try place.analyze("clip.mp4", "--confidence", "\(percent)", "--still", "keep", "--output", "\(percent)")
                    .status == 0)
            let found: [Double] = try place.records("\(percent)").values("confidence", of: "path")
            #expect(found.allSatisfy { $0 >= percent })
            counts.append(found.count)
        }
        #expect(counts[0] > counts[1] && counts[1] > counts[2] && counts[2] > 0)
    }

    @Test("A masked person is not found; the others are")
    func mask() throws {
        let place = try Workplace(Clips.clip)
        #expect(try place.analyze("clip.mp4", "--still", "keep", "--output", "all").status == 0)
        #expect(
            try place.analyze("clip.mp4", "--still", "keep", "--output", "masked", "--mask", "0.68,0.45,0.24,0.55")
                .status == 0)
        // SampleVideos/crossing.gt.txt: one person, a cut-out that doesn't stir, stands at 0.71 to 0.89 of the width, the others stay outside.
        let inside = try [true, false].map { isMasked in
            try place.records(isMasked ? "masked" : "all").values("box", of: "path").count { (box: [String: Double]) in
                (0.71...0.89).contains(box["left", default: 0] + box["width", default: 0] / 2)
            }
        }
        #expect(inside[0] == 0)
        #expect(inside[1] >= 20)
        #expect(try !place.records("masked").all("path").isEmpty)
    }

    @Test("What is done about motion and people out of sight stands in the session's start")
    func motionSettings() throws {
        let place = try Workplace(Clips.oneFrame)
        let flags = ["--camera-motion", "off", "--max-lost", "1.5", "--predicted"]
        #expect(try place.start(["one.mp4"] + flags).wait().status == 0)
        let start = try #require(try place.records("one.mp4.paths.jsonl").all("session_start").first)
        let settings = try #require(start["settings"] as? [String: Any])
        #expect(settings["camera_motion"] as? String == "off" && settings["predicted"] as? Bool == true)
        #expect(settings["max_lost"] as? Double == 1.5 && settings["bridge"] as? Double == 1.5)
    }

    @Test("--start-time is when the first frame was taken")
    func startTime() throws {
        let place = try Workplace(Clips.oneFrame)
        #expect(try place.analyze("one.mp4", "--start-time", "2026-03-01T09:00:00.5+01:00").status == 0)
        let records = try place.records("one.mp4.paths.jsonl")
        #expect(records.values("time", of: "stream_start") == ["2026-03-01T08:00:00.500Z"])
        #expect(records.values("time_origin", of: "stream_start") == ["option"])
    }

    @Test("--annotate draws each frame that was analysed, with masked regions black", arguments: [nil, "5"])
    func annotate(fps: String?) throws {
        let place = try Workplace(Clips.clip)
        let rate = fps.map { ["--fps", $0] } ?? []
        let result = try place.start(
            ["clip.mp4", "--annotate", "drawn.mp4", "--mask", "0,0,0.25,0.25", "--output", "out.jsonl"] + rate
        ).wait()
        #expect(result.status == 0, "\(result.errors)")
        #expect(try place.names == ["clip.mp4", "drawn.mp4", "out.jsonl"])
        let count = "ffprobe -v error -count_frames -show_entries stream=nb_read_frames -of default=nw=1:nk=1 drawn.mp4"
        let analyzed: [Int] = try place.records("out.jsonl").values("analyzed", of: "session_end")
        #expect(try place.shell(count).wait().output == "\(analyzed[0])\n")
        // Away from the edge, where the codec smears.
        let crop = "crop=iw/4-16:ih/4-16:0:0,format=gray,scale=out_range=full"
        try ffmpeg("-i", place.path("drawn.mp4"), "-vf", crop, "-f", "rawvideo", place.path("corner"))
        let corner = try Data(contentsOf: URL(fileURLWithPath: place.path("corner")))
        #expect(try #require(corner.max()) < 32)
    }
}
