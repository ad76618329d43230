import Decoding
import Foundation
import PathModel
import TestSupport
import Testing

@testable import Fetching

/// A file of 250,000 bytes from a real HTTP server.
@Suite final class NetworkFetchTests {
    private let served: TemporaryFolder
    private let folder: TemporaryFolder
    private let network: CataloguedNetwork
    private let server: Command
    private let port: Int

    init() throws {
        served = try TemporaryFolder()
        folder = try TemporaryFolder()
        var random = ScriptedRandom(seed: 12)
        let bytes = (0..<250_000).map { _ in UInt8.random(in: 0...255, using: &random) }
        try Data(bytes).write(to: URL(fileURLWithPath: served.path("net.onnx")))
        let digest = try #require(try PartialFile.digest(of: served.path("net.onnx")))
        network = CataloguedNetwork(
            name: "net", file: "net.onnx", origin: "", bytes: 250_000, sha256: digest, licence: "none",
            inputSize: PixelSize(width: 32, height: 32), averagePrecision: 0, gigaflops: 0)
        let server = try Command(
            Project.root.appendingPathComponent("Tests/Servers/file-server").path, [served.url.path])
        self.server = server
        let end = Date(timeIntervalSinceNow: 60)
        while !server.output.contains("\n"), Date() < end { usleep(20_000) }
        port = try #require(server.output.split(separator: "\n").first.flatMap { Int($0) })
    }

    deinit { server.signal(SIGKILL) }

    private func fetch(
        _ manner: String, into folder: String? = nil, interrupt: InterruptFlag = InterruptFlag(),
        progress: (Int64) -> Void = { _ in }
    ) throws -> NetworkFetch.Outcome {
        let origin = manner.hasPrefix("/") ? manner : "http://127.0.0.1:\(port)/\(manner)"
        return try NetworkFetch(
            network, into: folder ?? self.folder.path("data/footpath"), from: origin, agent: "test",
            interrupt: interrupt
        ).run(progress: progress)
    }

    private func failure(_ manner: String) -> String {
        do {
            return "\(try fetch(manner))"
        } catch {
            return "\(error)"
        }
    }

