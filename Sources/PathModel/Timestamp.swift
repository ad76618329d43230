/// A point on one stream's clock (a file's PTS), in whole microseconds.
///
/// Zero is wherever the container puts it and values may be negative. Microseconds are FFmpeg's `AV_TIME_BASE`.
public struct Timestamp: Hashable, Comparable, Sendable, Codable {
    /// Microseconds on the stream's clock.
    public var microseconds: Int64

    /// A timestamp of `microseconds` on the stream's clock.
    public init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// Milliseconds, rounded to the nearest (halves away from zero): the unit of records.
    public var milliseconds: Int64 {
        let half: Int64 = microseconds < 0 ? -500 : 500
        return (microseconds + half) / 1000
    }

    /// Seconds from `earlier` to this timestamp.
    public func seconds(since earlier: Timestamp) -> Double {
        Double(microseconds - earlier.microseconds) / 1_000_000
    }

    public static func < (lhs: Timestamp, rhs: Timestamp) -> Bool {
        lhs.microseconds < rhs.microseconds
    }
}
