import Foundation
import TestSupport
import Testing

@Suite("Networks and OpenVINO")
struct ModelTests {
    @Test(
        "A network that is missing, unreadable or of another kind ends with 69 and what to do",
        arguments: [
            ("missing.onnx", "can't read the network missing.onnx"), ("cut.onnx", "can't read the network cut.onnx"),
            ("folder", "can't read the network folder"), ("one.mp4", "can't read the network one.mp4"),
            ("face.tflite", "a person network takes [1, 3, height, width]"),
        ])
    func unfit(name: String, message: String) throws {
        let place = try Workplace(Clips.oneFrame)
        let network = Project.root.appendingPathComponent("Sources/CPersonNetwork/footpath-person.onnx")
        try place.write(Data(contentsOf: network).prefix(5000), "cut.onnx")
        try place.add(Project.runtime.appendingPathComponent("models/face_landmark.tflite"), as: "face.tflite")
        try FileManager.default.createDirectory(atPath: place.path("folder"), withIntermediateDirectories: false)
        let before = try place.names
        // The network's own input size applies only where none is given.
        let result = try place.shell("\"$PROGRAM\" analyze one.mp4 --model \"$1\"", [name]).wait()
        #expect(result.status == 69)
        #expect(result.errors.contains(message))
        #expect(try place.names == before)
    }

    @Test("Without OpenVINO it ends with 69 and what to do")
    func noOpenVINO() throws {
        let place = try Workplace(Clips.oneFrame)
        let result = try place.analyze("one.mp4", runtime: place.folder.url.path)
        #expect(result.status == 69)
        #expect(
            result.errors.contains(
                "OpenVINO is not installed: no libopenvino_c.so in any of\n  \(place.path("openvino"))"))
        #expect(result.errors.contains("Run Scripts/setup"))
        #expect(try place.names == ["one.mp4"])
    }

    @Test("An OpenVINO that can't be loaded ends with 69 and what to do")
    func brokenOpenVINO() throws {
        let place = try Workplace(Clips.oneFrame)
        try FileManager.default.createDirectory(atPath: place.path("openvino"), withIntermediateDirectories: false)
        try place.write(Data("no library".utf8), "openvino/libopenvino_c.so.1")
        let result = try place.analyze("one.mp4", runtime: place.folder.url.path)
        #expect(result.status == 69)
        #expect(result.errors.contains("libopenvino_c.so.1"))
    }

    @Test("Another YOLOX network finds people", .enabled(if: Project.hasShared, "needs ../shared/models"))
    func otherNetwork() throws {
        let place = try Workplace(Clips.clip)
        let network = Project.shared.appendingPathComponent("models/yolox_nano.onnx").path
        let result = try place.analyze("clip.mp4", "--model", network)
        #expect(result.status == 0, "\(result.errors)")
        let records = try place.records("clip.mp4.paths.jsonl")
        let models: [[[String: String]]] = records.values("models", of: "session_start")
        #expect(models.first?.first?["name"] == "yolox_nano.onnx")
        #expect(records.all("path").count >= 20)
    }
}
