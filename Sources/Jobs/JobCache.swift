import Rekognition
import Synchronization

/// What was asked for lately, since clients poll without a pause: jobs as they stand in the database, and results, opened.
final class JobCache: Sendable {
    /// A job that is known.
    struct Entry: Sendable {
        /// Without its rows.
        let state: JobState
        let analysis: Int64?
        /// Milliseconds since 1970 UTC; nil while it isn't done.
        let ended: Int64?
    }

    private struct Jobs {
        /// Counts up with each change of the database.
        var generation = 0
        var known: [String: Entry] = [:]
    }

    private static let (mostJobs, mostResults) = (256, 8)
    private let jobs = Mutex(Jobs())
    /// The one that was asked for last comes last.
    private let results = Mutex<[(analysis: Int64, pages: ResultPages)]>([])

    /// A job; nil where there is none.
    ///
    /// - Parameter read: reads it from the database.
    func job(_ id: String, read: () throws -> Entry?) rethrows -> Entry? {
        let (known, generation) = jobs.withLock { ($0.known[id], $0.generation) }
        if let known { return known }
        guard let entry = try read() else { return nil }
        jobs.withLock { jobs in
            // What was read before a change may not say it.
            guard jobs.generation == generation else { return }
            if jobs.known.count >= Self.mostJobs { jobs.known = [:] }
            jobs.known[id] = entry
        }
        return entry
    }

    /// An analysis' results.
    func results(_ analysis: Int64, in folder: String) throws -> ResultPages {
        try results.withLock { opened in
            if let index = opened.firstIndex(where: { $0.analysis == analysis }) {
                let known = opened.remove(at: index)
                opened.append(known)
                return known.pages
            }
            let pages = try ResultPages(folder: folder)
            if opened.count == Self.mostResults { opened.removeFirst() }
            opened.append((analysis, pages))
            return pages
        }
    }

    /// Jobs have changed.
    func forgetJobs() {
        jobs.withLock { jobs in
            jobs.generation += 1
            jobs.known = [:]
        }
    }

    /// Jobs have changed, and results may be gone.
    func forgetAll() {
        forgetJobs()
        results.withLock { $0 = [] }
    }
}
