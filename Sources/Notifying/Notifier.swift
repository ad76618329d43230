import Decoding
import Dispatch
import Foundation
import Synchronization

/// Sends what an outbox keeps, one message at a time, on a thread of its own. What isn't taken is tried again with growing
/// pauses for an hour.
public final class Notifier: Sendable {
    /// When messages are tried again, in seconds.
    struct Schedule: Sendable {
        /// The first pause; each is twice the one before.
        var first = 1.0
        var longest = 300.0
        /// From a message's beginning to its end.
        var patience = 3600.0

        /// After so many attempts.
        func pause(after attempts: Int) -> Double { min(longest, first * pow(2, Double(min(attempts, 30) - 1))) }
    }

    /// Weights of messages for the log.
    public enum Weight: Sendable {
        case info, warning, error
    }

    /// Seconds after which the outbox is looked at anyway, and after which one that failed is tried.
    private static let (longestSleep, outboxPause) = (30.0, 5.0)
    private let receiver: Receiver
    private let outbox: any Outbox
    private let schedule: Schedule
    private let log: @Sendable (Weight, String) -> Void
    private let interrupt = InterruptFlag()
    private let called = DispatchSemaphore(value: 0)
    private let group = DispatchGroup()
    /// Sent, but the outbox could not be told: it must not be sent again. As a whole, since outboxes may use numbers again.
    private let unmarked = Mutex<Set<OutgoingMessage>>([])
    private let counts = Mutex((delivered: 0, failed: 0, abandoned: 0))

    /// Begins to send.
    ///
    /// - Parameter log: takes what goes wrong.
    public convenience init(
        _ receiver: Receiver, outbox: any Outbox, log: @escaping @Sendable (Weight, String) -> Void
    ) {
        self.init(receiver, outbox: outbox, schedule: Schedule(), log: log)
    }

    init(
        _ receiver: Receiver, outbox: any Outbox, schedule: Schedule,
        log: @escaping @Sendable (Weight, String) -> Void
    ) {
        (self.receiver, self.outbox, self.schedule, self.log) = (receiver, outbox, schedule, log)
        DispatchQueue(label: "footpath.notify").async(group: group) { [self] in
            while !interrupt.isRaised { work() }
        }
    }

    /// How many messages were taken, how many attempts failed, and how many messages were given up, since the start.
    public var tally: (delivered: Int, failed: Int, abandoned: Int) { counts.withLock { $0 } }

    /// To be called when there is a new message.
    public func wake() { called.signal() }

    /// Ends; a message that is on its way then may still arrive, and may be sent again after a restart.
    public func stop(within seconds: Double) {
        interrupt.raise()
        called.signal()
        _ = group.wait(timeout: .now() + seconds)
    }

    private func work() {
        do {
            guard let (message, due) = try outbox.nextMessage() else { return sleep(Self.longestSleep) }
            let wait = due.timeIntervalSinceNow
            // A clock that was set back mustn't hold messages up.
            if wait > 0 && wait <= schedule.longest { return sleep(wait) }
            if unmarked.withLock({ !$0.contains(message) }) {
                guard try hasSent(message) else { return }
                unmarked.withLock { _ = $0.insert(message) }
                counts.withLock { $0.delivered += 1 }
            }
            try outbox.delivered(message.id)
            unmarked.withLock { _ = $0.remove(message) }
        } catch {
            log(.error, "messages wait: \(error)")
            sleep(Self.outboxPause)
        }
    }

    private func hasSent(_ message: OutgoingMessage) throws -> Bool {
        do throws(Receiver.Failure) {
            try receiver.send(message, interrupt: interrupt)
            return true
        } catch {
            if interrupt.isRaised { return false }
            let attempts = message.attempts + 1
            counts.withLock { $0.failed += 1 }
            if Date.now.timeIntervalSince(message.created) >= schedule.patience {
                log(.error, "a message is given up after \(attempts) attempts: \(error); it was \(message.text)")
                counts.withLock { $0.abandoned += 1 }
                try outbox.abandon(message.id)
            } else {
                let pause = schedule.pause(after: attempts)
                log(.warning, "a message isn't taken and is tried again in \(Int(pause.rounded(.up))) s: \(error)")
                try outbox.postpone(message.id, attempts: attempts, until: .now + pause)
            }
            return false
        }
    }

    private func sleep(_ seconds: Double) {
        _ = called.wait(timeout: .now() + min(seconds, Self.longestSleep))
    }
}
