import Foundation

/// A message that waits to be sent.
public struct OutgoingMessage: Hashable, Sendable {
    public var id: Int64
    /// The ARN of SNS's topic; nil where there is none.
    public var topic: String?
    /// JSON.
    public var text: String
    /// When it came to be.
    public var created: Date
    /// How often it was tried in vain.
    public var attempts: Int

    /// A message.
    public init(id: Int64, topic: String?, text: String, created: Date, attempts: Int) {
        (self.id, self.topic, self.text, self.created, self.attempts) = (id, topic, text, created, attempts)
    }
}

/// Keeps messages over restarts, from the moment at which there is something to tell. Called from one thread of the
/// notifier's.
public protocol Outbox: Sendable {
    /// The message that is due first, and when; nil where none waits.
    func nextMessage() throws -> (message: OutgoingMessage, due: Date)?
    /// It reached its receiver and is forgotten.
    func delivered(_ id: Int64) throws
    /// It did not, and is due again at a later time.
    func postpone(_ id: Int64, attempts: Int, until due: Date) throws
    /// It never will, and is forgotten.
    func abandon(_ id: Int64) throws
}
