import Synchronization

/// Raised once, from any thread, to make blocking FFmpeg calls return.
public final class InterruptFlag: Sendable {
    private let raised = Atomic<Bool>(false)
    private let actions = Mutex<[@Sendable () -> Void]>([])
    private let parent: InterruptFlag?

    /// A flag that is not raised, or one that counts as raised as soon as `parent` is.
    public init(following parent: InterruptFlag? = nil) {
        self.parent = parent
    }

    /// Whether it was raised.
    public var isRaised: Bool { raised.load(ordering: .acquiring) || parent?.isRaised == true }

    /// Raises the flag; it can't be lowered.
    public func raise() {
        let waiting = actions.withLock { actions in
            raised.store(true, ordering: .releasing)
            defer { actions = [] }
            return actions
        }
        waiting.forEach { $0() }
    }

    /// Does something as soon as it is raised, on the thread that raises it; at once where it is raised already.
    public func whenRaised(_ action: @escaping @Sendable () -> Void) {
        parent?.whenRaised(action)
        let isLate = actions.withLock { actions in
            if !raised.load(ordering: .acquiring) { actions.append(action) }
            return raised.load(ordering: .acquiring)
        }
        if isLate { action() }
    }
}
