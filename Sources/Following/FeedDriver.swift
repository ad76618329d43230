import Analyzing
import Capturing
import Decoding
import Inference
import PathModel
import Recording
import Waiting

/// Carries out what a session decides, for one feed. It owns nothing but the session; all it touches is handed in.
///
/// Confined to the thread that calls `run`; the mailbox takes messages from any.
package final class FeedDriver {
    /// What it acts on.
    package struct Hands {
        package var clocks: any Clocks
        package var opening: any SourceOpening
        /// Where jobs for frames of a size are left; what workers report goes to the closure.
        package var workers: (PixelSize, @escaping @Sendable (Outcome) -> Void) -> any JobTaking
        /// Writes records whose clock is zero at `origin`, in milliseconds since 1970 UTC.
        package var write: (_ records: [PathRecord], _ origin: Int64) throws(RecordingError) -> Void
        package var tell: (LogLevel, String) -> Void = { _, _ in }
        package var show: (FeedStatus) -> Void = { _ in }
        /// Takes frames, with what is known of them, where the settings say that pictures are shown.
        package var look: (AnalyzedFrame, FeedStatus) -> Void = { _, _ in }
        /// Of a folder.
        package var lister: FolderLister?
        /// What a network's failure ends; nil leaves it to the session.
        package var fail: ((InferenceError) throws -> Void)?

        package init(
            clocks: any Clocks, opening: any SourceOpening,
            workers: @escaping (PixelSize, @escaping @Sendable (Outcome) -> Void) -> any JobTaking,
            write: @escaping (_ records: [PathRecord], _ origin: Int64) throws(RecordingError) -> Void,
            tell: @escaping (LogLevel, String) -> Void = { _, _ in },
            show: @escaping (FeedStatus) -> Void = { _ in },
            look: @escaping (AnalyzedFrame, FeedStatus) -> Void = { _, _ in }, lister: FolderLister? = nil,
            fail: ((InferenceError) throws -> Void)? = nil
        ) {
            (self.clocks, self.opening, self.workers, self.write) = (clocks, opening, workers, write)
            (self.tell, self.show, self.look, self.lister, self.fail) = (tell, show, look, lister, fail)
        }
    }

    /// Where the session's messages come in.
    package let mailbox: Mailbox<FeedMessage>
    package private(set) var session: FeedSession
    private let hands: Hands
    private var connection: (any SourceConnection)?
    private var jobs: (any JobTaking)?
    private var runNumber = 0

    package init(_ session: FeedSession, _ hands: Hands, mailbox: Mailbox<FeedMessage> = Mailbox()) {
        self.mailbox = mailbox
        self.session = session
        self.hands = hands
    }

    /// Lives until the session is over.
    ///
    /// - Parameter progress: called after each frame that is recorded.
    /// - Throws: what writing records throws; what `fail` throws.
    package func run(progress: (FeedProgress) -> Void = { _ in }) throws {
        try take(.begin, progress)
        while !session.isOver {
            let message = hands.clocks.wait(for: mailbox, until: session.wake) ?? .woke
            if case .worker(.failed(let error), runNumber) = message { try hands.fail?(error) }
            try take(message, progress)
        }
    }

    /// Waits for what the source still does, so long at most.
    package func finish(within seconds: Double) {
        connection?.stop()
        _ = connection?.hasEnded(within: seconds)
        hands.lister?.finish(within: seconds)
    }

    private func take(_ message: FeedMessage, _ progress: (FeedProgress) -> Void) throws(RecordingError) {
        for effect in session.take(message, at: hands.clocks.now) {
            if case .progress(let state) = effect { progress(state) } else { try perform(effect) }
        }
        hands.show(session.status)
    }

    private func perform(_ effect: FeedEffect) throws(RecordingError) {
        let mailbox = mailbox
        switch effect {
        case .open(let request, let run):
            runNumber = run
            connection = hands.opening.open(request) { mailbox.post(.source($0, run: run)) }
        case .permit: connection?.permit()
        case .stopReading: connection?.stop()
        case .close:
            connection?.stop()
            jobs = nil
        case .prepare(let size):
            let run = runNumber
            jobs = hands.workers(size) { mailbox.post(.worker($0, run: run)) }
        case .order(let job): jobs?.take(job)
        case .write(let records, let origin): try hands.write(records, origin)
        case .tell(let level, let text): hands.tell(level, text)
        case .progress: break
        case .look(let frame): hands.look(frame, session.status)
        case .list(let entry): hands.lister?.list(check: entry) { mailbox.post(.listed($0)) }
        case .remember(let text): hands.lister?.remember(text)
        }
    }
}
