import Synchronization

/// Raised once, from any thread, to make blocking FFmpeg calls return.
public final class InterruptFlag: Sendable {
    private let raised = Atomic<Bool>(false)

    private let parent: InterruptFlag?

    /// A flag that is not raised, or one that counts as raised as soon as `parent` is.
    public init(following parent: InterruptFlag? = nil) {
        self.parent = parent
    }

    /// Whether it was raised.
    public var isRaised: Bool { raised.load(ordering: .acquiring) || parent?.isRaised == true }

    /// Raises the flag; it can't be lowered.
    public func raise() { raised.store(true, ordering: .releasing) }
}