    /// The first bytes that were asked for.
    private var requests: [Int] { server.output.split(separator: "\n").dropFirst().compactMap { Int($0) } }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path("data/footpath")).sorted()
    }

    private func content(_ name: String) -> Data? {
        FileManager.default.contents(atPath: folder.path("data/footpath/\(name)"))
    }

    private func write(_ data: Data, _ name: String) throws {
        let path = folder.path("data/footpath/\(name)")
        try FileManager.default.createDirectory(
            atPath: folder.path("data/footpath"), withIntermediateDirectories: true)
        try data.write(to: URL(fileURLWithPath: path))
    }

    private var whole: Data? { FileManager.default.contents(atPath: served.path("net.onnx")) }

    @Test(arguments: ["plain", "moved", "cut", "once", "whole"])
    func itComesWhole(manner: String) throws {
        var seen: [Int64] = []
        #expect(try fetch(manner) { seen.append($0) } == .fetched)
        #expect(try names() == ["net.onnx"])
        #expect(content("net.onnx") == whole)
        #expect(seen.first == 0 && seen.last == 250_000)
        let wanted = ["cut": [0, 100_000, 200_000], "once": [0, 100_000], "whole": [0, 0, 0]][manner] ?? [0]
        #expect(requests == wanted, "it goes on where the connection broke off")
        #expect(try fetch("plain") == .wasThere && requests == wanted)
    }

    @Test func aFolderServesAsWell() throws {
        #expect(try fetch(served.url.path) == .fetched)
        #expect(content("net.onnx") == whole)
    }

    @Test func whatACallBeforeLeftIsGoneOnWith() throws {
        try write(try #require(whole).prefix(70_000), "net.onnx.part")
        #expect(try fetch("plain") == .fetched)
        #expect(requests == [70_000])
        #expect(content("net.onnx") == whole)
        #expect(try names() == ["net.onnx"])
    }

    @Test func whatIsTheBeginningOfAnotherFileIsNot() throws {
        try write(Data(repeating: 7, count: 70_000), "net.onnx.part")
        #expect(try fetch("plain") == .fetched)
        #expect(requests == [70_000, 0])
        #expect(content("net.onnx") == whole)
    }

    @Test func aFileThatIsNotTheOneOfItsNameIsReplaced() throws {
        try write(Data("an older one".utf8), "net.onnx")
        #expect(try fetch("plain") == .fetched)
        #expect(content("net.onnx") == whole)
    }

    @Test func anotherFileNeverGetsTheName() throws {
        #expect(failure("wrong").contains("not \(network.sha256)"))
        #expect(try names() == [])
    }

    @Test func anotherSizeIsToldAtOnce() throws {
        #expect(failure("longer").contains("has 250001 bytes, not 250000"))
        #expect(try names() == [])
    }

    @Test func aDeadConnectionIsGivenUpAndWhatCameIsKept() throws {
        let text = failure("dead")
        #expect(text.contains("100000 of 250000 bytes are there; footpath models get net goes on from there"))
        #expect(content("net.onnx.part") == whole?.prefix(100_000))
    }

    @Test func aFileThatIsNotThereLeavesNothing() throws {
        try FileManager.default.removeItem(atPath: served.path("net.onnx"))
        #expect(failure("plain").contains("404"))
        #expect(try names() == [])
    }

    @Test(arguments: [
        ("http://127.0.0.1:1", "Connection refused"), ("http://nowhere.invalid", "is there a network?"),
    ]) func withoutANetworkItSaysSo(origin: String, reason: String) throws {
        let fetch = NetworkFetch(
            network, into: folder.path("data/footpath"), from: origin, agent: "test", interrupt: InterruptFlag())
        do {
            _ = try fetch.run { _ in }
            Issue.record("there is nothing")
        } catch {
            #expect("\(error)".contains(reason) && "\(error)".contains("--from"))
        }
        #expect(try names() == [])
    }

    @Test func anInterruptedCallKeepsWhatCame() throws {
        let interrupt = InterruptFlag()
        #expect(throws: FetchError.self) {
            try fetch("plain", interrupt: interrupt) { if $0 > 0 { interrupt.raise() } }
        }
        let part = try #require(content("net.onnx.part"))
        #expect(!part.isEmpty && part == whole?.prefix(part.count))
    }

    @Test func twoAtOnceDoNotMix() throws {
        let first = try PartialFile(of: folder.path("net.onnx"), wanted: 10)
        try first.append([1])
        #expect(throws: FetchError.self) { try PartialFile(of: folder.path("net.onnx"), wanted: 10) }
    }

    private static func mount(_ folder: TemporaryFolder) -> Bool {
        (try? run("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder.url.path]))?.status == 0
    }

    private static let canMount: Bool = {
        guard let folder = try? TemporaryFolder(), mount(folder) else { return false }
        return (try? run("umount", [folder.url.path]))?.status == 0
    }()

    @Test(.enabled(if: canMount, "needs to mount a small disk"))
    func aFullDiskIsToldBeforeAnythingCame() throws {
        let disk = try TemporaryFolder()
        #expect(Self.mount(disk))
        defer { _ = try? run("umount", [disk.url.path]) }
        do {
            _ = try fetch("plain", into: disk.url.path)
            Issue.record("there is no room")
        } catch {
            #expect("\(error)".contains("no space left, 250000 bytes more are needed"))
        }
        #expect(requests == [])
        #expect(try FileManager.default.contentsOfDirectory(atPath: disk.url.path).isEmpty)
    }
}

@Suite struct NetworkFolderTests {
    @Test func itIsWhereTheSystemKeepsData() {
        func path(_ environment: [String: String], isRoot: Bool = false) -> String {
            NetworkFolder(environment: environment, isRoot: isRoot).path
        }
        #expect(path(["XDG_DATA_HOME": "/data", "HOME": "/home/a"]) == "/data/footpath")
        #expect(path(["XDG_DATA_HOME": "data", "HOME": "/home/a"]) == "/home/a/.local/share/footpath")
        #expect(path(["HOME": "/root"], isRoot: true) == "/var/lib/footpath")
        // A service without a home.
        #expect(path(["HOME": "/"]) == "/var/lib/footpath")
    }

    @Test func everyNetworkIsPinned() {
        #expect(Set(CataloguedNetwork.all.map(\.name)).count == CataloguedNetwork.all.count)
        for network in CataloguedNetwork.all {
            #expect(network.sha256.wholeMatch(of: /[0-9a-f]{64}/) != nil && network.bytes > 1_000_000)
            #expect(network.origin.hasPrefix("https://"))
        }
    }
}
