import PathModel

/// Records don't belong to a video.
public struct MisfitError: Error, Hashable, CustomStringConvertible {
    /// What doesn't fit, and where.
    public let description: String

    /// What doesn't fit.
    public init(_ description: String) { self.description = description }
}

/// Whether each point of the records has its frame in the video.
struct FrameFit {
    /// As messages name the video.
    let source: String
    /// Points whose frames are still to come, in order of time.
    private var expected: [(milliseconds: Int64, line: Int?)] = []
    private var last: Timestamp?

    init(source: String) { self.source = source }

    /// Notes that a point is at a time.
    mutating func expect(_ time: Timestamp, line: Int?) {
        guard expected.last?.milliseconds != time.milliseconds else { return }
        expected.append((time.milliseconds, line))
    }

    /// - Parameter isWhole: whether all frames of the video so far were decoded.
    /// - Throws: `MisfitError` where a point is at a time between frames.
    mutating func pass(_ time: Timestamp, isWhole: Bool) throws(MisfitError) {
        last = time
        while let first = expected.first, first.milliseconds <= time.milliseconds {
            expected.removeFirst()
            if first.milliseconds < time.milliseconds, isWhole {
                throw misfit(first, "where the video has no frame (the next one is at \(time.milliseconds) ms)")
            }
        }
    }

    /// - Throws: `MisfitError` where points are behind the video's end.
    func end(isWhole: Bool) throws(MisfitError) {
        guard isWhole, let last, let first = expected.first else { return }
        throw misfit(first, "where the video has ended (its last frame is at \(last.milliseconds) ms)")
    }

    private func misfit(_ point: (milliseconds: Int64, line: Int?), _ what: String) -> MisfitError {
        let place = point.line.map { "line \($0): " } ?? ""
        return MisfitError(
            "\(place)the records are of another video than \(source): a point at \(point.milliseconds) ms, \(what)")
    }
}
