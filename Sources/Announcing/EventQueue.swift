/// Messages that wait to be sent, of which the oldest are lost where there are too many.
struct EventQueue {
    struct Event {
        let topic: String
        let text: String
    }

    /// Bytes that wait at most.
    static let capacity = 1_000_000
    /// How many may be on their way.
    private static let window = 20

    private var waiting: [Event] = []
    private var underway: [(id: Int32, event: Event)] = []
    private(set) var bytes = 0
    private(set) var arrived = 0
    private(set) var lost = 0

    var isEmpty: Bool { waiting.isEmpty && underway.isEmpty }

    mutating func add(_ event: Event) {
        waiting.append(event)
        bytes += event.text.utf8.count
        while bytes > Self.capacity, !waiting.isEmpty {
            bytes -= waiting.removeFirst().text.utf8.count
            lost += 1
        }
    }

    /// The next to send, to be told of by `send`; nil where none waits, or enough are on their way.
    var next: Event? { underway.count < Self.window ? waiting.first : nil }

    /// The next one is on its way.
    mutating func send(as id: Int32) {
        guard !waiting.isEmpty else { return }
        underway.append((id, waiting.removeFirst()))
    }

    /// The next one can't be sent.
    mutating func drop() {
        guard !waiting.isEmpty else { return }
        bytes -= waiting.removeFirst().text.utf8.count
        lost += 1
    }

    mutating func acknowledge(_ id: Int32) {
        guard let index = underway.firstIndex(where: { $0.id == id }) else { return }
        bytes -= underway.remove(at: index).event.text.utf8.count
        arrived += 1
    }

    /// What was on its way may not have arrived: it is sent again.
    mutating func disconnect() {
        waiting.insert(contentsOf: underway.map(\.event), at: 0)
        underway = []
    }

    /// It ends: what hasn't arrived is lost.
    mutating func end() {
        disconnect()
        lost += waiting.count
        (waiting, bytes) = ([], 0)
    }
}
