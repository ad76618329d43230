import Foundation
import TestSupport
import Testing

@Suite("No input is lost, whatever name leads to it")
struct InputSafetyTests {
    /// A folder with a video, pictures, a playlist and the like in it.
    private static func place() throws -> Workplace {
        let place = try Workplace(Clips.oneFrame, Clips.clip)
        try ffmpeg("-i", Clips.clip.path, "-vf", "scale=384:216", place.path("img%04d.jpg"))
        try ffmpeg(
            "-i", Clips.clip.path, "-c:v", "libx264", "-g", "5", "-f", "hls", "-hls_time", "0.2", "-hls_list_size", "0",
            place.path("list.m3u8"))
        try FileManager.default.createSymbolicLink(atPath: place.path("soft"), withDestinationPath: "clip.mp4")
        try FileManager.default.linkItem(atPath: place.path("clip.mp4"), toPath: place.path("hard"))
        try FileManager.default.createSymbolicLink(atPath: place.path("dangling.mp4"), withDestinationPath: "out.jsonl")
        try place.write(Data((1...30).map { "\($0),-1,\(100 + $0),100,60,150,0.9\n" }.joined().utf8), "det.txt")
        for (name, file) in [
            ("person.onnx", "../Sources/CPersonNetwork/footpath-person.onnx"),
            ("face.tflite", "models/face_landmark.tflite"),
        ] {
            try place.add(Project.runtime.appendingPathComponent(file), as: name)
        }
        return place
    }

    @Test(
        "With --force no file that is read is replaced, and the code says so",
        arguments: [
            "file:clip.mp4 --output clip.mp4", "file:clip.mp4 --output soft", "file:clip.mp4 --output hard",
            "file://$FOLDER/clip.mp4 --output clip.mp4", "'concat:one.mp4|clip.mp4' --output clip.mp4",
            "subfile,,start,0,end,0,,:clip.mp4 --output clip.mp4", "cache:clip.mp4 --output clip.mp4",
            "- --output clip.mp4 <clip.mp4", "clip.mp4 --output - >>clip.mp4", "clip.mp4 one.mp4 --output one.mp4",
            "one.mp4 file:clip.mp4 --output clip.mp4", "file:clip.mp4 --output out.jsonl --annotate clip.mp4",
            "clip.mp4 --output out.jsonl --annotate dangling.mp4", "img%04d.jpg --output img0001.jpg",
            "img%04d.jpg --output img0024.jpg", "list.m3u8 --output list.m3u8", "list.m3u8 --output list3.ts",
            "clip.mp4 --model person.onnx --output person.onnx",
        ])
    func analyze(arguments: String) throws {
        let place = try Self.place()
        let before = try content(of: place)
        let result = try place.shell("\(Workplace.analyze) --force \(arguments)").wait()
        #expect([64, 73].contains(result.status), "\(result.errors)")
        let after = try content(of: place)
        for (name, data) in before { #expect(after[name] == data, "\(name) changed") }
    }

    @Test("Nor are detections")
    func track() throws {
        let place = try Self.place()
        let before = try content(of: place)
        #expect(try place.shell("\"$PROGRAM\" track det.txt --output det.txt --force").wait().status == 73)
        #expect(try content(of: place) == before)
    }

    @Test("An analysis that is killed leaves the records before")
    func killed() throws {
        let place = try Workplace(Clips.streamed)
        try place.write(Data("mine".utf8), "out.jsonl")
        let script = """
            mkfifo pipe; \(Workplace.analyze) - --force --output out.jsonl <>pipe & cat clip.mkv >pipe
            while ! ls out.jsonl.*.part; do sleep 0.1; done; kill -9 $!
            """
        _ = try place.shell(script).wait()
        #expect(try String(contentsOfFile: place.path("out.jsonl"), encoding: .utf8) == "mine")
    }

    private func content(of place: Workplace) throws -> [String: Data] {
        let names = try place.names.filter { !$0.hasPrefix("dangling") && $0 != "out.jsonl" }
        return try names.reduce(into: [:]) { $0[$1] = try Data(contentsOf: URL(fileURLWithPath: place.path($1))) }
    }
}
