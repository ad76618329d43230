import Foundation
import PathModel
import TestSupport
import Testing

@testable import Inference

@Suite struct OpenVINOTests {
    /// A picture whose bytes all differ from their neighbours'.
    private static func picture(_ width: Int, _ height: Int) -> PixelBuffer {
        var random = ScriptedRandom(seed: 2)
        var image = PixelBuffer(size: PixelSize(width: width, height: height), format: .bgr24)
        for index in image.bytes.indices { image.bytes[index] = .random(in: 0...255, using: &random) }
        return image
    }

    private let chw = InputEncoding.nchw

    @Test func theEmbeddedPersonNetworkTakesTheSizeItIsGiven() throws {
        let network = try Project.openVINO().load(.embeddedPersonNetwork, inputShape: [1, 3, 64, 96])
        let session = try network.makeSession()
        #expect(session.inputShape == [1, 3, 64, 96])
        let outputs = try session.run(Self.picture(96, 64), encoding: chw)
        #expect(outputs.map(\.shape) == [[1, 8 * 12 + 4 * 6 + 2 * 3, 5]])
        #expect(outputs[0].values.allSatisfy { $0.isFinite })
    }

    // YOLOX-Nano is reference material that only developers have.
    @Test(.enabled(if: Project.hasShared)) func aYOLOXFileLoads() throws {
        let file = NetworkSource.file(Project.shared.appendingPathComponent("models/yolox_nano.onnx").path)
        let session = try Project.openVINO().load(file, inputShape: nil).makeSession()
        #expect(session.inputShape == [1, 3, 416, 416])
        #expect(try session.run(Self.picture(416, 416), encoding: chw).map(\.shape) == [[1, 3549, 85]])
    }

    @Test func twoSessionsGiveTheSamePictureTheSameBits() throws {
        let network = try Project.openVINO().load(.embeddedPersonNetwork, inputShape: [1, 3, 64, 96])
        let (one, other) = (try network.makeSession(), try network.makeSession())
        let picture = Self.picture(96, 64)
        let outputs = try one.run(picture, encoding: chw)
        _ = try other.run(PixelBuffer(size: picture.size, format: .bgr24), encoding: chw)
        #expect(try other.run(picture, encoding: chw) == outputs)
        #expect(try one.run(picture, encoding: chw) == outputs, "nothing is left over from a run")
    }

