import Foundation
import TestSupport
import Testing

@Suite("Faces")
struct FaceTests {
    private func faces(_ records: Records) -> [[String: Any]] { records.values("face", of: "path") }

    private func types(_ face: [String: Any], _ key: String = "landmarks") -> [String]? {
        (face[key] as? [[String: Any]])?.compactMap { $0["type"] as? String }
    }

    @Test("As many landmarks as asked for, and when the face was last found", arguments: ["none", "five", "all"])
    func landmarks(selection: String) throws {
        let place = try Workplace(Clips.clip)
        let result = try place.analyze("clip.mp4", "--landmarks", selection, "--raw-landmarks")
        #expect(result.status == 0, "\(result.errors)")
        let records = try place.records("clip.mp4.paths.jsonl")
        let found = faces(records)
        #expect(found.count >= 3)
        let count = ["none": 0, "five": 5, "all": 30][selection]
        for face in found {
            #expect(types(face)?.count == count)
            #expect(types(face, "raw_landmarks") == (count == 0 ? nil : types(face)))
            #expect((face["pose"] == nil) == (count == 0))
        }
        var last: [Int: Int] = [:]
        for point in records.all("path") {
            let track = try #require(point["track"] as? Int)
            if point["face"] != nil { last[track] = point["pts_ms"] as? Int }
            #expect(point["face_pts_ms"] as? Int == last[track])
        }
    }

    @Test("Faces are the same bytes with any number of workers")
    func workers() throws {
        let place = try Workplace(Clips.clip)
        let options = ["clip.mp4", "--landmarks", "all", "--face-fps", "25"]
        for workers in ["1", "2", "5"] {
            let more = ["--workers", workers, "--output", workers]
            #expect(try place.start(options + more).wait().status == 0)
        }
        let contents = try ["1", "2", "5"].map { try Data(contentsOf: URL(fileURLWithPath: place.path($0))) }
        #expect(contents[0] == contents[1] && contents[0] == contents[2] && contents[0].count > 5000)
    }

    @Test("A face model that is missing or of another kind ends with 69", arguments: ["missing.onnx", "person.onnx"])
    func unfitModel(name: String) throws {
        let place = try Workplace(Clips.oneFrame)
        let network = Project.root.appendingPathComponent("Sources/CPersonNetwork/footpath-person.onnx")
        try place.add(network, as: "person.onnx")
        let result = try place.analyze("one.mp4", "--face-model", name)
        #expect(result.status == 69)
        #expect(result.errors.contains(name))
        #expect(try place.names == ["one.mp4", "person.onnx"])
    }

    @Test("YuNet finds faces and their landmarks too", .enabled(if: Project.hasShared, "needs ../shared/models"))
    func yuNet() throws {
        let place = try Workplace(Clips.clip)
        let network = Project.shared.appendingPathComponent("models/face_detection_yunet_2026may.onnx").path
        #expect(try place.analyze("clip.mp4", "--output", "blaze").status == 0)
        for (selection, count) in [("five", 5), ("all", 30)] {
            let result = try place.analyze(
                "clip.mp4", "--output", selection, "--landmarks", selection, "--face-model", network)
            #expect(result.status == 0, "\(result.errors)")
            let records = try place.records(selection)
            #expect(faces(records).count >= 3 && faces(records).allSatisfy { types($0)?.count == count })
            let models: [[[String: String]]] = records.values("models", of: "session_start")
            #expect(models.first?.count == (count == 5 ? 2 : 4))
        }
        // Both put the same eye of the same person at the same place.
        func eyes(_ name: String) throws -> [String: Double] {
            var places: [String: Double] = [:]
            for point in try place.records(name).all("path") {
                guard let face = point["face"] as? [String: Any], let marks = face["landmarks"] as? [[String: Any]]
                else { continue }
                places["\(point["track"] ?? 0) \(point["frame"] ?? 0)"] = marks.first?["x"] as? Double
            }
            return places
        }
        let (blaze, yuNet) = (try eyes("blaze"), try eyes("five"))
        let common = blaze.compactMap { key, x in yuNet[key].map { abs($0 - x) } }
        #expect(common.count >= 3 && common.allSatisfy { $0 < 0.006 }, "\(common)")
    }

    @Test(
        "A small face that the mesh doesn't know has the detector's points",
        .enabled(if: Project.hasShared, "needs ../shared"))
    func smallFaces() throws {
        func found(_ clip: String, _ options: String...) throws -> [[String: Any]] {
            let place = try Workplace()
            let video = Project.shared.appendingPathComponent("clips/\(clip)").path
            let arguments = ["analyze", video, "--output", "out", "--face-fps", "25", "--landmarks", "all"] + options
            let result = try place.shell("\"$PROGRAM\" \"$@\"", arguments).wait()
            #expect(result.status == 0, "\(result.errors)")
            return faces(try place.records("out"))
        }
        let small = try found("face-demographics-walking.mp4").filter { types($0)?.count == 5 }
        #expect(small.count >= 15)
        #expect(small.allSatisfy { types($0) == ["eyeLeft", "eyeRight", "nose", "mouthLeft", "mouthRight"] })
        // Backs of heads, for which the detector has scores as high.
        let backs = try found("one-by-one.mp4", "--fps", "2", "--min-face", "10")
        #expect(backs.count <= 2, "\(backs)")
        for face in small {
            let confidence = try #require(face["confidence"] as? Double)
            #expect((50...85).contains(confidence))
        }
    }

    @Test("Wrong face options are told together with the others")
    func wrongOptions() throws {
        let place = try Workplace(Clips.oneFrame)
        let result = try place.analyze("one.mp4", "--face-confidence", "101", "--min-face", "2")
        #expect(result.status == 64)
        #expect(result.errors.contains("--face-confidence 101") && result.errors.contains("--min-face 2"))
        #expect(try place.analyze("one.mp4", "--landmarks", "six").status == 64)
    }

    @Test("faces prints a line a picture, goes on after one that can't be read, and ends with its code")
    func pictures() throws {
        let place = try Workplace(Clips.oneFrame)
        try place.write(Data("no picture".utf8), "text.png")
        let result = try place.shell("\"$PROGRAM\" faces text.png one.mp4 missing.png").wait()
        #expect(result.status == 66)
        #expect(result.errors.contains("text.png") && result.errors.contains("missing.png"))
        let lines = result.output.split(separator: "\n")
        #expect(lines.count == 1 && lines[0].hasPrefix(#"{"picture":"one.mp4","width":"#))
    }

    @Test("A face of 4K video is found at 4K detail")
    func fourK() throws {
        let place = try Workplace()
        // The astronaut's face is 45 pixels wide in the sample: 2 % of the 4K picture, and 90 pixels of it.
        try ffmpeg(
            "-i", Project.sample.path, "-t", "1", "-vf", "scale=1536:864,pad=3840:2160:600:400:gray", "-c:v",
            "libx264", "-preset", "ultrafast", "-crf", "18", place.path("4k.mp4"))
        let command = try place.shell(
            "\"$PROGRAM\" analyze 4k.mp4 --fps 5 --still keep --input-size 1024x576 --min-face 60")
        let result = command.wait()
        #expect(result.status == 0, "\(result.errors)")
        let found = faces(try place.records("4k.mp4.paths.jsonl"))
        #expect(!found.isEmpty)
        let widths = found.compactMap { ($0["box"] as? [String: Double])?["width"] }
        #expect(widths.allSatisfy { $0 * 3840 >= 60 && $0 < 0.05 }, "\(widths)")
    }
}
