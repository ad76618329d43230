import Decoding
import Foundation
import SystemPackage

/// Fetches a network into a folder. Only what has the right size and SHA-256 gets its name there; what was begun is gone on
/// with.
public struct NetworkFetch {
    /// What came of it.
    public enum Outcome: Sendable {
        /// The network was there.
        case wasThere
        /// It is there now.
        case fetched
    }

    /// How often a connection may break without a byte more before it is given up.
    private static let mostFailures = 3
    /// Seconds between a connection that broke and the next.
    private static let pause = 1.0

    private let network: CataloguedNetwork
    private let source: SourceName
    private let target: String
    private let agent: String
    private let interrupt: InterruptFlag

    /// - Parameters:
    ///   - folder: created where it isn't there.
    ///   - origin: a URL or a folder that has the file; nil is where its authors have it.
    ///   - agent: who asks, for HTTP.
    public init(
        _ network: CataloguedNetwork, into folder: String, from origin: String? = nil, agent: String,
        interrupt: InterruptFlag
    ) {
        self.network = network
        let origin = origin ?? network.origin
        source = SourceName(origin + (origin.hasSuffix("/") ? "" : "/") + network.file)
        target = "\(folder)/\(network.file)"
        self.agent = agent
        self.interrupt = interrupt
    }

    /// Where the network is, afterwards.
    public var path: String { target }

    /// Fetches it.
    ///
    /// - Parameter progress: told how many bytes are there.
    public func run(progress: (Int64) -> Void) throws(FetchError) -> Outcome {
        if try PartialFile.digest(of: target) == network.sha256 { return .wasThere }
        let folder = URL(fileURLWithPath: target).deletingLastPathComponent().path
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            let errno = ((error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError)?.code
            throw .failed(path: folder, operation: "create the folder", Errno(rawValue: Int32(errno ?? Int(EIO))))
        }
        let file = try PartialFile(of: target, wanted: network.bytes)
        // Another program may have made it whole until the lock was free.
        if try PartialFile.digest(of: target) == network.sha256 {
            file.discard()
            return .wasThere
        }
        let isBegun = file.bytes > 0
        try fill(file, progress: progress)
        // What a call before left may be the beginning of another file.
        if isBegun, try file.digest() != network.sha256 {
            try file.truncate()
            try fill(file, progress: progress)
        }
        let digest = try file.digest()
        guard digest == network.sha256 else {
            file.discard()
            throw .wrongContent(
                url: source.redacted, reason: "has the SHA-256 \(digest), not \(network.sha256)")
        }
        try file.finish()
        return .fetched
    }

    /// Appends what is missing, over as many connections as it takes.
    private func fill(_ file: PartialFile, progress: (Int64) -> Void) throws(FetchError) {
        let start = file.bytes
        var failures = 0
        progress(start)
        while file.bytes < network.bytes {
            let before = file.bytes
            guard let error = try append(to: file, progress: progress) else { continue }
            if interrupt.isRaised { throw .interrupted(path: file.path) }
            failures = file.bytes > before ? 0 : failures + 1
            if case .unreadable = error, file.bytes == start { throw .unreachable(error) }
            if failures == Self.mostFailures {
                throw .broken(error, name: network.name, bytes: file.bytes, of: network.bytes)
            }
            wait()
        }
    }

    /// Appends what one connection gives.
    ///
    /// - Returns: why that isn't all; nil when it is.
    private func append(to file: PartialFile, progress: (Int64) -> Void) throws(FetchError) -> DecodingError? {
        let remote: RemoteFile
        do {
            remote = try RemoteFile(source, from: file.bytes, agent: agent, interrupt: interrupt)
        } catch {
            return error
        }
        if let size = remote.size, size != network.bytes {
            throw .wrongContent(url: source.redacted, reason: "has \(size) bytes, not \(network.bytes)")
        }
        if remote.start != file.bytes { try file.truncate() }
        while file.bytes < network.bytes {
            let bytes: [UInt8]
            do {
                bytes = try remote.read()
            } catch {
                return error
            }
            if bytes.isEmpty { return .broken(source: source.redacted, reason: "it ended early") }
            guard file.bytes + Int64(bytes.count) <= network.bytes else {
                throw .wrongContent(url: source.redacted, reason: "has more than \(network.bytes) bytes")
            }
            try file.append(bytes)
            progress(file.bytes)
        }
        return nil
    }

    private func wait() {
        let end = ContinuousClock.now + .seconds(Self.pause)
        while ContinuousClock.now < end && !interrupt.isRaised { usleep(20_000) }
    }
}
