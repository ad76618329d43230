import Foundation
import Inference
import PathModel
import TestSupport
import Testing

@Suite struct OpenVINOTests {
    /// A picture whose bytes all differ from their neighbours'.
    private static func picture(_ width: Int, _ height: Int) -> PixelBuffer {
        var random = ScriptedRandom(seed: 2)
        var image = PixelBuffer(size: PixelSize(width: width, height: height), format: .bgr24)
        for index in image.bytes.indices { image.bytes[index] = .random(in: 0...255, using: &random) }
        return image
    }

    private let chw = InputEncoding(layout: .nchw)

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

    @Test func theEncodingIsAppliedToEachByte() throws {
        let network = try Project.openVINO().load(.embeddedPersonNetwork, inputShape: [1, 3, 32, 32])
        let session = try network.makeSession()
        let size = PixelSize(width: 32, height: 32)
        let encoded = try session.run(
            PixelBuffer(size: size, format: .bgr24, filledWith: 30),
            encoding: InputEncoding(layout: .nchw, offset: 10, scale: 4))
        #expect(try session.run(PixelBuffer(size: size, format: .bgr24, filledWith: 80), encoding: chw) == encoded)
        #expect(try session.run(PixelBuffer(size: size, format: .bgr24, filledWith: 30), encoding: chw) != encoded)
    }

    @Test func aPictureOfAnotherSizeIsRefused() throws {
        let network = try Project.openVINO().load(.embeddedPersonNetwork, inputShape: [1, 3, 64, 96])
        let session = try network.makeSession()
        #expect(
            throws: InferenceError.wrongShape(
                network: "footpath-person.onnx", reason: "its input is [1, 3, 64, 96], a picture gives [1, 3, 96, 64]")
        ) { try session.run(Self.picture(64, 96), encoding: chw) }
        #expect(throws: InferenceError.self, "the other layout") {
            try session.run(Self.picture(96, 64), encoding: InputEncoding(layout: .nhwc))
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
