import Dispatch
import Synchronization

/// Room for one element on its way from one thread to another.
public final class Slot<Element: Sendable>: Sendable {
    private struct State {
        var element: Element?
        var isClosed = false
        /// How many wait for room.
        var waiting = 0
    }

    private enum Outcome {
        case put, refused, full
    }

    private let state = Mutex(State())
    /// Raised once for an element, and once at the end, which whoever finds it passes on.
    private let filled = DispatchSemaphore(value: 0)
    private let emptied = DispatchSemaphore(value: 0)

    /// An empty slot.
    public init() {}

    /// Puts an element; waits while another is there. Dropped once the slot is closed.
    public func put(_ element: Element) {
        while true {
            let outcome = state.withLock { state in
                if state.isClosed { return Outcome.refused }
                guard state.element == nil else {
                    state.waiting += 1
                    return .full
                }
                state.element = element
                return .put
            }
            if outcome == .put { filled.signal() }
            guard outcome == .full else { return }
            emptied.wait()
        }
    }

    /// Puts an element; one that is there gives way to it. Dropped once the slot is closed.
    ///
    /// - Parameter merging: what becomes of the new one where an old one gives way.
    public func replace(with element: Element, merging: @Sendable (_ old: Element, _ new: Element) -> Element) {
        let isFirst = state.withLock { state in
            guard !state.isClosed else { return false }
            defer { state.element = state.element.map { merging($0, element) } ?? element }
            return state.element == nil
        }
        if isFirst { filled.signal() }
    }

    /// Takes the element; waits while there is none. Nil once the slot is closed and empty.
    public func take() -> Element? {
        filled.wait()
        let (element, waiting) = state.withLock { state in
            defer { (state.element, state.waiting) = (nil, 0) }
            return (state.element, state.waiting)
        }
        for _ in 0..<waiting { emptied.signal() }
        // Without an element it was the end that raised it.
        if element == nil { filled.signal() }
        return element
    }

    /// Takes no further element.
    ///
    /// - Parameter keepingElement: whether the one that is there can still be taken.
    public func close(keepingElement: Bool = true) {
        let (wasOpen, waiting) = state.withLock { state in
            defer { (state.isClosed, state.waiting) = (true, 0) }
            if !keepingElement { state.element = nil }
            return (!state.isClosed, state.waiting)
        }
        for _ in 0..<waiting { emptied.signal() }
        if wasOpen { filled.signal() }
    }
}
