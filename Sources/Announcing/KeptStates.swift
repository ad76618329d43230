/// What the broker is to keep, and what of it the broker has been sent. Values by topics.
struct KeptStates {
    private var wanted: [String: String] = [:]
    private var sent: [String: String] = [:]
    /// What is to be sent, in the order of topics.
    private var changed: Set<String> = []

    /// Whether everything is sent.
    var isSettled: Bool { changed.isEmpty }

    /// What is to be kept from now on: what isn't among it any more is withdrawn.
    mutating func want(_ states: [String: String]) {
        wanted = states
        changed = Set(states.filter { sent[$0.key] != $0.value }.keys)
        changed.formUnion(sent.keys.filter { states[$0] == nil })
    }

    /// A new connection: everything is sent again.
    mutating func forget() {
        sent = [:]
        changed = Set(wanted.keys)
    }

    /// Somebody else may have written over it: everything is sent again.
    mutating func renew() { changed.formUnion(wanted.keys) }

    /// The broker keeps something of this topic, of whoever was connected before.
    mutating func find(_ topic: String) {
        guard wanted[topic] == nil, sent[topic] == nil else { return }
        sent[topic] = ""
        changed.insert(topic)
    }

    /// The next to send: an empty value withdraws.
    mutating func next() -> (topic: String, value: String)? {
        guard let topic = changed.min() else { return nil }
        changed.remove(topic)
        sent[topic] = wanted[topic]
        return (topic, wanted[topic] ?? "")
    }
}
