import Decoding

/// One machine's share of a configuration's cameras, where several machines follow them.
///
/// Each camera belongs to the machine that draws the highest of all machines' numbers for it (rendezvous hashing: Thaler and
/// Ravishankar, "Using Name-Based Mappings to Increase Hit Rates", IEEE/ACM Transactions on Networking 6(1), 1998), so that
/// one machine more takes its share of each of the others', and moves no other camera.
public struct Shard: Hashable, Sendable, CustomStringConvertible {
    /// Machines at most: with full ones more cameras than a configuration can name.
    public static let most = 1000

    /// From 1.
    public let number: Int
    /// How many machines there are.
    public let count: Int

    /// Everything, for one machine.
    public static let whole = Shard(uncheckedNumber: 1, count: 1)

    /// The shares of so many machines.
    public static func all(_ count: Int) -> [Shard] { (1...count).map { Shard(uncheckedNumber: $0, count: count) } }

    private init(uncheckedNumber: Int, count: Int) {
        (number, self.count) = (uncheckedNumber, count)
    }

    /// Nil where it is none: `number` must be 1 to `count`, and that at most `most`.
    public init?(number: Int, count: Int) {
        guard (1...Self.most).contains(count), (1...count).contains(number) else { return nil }
        self.init(uncheckedNumber: number, count: count)
    }

    /// - Parameter text: `2/5`.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Self.digits($0) }
        guard parts.count == 2, let number = parts[0], let count = parts[1] else { return nil }
        self.init(number: number, count: count)
    }

    /// As it is written: `2/5`.
    public var description: String { "\(number)/\(count)" }

    /// Whether a camera of this name is in it.
    public func has(_ camera: String) -> Bool { Self.owner(of: camera, among: count) == number }

    /// Which of so many machines has a camera of this name, from 1: the one with the greatest SHA-256 of NAME/NUMBER, of
    /// which the first 64 bits are compared.
    public static func owner(of camera: String, among count: Int) -> Int {
        var best = (drawn: UInt64(0), number: 1)
        for number in 1...max(1, count) {
            let digest = SHA256Digest()
            digest.update(Array("\(camera)/\(number)".utf8))
            let drawn = digest.leadingBits()
            if drawn > best.drawn { best = (drawn, number) }
        }
        return best.number
    }

    fileprivate static func digits(_ text: some StringProtocol) -> Int? {
        let isPlain = !text.isEmpty && text.utf8.count <= 4 && text.utf8.allSatisfy { (48...57).contains($0) }
        return isPlain ? Int(text) : nil
    }
}

extension Shard: Encodable {
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

// MARK: - What the user chose

extension Shard {
    /// The share that an option says, or else the environment: `FOOTPATH_SHARD=2/5`; or, where `FOOTPATH_SHARDS` says how many
    /// there are, `FOOTPATH_SHARD` as the name of a StatefulSet's pod or its ordinal, which count from 0. Nil where neither does.
    ///
    /// - Throws: where what is said is no share.
    public static func chosen(option: String?, environment: [String: String]) throws(SettingsError) -> Shard? {
        if let option {
            if let shard = Shard(option) { return shard }
            throw wrong("--shard \(option)", "give NUMBER/COUNT, such as 2/5; numbers are 1 to COUNT, at most \(most)")
        }
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        switch (value("FOOTPATH_SHARD"), value("FOOTPATH_SHARDS")) {
        case (nil, nil): return nil
        case (let text?, nil):
            if let shard = Shard(text) { return shard }
            throw wrong(
                "FOOTPATH_SHARD=\(text)",
                "give NUMBER/COUNT, such as 2/5, or with FOOTPATH_SHARDS=5 a pod's name or ordinal, such as footpath-1")
        case (nil, let count?):
            throw wrong("FOOTPATH_SHARDS=\(count)", "FOOTPATH_SHARD must say which of them this machine is")
        case (let text?, let count?): return try ordinal(text, of: count)
        }
    }

    private static func ordinal(_ text: String, of countText: String) throws(SettingsError) -> Shard {
        guard let count = digits(countText), (1...most).contains(count) else {
            throw wrong("FOOTPATH_SHARDS=\(countText)", "give how many machines there are, 1 to \(most)")
        }
        if let shard = Shard(text) {
            if shard.count == count { return shard }
            throw wrong("FOOTPATH_SHARD=\(text)", "FOOTPATH_SHARDS says \(count); leave one of them out")
        }
        // StatefulSets name their pods NAME-ORDINAL.
        let tail = text.split(separator: "-", omittingEmptySubsequences: false).last ?? ""
        guard let ordinal = digits(tail) else {
            throw wrong(
                "FOOTPATH_SHARD=\(text)",
                "give a pod's name that ends in its ordinal, such as footpath-1, or NUMBER/COUNT")
        }
        guard let shard = Shard(number: ordinal + 1, count: count) else {
            throw wrong(
                "FOOTPATH_SHARD=\(text)",
                "ordinals of FOOTPATH_SHARDS=\(count) are 0 to \(count - 1); as many replicas as shards are needed")
        }
        return shard
    }

    private static func wrong(_ what: String, _ help: String) -> SettingsError {
        SettingsError(problems: ["\(what): \(help)"])
    }
}
