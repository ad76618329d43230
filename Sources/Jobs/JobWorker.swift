import Buckets
import Decoding
import Dispatch
import Following
import Foundation
import Rekognition
import Synchronization
import Waiting

/// Works on one analysis after another.
final class JobWorker: Sendable {
    private struct Current {
        let analysis: Int64
        let interrupt: InterruptFlag
    }

    /// Seconds between attempts to write to a database that can't be written.
    private static let databasePause = 1.0
    /// Seconds that it waits for anything at most.
    private static let longestPause = 60.0
    private let calls = Mailbox<Void>()
    private let isStopping = Atomic<Bool>(false)
    private let current = Mutex<Current?>(nil)

    /// There may be work.
    func wake() { if calls.count == 0 { calls.post(()) } }

    func stop() {
        isStopping.store(true, ordering: .releasing)
        current.withLock { $0 }?.interrupt.raise()
        calls.close()
    }

    /// Ends what no job waits for any more.
    func stopUnlessWanted(by store: JobStore) {
        guard let current = current.withLock({ $0 }), (try? store.isWanted(current.analysis)) == false else { return }
        current.interrupt.raise()
    }

    /// Works until it is to stop.
    func work(for service: JobService) {
        while !mustStop {
            do {
                if let claim = try service.store.claim() { work(on: claim, for: service) } else { try wait(service) }
            } catch {
                service.context.log(.error, "jobs wait: \(JobDatabase.reason(error))")
                pause(Self.databasePause)
            }
        }
    }

    private var mustStop: Bool { isStopping.load(ordering: .acquiring) }

    private func wait(_ service: JobService) throws {
        guard let due = try service.store.nextDue() else {
            _ = calls.take()
            return
        }
        pause(max(0.001, Double(due - service.store.now) / 1000))
    }

    private func pause(_ seconds: Double) { _ = calls.take(until: .now() + min(seconds, Self.longestPause)) }

    private func work(on claim: AnalysisClaim, for service: JobService) {
        let interrupt = InterruptFlag()
        current.withLock { $0 = Current(analysis: claim.id, interrupt: interrupt) }
        defer { current.withLock { $0 = nil } }
        // It may have been stopped, or its jobs cancelled, before anybody could find it here.
        if mustStop || (try? service.store.isWanted(claim.id)) == false { interrupt.raise() }
        let outcome = service.analyze(claim, interrupt: interrupt)
        while true {
            do {
                return try settle(outcome, of: claim, for: service)
            } catch {
                service.context.log(
                    .error, "a job's end can't be written, and is tried again: \(JobDatabase.reason(error))")
                // Otherwise the next start of the program finds it as it was, and begins it again.
                if mustStop { return }
                pause(Self.databasePause)
            }
        }
    }

    private func settle(_ outcome: VideoAnalysis.Outcome, of claim: AnalysisClaim, for service: JobService) throws {
        let store = service.store
        switch outcome {
        case .finished(let result):
            let end = try store.finish(claim.id, result, failsPartial: service.settings.failsPartial)
            if !end.isWanted { store.removeResults(of: [claim.id]) }
        case .failed(let text): try store.fail(claim.id, text)
        case .unreachable(let text, let brokeAfter):
            guard let pause = service.pause(after: claim, brokeAfter: brokeAfter) else {
                return try settle(.failed(text), of: claim, for: service)
            }
            service.context.log(
                .warning, "\(claim.video.bucket)/\(claim.video.name): \(text) It is tried again in \(Int(pause)) s.")
            return try store.requeue(claim, due: store.now + Int64(pause * 1000), counts: false)
        case .unwritable:
            // A disk that is full will have room again: no job is lost by it.
            let pause = service.pause(after: claim) ?? Self.longestPause
            return try store.requeue(claim, due: store.now + Int64(pause * 1000), counts: false)
        case .interrupted where mustStop: return try store.requeue(claim, counts: false)
        case .interrupted where try !store.isWanted(claim.id): try store.requeue(claim, counts: false)
        case .interrupted:
            // Somebody sent a signal to the process.
            guard let pause = service.pause(after: claim) else {
                return try settle(.failed("The analysis was interrupted again and again."), of: claim, for: service)
            }
            return try store.requeue(claim, due: store.now + Int64(pause * 1000), counts: false)
        }
        service.setbacks.withLock { $0[claim.id] = nil }
        service.cache.forgetJobs()
        service.context.messageAdded()
    }
}

extension JobService {
    /// Seconds before what ended before it was done is tried again.
    private static let pauses = [1.0, 5, 25]

    /// How long an analysis is to wait before it is begun again; nil where it has been often enough.
    fileprivate func pause(after claim: AnalysisClaim, brokeAfter frames: Int? = nil) -> Double? {
        setbacks.withLock { setbacks in
            let count = setbacks[claim.id]?.count ?? 0
            setbacks[claim.id] = Setbacks(count: count + 1, lastBreak: frames)
            return count < Self.pauses.count ? Self.pauses[count] : nil
        }
    }

    /// Looks at the object of an analysis; blocks until it is done.
    fileprivate func analyze(_ claim: AnalysisClaim, interrupt: InterruptFlag) -> VideoAnalysis.Outcome {
        guard !interrupt.isRaised else { return .interrupted }
        do {
            let object = try objects.open(claim.video)
            guard object.size <= settings.limits.bytes else {
                return .failed("The video is too large by now: \(object.size) bytes.")
            }
            if object.identity != claim.identity {
                try store.note(key(of: claim.video, object), of: claim.id)
            }
            let analysis = VideoAnalysis(
                object: object, settings: settings, context: context, interrupt: interrupt,
                lastBreak: setbacks.withLock { $0[claim.id]?.lastBreak })
            return analysis.run(into: store.resultFolder(claim.id))
        } catch let error as APIError where error.code == .invalidS3Object {
            return .failed("The video can't be opened any more: it was there when the job was started.")
        } catch {
            return .unreachable("The video can't be reached.")
        }
    }
}
