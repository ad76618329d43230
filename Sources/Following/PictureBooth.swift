import Foundation
import Synchronization

/// Where a camera's pictures for people pass: made by the camera's own thread, and only while somebody asks; the newest is
/// kept for as long as it may be shown, in memory alone.
public final class PictureBooth: Sendable {
    /// Who asked within this time still looks.
    static let attention = Duration.seconds(3)
    /// No picture is shown that was made longer ago.
    static let freshness = Duration.seconds(1)
    /// From one picture to the next at least, so that there is a fresh one whenever somebody asks.
    static let interval = Duration.milliseconds(500)

    package enum Interest: Sendable {
        /// Nobody looks.
        case none
        /// Somebody looks, and the last picture is fresh.
        case later
        /// A picture is to be made.
        case due
    }

    private struct State {
        var lookedAt: ContinuousClock.Instant?
        var picture: (jpeg: Data, madeAt: ContinuousClock.Instant)?
        var lastMade: ContinuousClock.Instant?
        var made = 0
    }

    private let state = Mutex(State())

    /// Nobody looks.
    public init() {}

    /// How many were made.
    public var made: Int { state.withLock { $0.made } }

    /// A JPEG file, a second old at most; nil where there is none yet. One is made soon, since somebody asks.
    public func ask(at now: ContinuousClock.Instant = .now) -> Data? {
        state.withLock { state in
            state.lookedAt = now
            guard let picture = state.picture, now - picture.madeAt <= Self.freshness else { return nil }
            return picture.jpeg
        }
    }

    /// What there is to do for those who look. Forgets the last picture where nobody does any more.
    package func interest(at now: ContinuousClock.Instant = .now) -> Interest {
        state.withLock { state in
            guard let lookedAt = state.lookedAt, now - lookedAt <= Self.attention else {
                (state.lookedAt, state.picture) = (nil, nil)
                return .none
            }
            return state.lastMade.map { now - $0 >= Self.interval } ?? true ? .due : .later
        }
    }

    /// Takes a picture that was due.
    package func put(_ jpeg: Data, at now: ContinuousClock.Instant = .now) {
        state.withLock { state in
            state.picture = (jpeg, now)
            state.lastMade = now
            state.made += 1
        }
    }
}
