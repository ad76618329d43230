import Synchronization

/// Tells what goes wrong with an output once, not once a try. Any thread may use it.
final class OutputReporter: Sendable {
    /// What can go wrong beside other things.
    enum Matter: CaseIterable {
        case write, reopen, sync, rotate, archive
    }

    private let report: @Sendable (OutputEvent) -> Void
    private let troubles = Mutex<[Matter: RecordingError]>([:])

    init(_ report: @escaping @Sendable (OutputEvent) -> Void) {
        self.report = report
    }

    func tell(_ event: OutputEvent) { report(event) }

    /// Tells an error, unless the matter's last try failed with the same one.
    func failed(_ matter: Matter, _ error: RecordingError) {
        let isNew = troubles.withLock { $0.updateValue(error, forKey: matter) } != error
        if isNew { report(.failed(error)) }
    }

    func works(_ matter: Matter) { troubles.withLock { $0[matter] = nil } }

    func isFailing(_ matter: Matter) -> Bool { troubles.withLock { $0[matter] != nil } }

    /// What fails now, the worst first.
    var trouble: String? {
        troubles.withLock { troubles in Matter.allCases.compactMap { troubles[$0] }.first?.description }
    }
}
