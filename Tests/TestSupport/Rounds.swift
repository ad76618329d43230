/// Whether something is so in one of five rounds: for what a machine spoils that is busy with other things, though not five times
/// running.
public func isSo(_ round: () throws -> Bool) rethrows -> Bool {
    for _ in 0..<5 where try round() { return true }
    return false
}

/// Whether something takes less than some time in one of five rounds.
///
/// - Parameter round: does it, and says how many seconds it took.
public func isDone(within seconds: Double, _ round: () throws -> Double) rethrows -> Bool {
    try isSo { try round() < seconds }
}
