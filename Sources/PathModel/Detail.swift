/// How much of what is seen leaves the program.
public enum Detail: String, CaseIterable, Hashable, Sendable {
    /// Everything.
    case points
    /// Paths without their points.
    case paths
    /// Nothing about a single person.
    case counts

    /// Whether an event is among it.
    public func keeps(_ event: PathRecord.Event) -> Bool {
        switch event {
        case .path: self == .points
        case .pathStart, .pathEnd, .zone, .line: self != .counts
        case .sessionStart, .streamStart, .region, .crowd, .counts, .gap, .stats, .streamEnd, .sessionEnd: true
        }
    }
}
