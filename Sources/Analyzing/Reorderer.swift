/// Restores the order of numbered elements that come in any order.
struct Reorderer<Element> {
    private var waiting: [Int: Element] = [:]
    /// The number of the element that comes out next.
    private(set) var next = 0

    /// Takes element `number`; each number from 0 on must come once. A frame that failed comes as a tombstone.
    mutating func insert(_ element: Element, at number: Int) {
        waiting[number] = element
    }

    /// The next element in order; nil while it is not there.
    mutating func pop() -> Element? {
        guard let element = waiting.removeValue(forKey: next) else { return nil }
        next += 1
        return element
    }
}
