import Decoding
import PathModel
import Recording

/// Looks at videos and writes the plan of their pieces.
public final class Planner {
    /// What people are told while it goes on.
    public enum Note: Sendable {
        /// A video can't be read.
        case unreadable(DecodingError)
        /// A video is longer than a piece, or may be, and isn't cut.
        case uncut(name: String, reason: String)
    }

    private let looks: VideoLooks
    private let interrupt: InterruptFlag
    private var seen: [NameDigest: Int] = [:]

    /// Videos planned, and videos that can't be read.
    public private(set) var planned = 0, unreadable = 0
    /// How much of a long file was read that is read now, 0...1; nil where none is.
    public var share: Double? { looks.share }

    /// Names are kept as this, since there may be very many.
    private struct NameDigest: Hashable {
        var first, second: Int

        init(_ name: String) {
            var hashers = (Hasher(), Hasher())
            hashers.0.combine(name)
            hashers.1.combine(0)
            hashers.1.combine(name)
            (first, second) = (hashers.0.finalize(), hashers.1.finalize())
        }
    }

    /// - Parameter options: how a file is opened.
    public init(_ lengths: PieceLengths, options: SourceOptions, interrupt: InterruptFlag) {
        looks = VideoLooks(lengths, options: options, interrupt: interrupt)
        self.interrupt = interrupt
    }

    /// Looks at all videos and writes the plan.
    ///
    /// - Parameters:
    ///   - threads: that look at files at the same time.
    ///   - skipsUnreadable: whether to go on without those that can't be read; else nothing is planned.
    ///   - tick: called now and then.
    /// - Returns: the plan.
    /// - Throws: `BatchError`, `RecordingError`; `DecodingError.interrupted`.
    public func plan(
        _ names: inout VideoNames, _ plan: Plan, to sink: DirectSink, threads: Int, skipsUnreadable: Bool,
        note: (Note) -> Void, tick: () -> Void
    ) throws -> Plan {
        let writer = try PlanWriter(plan, to: sink)
        try InOrder.map(
            threads: threads, ahead: 64 * threads,
            next: { [interrupt] in interrupt.isRaised ? nil : try names.next() },
            work: { [looks] name in Result { () throws(DecodingError) in try looks.look(at: name) } }, tick: tick
        ) { look in
            if interrupt.isRaised { throw DecodingError.interrupted }
            switch look {
            case .success(let look):
                if let reason = look.obstacle { note(.uncut(name: look.video.source.redacted, reason: reason)) }
                var video = look.video
                let digest = NameDigest(video.source.redacted)
                video.repetition = seen[digest, default: 0]
                seen[digest, default: 0] += 1
                planned += 1
                if skipsUnreadable || unreadable == 0 { try writer.add(video) }
            case .failure(let error):
                unreadable += 1
                note(.unreadable(error))
            }
            tick()
        }
        if interrupt.isRaised { throw DecodingError.interrupted }
        if unreadable > 0, !skipsUnreadable {
            throw BatchError.failed(
                .input,
                "\(unreadable) of \(unreadable + planned) videos can't be read, so nothing is planned; leave them out by "
                    + "--skip-unreadable")
        }
        if planned == 0 {
            let passed = names.others > 0 ? " (\(names.others) files have no ending of a video)" : ""
            throw BatchError.failed(
                .input,
                "there is no video to plan\(passed): folders' are known by their endings, one by its name or in a list by any"
            )
        }
        return try writer.finish()
    }
}
