import Dispatch
import Synchronization

/// Messages on their way to a thread, first in, first out; of any number. Any thread may post, and any may take.
public final class Mailbox<Message: Sendable>: Sendable {
    private struct State {
        /// Taken messages are nil at once, since pictures are large, and leave the array in batches.
        var messages: [Message?] = []
        var head = 0
        var isClosed = false

        mutating func takeFirst() -> Message? {
            guard head < messages.count else { return nil }
            let message = messages[head]
            messages[head] = nil
            head += 1
            if head == messages.count || head >= 64 {
                messages.removeFirst(head)
                head = 0
            }
            return message
        }
    }

    private let state = Mutex(State())
    /// Raised once for each message, and once at the end, which each who finds it passes on.
    private let arrived = DispatchSemaphore(value: 0)

    /// An empty mailbox.
    public init() {}

    /// How many messages wait.
    public var count: Int { state.withLock { $0.messages.count - $0.head } }

    /// Appends a message.
    ///
    /// - Returns: false where the mailbox is closed: the message is dropped.
    @discardableResult
    public func post(_ message: Message) -> Bool {
        insert { $0.messages.append(message) }
    }

    /// Puts a message before the others; false where the mailbox is closed.
    @discardableResult
    public func postFirst(_ message: Message) -> Bool {
        insert { state in
            if state.head > 0 {
                state.head -= 1
                state.messages[state.head] = message
            } else {
                state.messages.insert(message, at: 0)
            }
        }
    }

    private func insert(_ change: (inout State) -> Void) -> Bool {
        let isOpen = state.withLock { state in
            if !state.isClosed { change(&state) }
            return !state.isClosed
        }
        if isOpen { arrived.signal() }
        return isOpen
    }

    /// The first message; waits while there is none. Nil once the mailbox is closed and empty.
    public func take() -> Message? { take(until: .distantFuture) }

    /// The first message; waits for one until `deadline` at most. Nil also once the mailbox is closed and empty.
    public func take(until deadline: DispatchTime) -> Message? {
        while arrived.wait(timeout: deadline) == .success {
            let (message, isClosed) = state.withLock { ($0.takeFirst(), $0.isClosed) }
            if let message { return message }
            if isClosed {
                arrived.signal()
                return nil
            }
        }
        return nil
    }

    /// Lets every waiting call return; what waits can still be taken.
    public func close() {
        let wasOpen = state.withLock { state in
            defer { state.isClosed = true }
            return !state.isClosed
        }
        if wasOpen { arrived.signal() }
    }

    /// Throws away what waits.
    public func clear() {
        state.withLock { state in
            state.messages.removeAll()
            state.head = 0
        }
    }
}
