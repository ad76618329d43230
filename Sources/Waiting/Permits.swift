import Dispatch

/// Leave to do something once for each time it was given, by one thread to another, which waits for it.
public final class Permits: Sendable {
    private let given = DispatchSemaphore(value: 0)

    /// - Parameter count: how many can be taken at once.
    public init(_ count: Int) {
        for _ in 0..<count { given.signal() }
    }

    /// Gives one more.
    public func give() { given.signal() }

    /// Takes one; waits while there is none.
    public func take() { given.wait() }
}
