/// When somebody is on the other side of a line or of a zone's side.
struct SettlingRule {
    /// How far they must be away from it, in frame heights.
    let band: Double
    /// For how long they must have been there, in microseconds.
    let settle: Int64

    func isSettled(microseconds: Int64, depth: Double) -> Bool {
        microseconds >= settle && depth >= band
    }
}
