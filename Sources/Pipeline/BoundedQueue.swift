import Foundation

/// A first-in, first-out queue between threads, of limited length, that can be closed.
public final class BoundedQueue<Element: Sendable>: @unchecked Sendable {
    // `condition` protects the elements and `isClosed`.
    private let condition = NSCondition()
    private let capacity: Int
    /// Taken elements are nil at once, since pictures are large, and leave the array in batches.
    private var elements: [Element?] = []
    private var head = 0
    private var isClosed = false

    /// - Parameter capacity: how many elements wait at most.
    public init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    /// How many elements wait.
    var count: Int { condition.withLock { elements.count - head } }

    /// Appends an element; waits while the queue is full.
    ///
    /// - Returns: false where the queue is closed: the element is dropped.
    @discardableResult
    public func push(_ element: Element) -> Bool {
        condition.withLock {
            while elements.count - head >= capacity && !isClosed { condition.wait() }
            guard !isClosed else { return false }
            elements.append(element)
            condition.broadcast()
            return true
        }
    }

    /// Puts an element before the others, whatever the capacity; false where the queue is closed.
    @discardableResult
    public func pushFirst(_ element: Element) -> Bool {
        condition.withLock {
            guard !isClosed else { return false }
            if head > 0 {
                head -= 1
                elements[head] = element
            } else {
                elements.insert(element, at: 0)
            }
            condition.broadcast()
            return true
        }
    }

    /// Takes the first element; waits while there is none. Nil once the queue is closed and empty.
    public func pop() -> Element? {
        condition.withLock {
            while head == elements.count && !isClosed { condition.wait() }
            return takeFirst()
        }
    }

    /// Takes the first element; waits for one until `deadline` at most. Nil also once the queue is closed and empty.
    func pop(before deadline: Date) -> Element? {
        condition.withLock {
            while head == elements.count && !isClosed {
                guard condition.wait(until: deadline) else { break }
            }
            return takeFirst()
        }
    }

    /// With the lock held: the first element, if there is one.
    private func takeFirst() -> Element? {
        guard head < elements.count else { return nil }
        defer { condition.broadcast() }
        let element = elements[head]
        elements[head] = nil
        head += 1
        if head == elements.count || head >= 64 {
            elements.removeFirst(head)
            head = 0
        }
        return element
    }

    /// Lets every waiting call return; what is in the queue can still be taken.
    public func close() {
        condition.withLock {
            isClosed = true
            condition.broadcast()
        }
    }

    /// Throws away what is in the queue.
    func clear() {
        condition.withLock {
            elements.removeAll()
            head = 0
            condition.broadcast()
        }
    }
}