    /// Five hundred clips in one call compiled the same networks five hundred times.
    @Test func aNetworkIsThereOnceForAllWhoLoadItUntilItsFileIsReplaced() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("person.onnx")
        let bytes = Data(NetworkSource.embeddedPersonNetworkBytes)
        try bytes.write(to: URL(fileURLWithPath: path))
        let engine = try Project.openVINO()
        func load(_ shape: [Int]) throws -> AnyObject {
            try engine.load(.file(path), inputShape: shape, concurrency: 2) as AnyObject
        }
        let first = try load([1, 3, 64, 96])
        #expect(try load([1, 3, 32, 32]) !== first)
        #expect(try load([1, 3, 64, 96]) === first)
        try FileManager.default.removeItem(atPath: path)
        try bytes.write(to: URL(fileURLWithPath: path))
        #expect(try load([1, 3, 64, 96]) !== first)
    }

    /// Also those of other threads, and those that another shape was compiled between.
    @Test func inferencesThatMeetGiveTheSameBits() throws {
        let engine = try Project.openVINO()
        let network = try engine.load(.embeddedPersonNetwork, inputShape: [1, 3, 64, 96], concurrency: 2)
        let (picture, chw) = (Self.picture(96, 64), chw)
        let expected = try network.makeSession().run(picture, encoding: chw)
        _ = try engine.load(.embeddedPersonNetwork, inputShape: [1, 3, 32, 32])
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
            for _ in 0..<20 { #expect((try? network.makeSession().run(picture, encoding: chw)) == expected) }
        }
    }

    /// What further workers get, and the network may have been given another shape since.
    @Test(arguments: [
        (NetworkSource.embeddedPersonNetwork, [1, 3, 64, 96], InputEncoding.nchw),
        (
            Project.faceNetwork("face_detection_short_range.tflite"), [1, 128, 128, 3],
            .nhwc(offset: 127.5, scale: 1 / 127.5)
        ),
    ])
    func aCopyOfASessionGivesTheSameBits(source: NetworkSource, shape: [Int], encoding: InputEncoding) throws {
        let origin = try Project.openVINO()
            .origin(of: source, inputShape: source == .embeddedPersonNetwork ? shape : nil)
        let (session, copy) = (try origin.makeSession(), try origin.makeSession())
        #expect(session.image == nil && copy.image != nil && copy.inputShape == shape)
        let picture = encoding == .nchw ? Self.picture(96, 64) : Self.picture(128, 128)
        #expect(try copy.run(picture, encoding: encoding) == session.run(picture, encoding: encoding))
    }

    @Test func theEncodingIsAppliedToEachByte() throws {
        let network = try Project.openVINO().load(
            Project.faceNetwork("face_detection_short_range.tflite"), inputShape: nil)
        let session = try network.makeSession()
        let size = PixelSize(width: 128, height: 128)
        let (dark, light) = (
            PixelBuffer(size: size, format: .rgb24, filledWith: 30),
            PixelBuffer(size: size, format: .rgb24, filledWith: 80)
        )
        let encoded = try session.run(dark, encoding: .nhwc(offset: 10, scale: 0.25))
        #expect(try session.run(light, encoding: .nhwc(offset: 0, scale: 0.0625)) == encoded)
        #expect(try session.run(dark, encoding: .nhwc(scale: 0.25)) != encoded)
    }

    /// A network that gives its input back, of a size that no vector of a processor divides.
    @Test func aNetworkOfPlanesGetsEachChannelsBytesInTheirOrder() throws {
        let (width, height) = (37, 5)
        let folder = try TemporaryFolder()
        let path = folder.path("same.xml")
        try Self.networkThatGivesItsInput(width, height).write(toFile: path, atomically: true, encoding: .utf8)
        try Data().write(to: URL(fileURLWithPath: folder.path("same.bin")))
        let session = try Project.openVINO().load(.file(path), inputShape: nil).makeSession()
        let picture = Self.picture(width, height)
        let planes = (0..<3).flatMap { channel in
            stride(from: channel, to: picture.bytes.count, by: 3).map { Float(picture.bytes[$0]) }
        }
        #expect(try session.run(picture, encoding: chw) == [Tensor(shape: [1, 3, height, width], values: planes)])
    }

    private static func networkThatGivesItsInput(_ width: Int, _ height: Int) -> String {
        let port = "<dim>1</dim><dim>3</dim><dim>\(height)</dim><dim>\(width)</dim></port>"
        return """
            <?xml version="1.0"?><net name="same" version="11"><layers>
            <layer id="0" name="in" type="Parameter" version="opset1">
            <data shape="1,3,\(height),\(width)" element_type="f32"/>
            <output><port id="0" precision="FP32">\(port)</output></layer>
            <layer id="1" name="same" type="ReLU" version="opset1"><input><port id="0" precision="FP32">\(port)</input>
            <output><port id="1" precision="FP32">\(port)</output></layer>
            <layer id="2" name="out" type="Result" version="opset1"><input><port id="0" precision="FP32">\(port)</input></layer>
            </layers><edges><edge from-layer="0" from-port="0" to-layer="1" to-port="0"/>
            <edge from-layer="1" from-port="1" to-layer="2" to-port="0"/></edges></net>
            """
    }

    @Test func aPictureOfAnotherSizeIsRefused() throws {
        let network = try Project.openVINO().load(.embeddedPersonNetwork, inputShape: [1, 3, 64, 96])
        let session = try network.makeSession()
        #expect(
            throws: InferenceError.wrongShape(
                network: "footpath-person.onnx", reason: "its input is [1, 3, 64, 96], a picture gives [1, 3, 96, 64]")
        ) { try session.run(Self.picture(64, 96), encoding: chw) }
        #expect(throws: InferenceError.self, "the other layout") {
            try session.run(Self.picture(96, 64), encoding: .nhwc(scale: 1))
        }
    }

    @Test(arguments: [nil, "", "not a network\n"])
    func aFileThatIsNoNetworkIsUnreadable(content: String?) throws {
        let folder = try TemporaryFolder()
        let path = folder.path("some.onnx")
        try content?.write(toFile: path, atomically: true, encoding: .utf8)
        let engine = try Project.openVINO()
        let error = try #require(throws: InferenceError.self) {
            _ = try engine.load(.file(path), inputShape: nil)
        }
        guard case .unreadable(path, let reason) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(!reason.isEmpty)
    }

    @Test func aShapeThatANetworkCannotTakeIsAWrongShape() throws {
        let engine = try Project.openVINO()
        let error = #expect(throws: InferenceError.self) {
            _ = try engine.load(.embeddedPersonNetwork, inputShape: [1, 4, 64, 96])
        }
        guard case .wrongShape = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func aLibraryThatIsMissingOrAnotherIsNotTheRuntime() throws {
        for path in ["/nowhere/libopenvino_c.so", "libc.so.6"] {
            let error = #expect(throws: InferenceError.self) { _ = try OpenVINOEngine(library: path) }
            guard case .runtimeUnavailable(path, let reason) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(reason.contains(path == "libc.so.6" ? "ov_core_create is missing" : "No such file"))
        }
    }
}
