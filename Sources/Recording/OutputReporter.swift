import Foundation

/// Tells what goes wrong with an output once, not once a try. Any thread may use it.
final class OutputReporter: @unchecked Sendable {
    /// What can go wrong beside other things.
    enum Matter: CaseIterable {
        case write, reopen, sync, rotate, archive
    }

    private let report: @Sendable (OutputEvent) -> Void
    // `lock` protects the troubles.
    private let lock = NSLock()
    private var troubles: [Matter: RecordingError] = [:]

    init(_ report: @escaping @Sendable (OutputEvent) -> Void) {
        self.report = report
    }

    func tell(_ event: OutputEvent) { report(event) }

    /// Tells an error, unless the matter's last try failed with the same one.
    func failed(_ matter: Matter, _ error: RecordingError) {
        let isNew = lock.withLock {
            defer { troubles[matter] = error }
            return troubles[matter] != error
        }
        if isNew { report(.failed(error)) }
    }

    func works(_ matter: Matter) { lock.withLock { troubles[matter] = nil } }

    func isFailing(_ matter: Matter) -> Bool { lock.withLock { troubles[matter] != nil } }

    /// What fails now, the worst first.
    var trouble: String? {
        lock.withLock { Matter.allCases.lazy.compactMap { self.troubles[$0] }.first?.description }
    }
}
