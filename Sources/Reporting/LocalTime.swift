import Foundation
import Recording

/// The times of a report: a time zone's, or, of files of which nobody knows when they were taken, since their beginning.
public struct LocalTime: Sendable {
    /// As the user named it.
    public let name: String
    private let zone: TimeZone

    /// - Parameter name: from the IANA's list, such as `Europe/Berlin`; nil where there is no such zone.
    public init?(_ name: String) {
        // Foundation takes abbreviations, too, of which it is a guess what they mean.
        guard name == "UTC" || name.contains("/"), let zone = TimeZone(identifier: name) else { return nil }
        (self.name, self.zone) = (name, zone)
    }

    /// UTC.
    public static let utc = LocalTime(name: "UTC", zone: .gmt)

    private init(name: String, zone: TimeZone) {
        (self.name, self.zone) = (name, zone)
    }

    /// Milliseconds to add to UTC.
    func offset(at time: Int64) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(time) / 1000))) * 1000
    }

    /// What clocks show.
    func local(_ time: Int64, isRelative: Bool) -> Int64 { isRelative ? time : time + offset(at: time) }

    /// When clocks show a time; the first of two where they are set back.
    func time(ofLocal local: Int64, isRelative: Bool) -> Int64 {
        if isRelative { return local }
        let guess = local - offset(at: local)
        return local - offset(at: guess)
    }

    /// `2026-03-01 09:00:05`, or `0:00:05` since the beginning.
    func text(_ time: Int64, isRelative: Bool) -> String {
        let shown = local(time, isRelative: isRelative)
        return isRelative ? Self.elapsed(shown) : "\(Self.date(shown)) \(Self.clock(shown, seconds: true))"
    }

    /// `2026-03-01` of what clocks show.
    static func date(_ local: Int64) -> String { String(UTCTime(milliseconds: local).description.prefix(10)) }

    /// `09:00` of what clocks show.
    static func clock(_ local: Int64, seconds: Bool) -> String {
        let inDay = local - local.floored(by: 86_400_000) * 86_400_000
        let minutes = inDay / 60_000
        return "\(two(minutes / 60)):\(two(minutes % 60))" + (seconds ? ":\(two(inDay / 1000 % 60))" : "")
    }

    /// `1:02:03`.
    static func elapsed(_ milliseconds: Int64) -> String {
        let seconds = milliseconds / 1000
        return "\(seconds / 3600):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    }

    private static func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
