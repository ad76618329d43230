import Foundation
import PathModel
import TestSupport
import Testing

@testable import Inference

/// What starts leave for later ones.
@Suite struct CompiledNetworksTests {
    private static let file = "face_detection_short_range.tflite"
    private let folder: TemporaryFolder
    private let cache: String
    private let network: String

    init() throws {
        folder = try TemporaryFolder()
        (cache, network) = (folder.path("cache/footpath"), folder.path(Self.file))
        guard case .file(let path) = Project.faceNetwork(Self.file) else { return }
        try FileManager.default.copyItem(atPath: path, toPath: network)
    }

    /// What a program does at its start.
    private func start(_ source: NetworkSource? = nil, _ shape: [Int]? = nil) throws -> OpenVINOSession {
        try Project.openVINO(compiledNetworks: cache).origin(of: source ?? .file(network), inputShape: shape)
            .makeSession()
    }

    private var kept: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: cache)) ?? []).map { cache + "/" + $0 }
    }

    private static func outputs(of session: OpenVINOSession) throws -> [Tensor] {
        let shape = session.inputShape
        guard shape[1] == 3 else {
            let image = PixelBuffer(size: PixelSize(width: shape[2], height: shape[1]), format: .rgb24, filledWith: 90)
            return try session.run(image, encoding: .nhwc(offset: 127.5, scale: 1 / 127.5))
        }
        let image = PixelBuffer(size: PixelSize(width: shape[3], height: shape[2]), format: .bgr24, filledWith: 90)
        return try session.run(image, encoding: .nchw)
    }

    @Test(arguments: [nil, NetworkSource.embeddedPersonNetwork])
    func aLaterStartTakesTheSameBitsFromWhatOneBeforeCompiled(source: NetworkSource?) throws {
        let shape = source.map { _ in [1, 3, 64, 96] }
        let first = try start(source, shape)
        let second = try start(source, shape)
        #expect(first.image == nil && second.image != nil)
        #expect(second.inputShape == first.inputShape)
        #expect(try Self.outputs(of: second) == Self.outputs(of: first))
        #expect(try source == nil || start(source, [1, 3, 32, 32]).image == nil, "another shape is another network")
    }

    @Test func furtherSessionsAreMadeOfWhatWasKept() throws {
        let expected = try Self.outputs(of: start())
        let origin = try Project.openVINO(compiledNetworks: cache).origin(of: .file(network), inputShape: nil)
        for _ in 0..<3 {
            let session = try origin.makeSession()
            #expect(session.image != nil)
            #expect(try Self.outputs(of: session) == expected)
        }
    }

    /// A byte that changed, the first half, nothing, what others may have written.
    @Test(arguments: 0..<4)
    func whatIsDamagedOrNotOnesOwnIsCompiledAnew(damage: Int) throws {
        let expected = try Self.outputs(of: start())
        let path = try #require(kept.first)
        #expect(kept.count == 1)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        switch damage {
        case 0: bytes[bytes.count / 2] ^= 1
        case 1: bytes = bytes.prefix(bytes.count / 2)
        case 2: bytes = Data()
        default: break
        }
        try bytes.write(to: URL(fileURLWithPath: path))
        chmod(path, damage == 3 ? 0o666 : 0o600)
        let session = try start()
        #expect(session.image == nil)
        #expect(try Self.outputs(of: session) == expected)
        #expect(try start().image != nil, "it is whole again")
        #expect(kept == [path])
    }

    @Test func aNetworkThatWasReplacedIsAnotherOne() throws {
        _ = try start()
        try Data("no network".utf8).write(to: URL(fileURLWithPath: network))
        #expect(throws: InferenceError.self) { try start() }
        #expect(kept.count == 1)
    }

    @Test func withoutAFolderNetworksAreCompiled() throws {
        try Data().write(to: URL(fileURLWithPath: folder.path("cache")))
        #expect(try start().image == nil)
        #expect(try start().image == nil)
    }

    @Test func theOldestGo() throws {
        let networks = CompiledNetworks(folder: cache)
        let origin = try Project.openVINO().origin(of: .file(network), inputShape: nil)
        let image = try #require(try origin.makeSession().exported())
        for number in 0...CompiledNetworks.room {
            networks.write(image, for: "\(number)")
            // The first one long ago.
            for path in kept where number == 0 {
                utimes(path, [timeval(tv_sec: 3600, tv_usec: 0), timeval(tv_sec: 3600, tv_usec: 0)])
            }
        }
        #expect(kept.count == CompiledNetworks.room)
        #expect(networks.read("0") == nil && networks.read("1") != nil)
        let last = try #require(networks.read("\(CompiledNetworks.room)"))
        #expect(last.withBytes { Array($0) } == image.withBytes { Array($0) })
    }
}
