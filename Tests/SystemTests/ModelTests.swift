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
            result.errors.contains("OpenVINO is not installed: no libopenvino_c.so in \(place.path("openvino"))"))
        #expect(result.errors.contains("run Scripts/setup"))
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

/// `footpath models`, and networks by its names.
@Suite("Networks by name")
struct NamedNetworkTests {
    private let place: Workplace

    init() throws { place = try Workplace(Clips.clip, Clips.oneFrame) }

    private func run(_ script: String) throws -> CommandResult {
        try place.shell("export XDG_DATA_HOME=\"$FOLDER/data\"; \(script)").wait()
    }

    private func put(_ network: URL, as name: String) throws {
        try FileManager.default.createDirectory(
            atPath: place.path("data/footpath"), withIntermediateDirectories: true)
        try place.add(network, as: "data/footpath/\(name)")
    }

    @Test("A network that isn't here ends with 69 and what to type")
    func notHere() throws {
        let result = try run("\"$PROGRAM\" analyze one.mp4 --model yolox-l")
        #expect(result.status == 69)
        #expect(result.errors.contains("--model yolox-l: "))
        #expect(result.errors.contains("type: footpath models get yolox-l"))
        let both = try run("\"$PROGRAM\" analyze one.mp4 --model yolox-l --fps 0")
        #expect(both.status == 64 && both.errors.contains("--fps 0") && both.errors.contains("--model yolox-l"))
    }

    @Test("A configuration that names it is wrong, with its line")
    func notHereInYAML() throws {
        let text = "output: {path: \"-\"}\ncameras:\n  - name: a\n    source: one.mp4\n    model: yolox-l\n"
        try place.write(Data(text.utf8), "a.yaml")
        let result = try run("\"$PROGRAM\" check a.yaml")
        #expect(result.status == 64)
        #expect(result.errors.contains("a.yaml:5: cameras[0].model: yolox-l: "))
        #expect(result.errors.contains("footpath models get yolox-l"))
        // Whatever is in it: only its place counts here.
        try put(Clips.oneFrame, as: "yolox_l.onnx")
        #expect(try run("\"$PROGRAM\" check a.yaml").status == 0)
    }

    @Test("One that is here goes by its name", .enabled(if: Project.hasShared, "needs ../shared/models"))
    func here() throws {
        try put(Project.shared.appendingPathComponent("models/yolox_nano.onnx"), as: "yolox_nano.onnx")
        let result = try run("\(Workplace.analyze) clip.mp4 --model yolox-nano")
        #expect(result.status == 0, "\(result.errors)")
        let models: [[[String: String]]] = try place.records("clip.mp4.paths.jsonl").values(
            "models", of: "session_start")
        #expect(models.first?.first?["name"] == "yolox_nano.onnx")
        let list = try run("\"$PROGRAM\" models list").output
        #expect(
            list.contains("data/footpath/yolox_nano.onnx") && list.contains("not here; footpath models get yolox-s"))
    }

    @Test("What can't be fetched ends with 69, a wrong name with 64, and nothing is left")
    func notFetched() throws {
        try place.write(Data("no network".utf8), "yolox_s.onnx")
        let wrong = try run("\"$PROGRAM\" models get yolox-s --from \"$FOLDER\"")
        #expect(wrong.status == 69 && wrong.errors.contains("has 10 bytes, not 35858002"))
        let missing = try run("\"$PROGRAM\" models get yolox-s --from http://127.0.0.1:1")
        #expect(missing.status == 69 && missing.errors.contains("Connection refused"))
        let name = try run("\"$PROGRAM\" models get yolox-xxl")
        #expect(name.status == 64 && name.errors.contains("there are yolox-nano, yolox-tiny, yolox-s, yolox-l"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.path("data/footpath")).isEmpty)
        let folder = try run("touch data/file; XDG_DATA_HOME=\"$FOLDER/data/file\" \"$PROGRAM\" models get yolox-s")
        #expect(folder.status == 73 && folder.errors.contains("could not create the folder"))
    }

    @Test("Later starts take what one before compiled, and write the same bytes; what was damaged is compiled anew")
    func compiledNetworks() throws {
        let place = try Workplace(Clips.clip)
        let result = try place.shell(
            """
            export XDG_CACHE_HOME="$FOLDER/cache"
            for start in first second damaged; do
                test $start != damaged || for file in cache/footpath/*; do truncate -s 1000 "$file"; done
                \(Workplace.analyze) --quiet clip.mp4 --output $start.jsonl || exit
                ls cache/footpath | wc -l
            done
            cmp first.jsonl second.jsonl && cmp first.jsonl damaged.jsonl && find cache/footpath -size -9 -type f | wc -l
            """
        ).wait()
        #expect(result.output == "3\n3\n3\n0\n" && result.errors.isEmpty && result.status == 0)
    }
}
