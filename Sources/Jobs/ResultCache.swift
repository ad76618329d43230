import Rekognition
import Synchronization

/// Results that were read lately, opened.
final class ResultCache: Sendable {
    private static let most = 8
    /// The one that was asked for last comes last.
    private let opened = Mutex<[(analysis: Int64, pages: ResultPages)]>([])

    /// An analysis' results.
    func results(_ analysis: Int64, in folder: String) throws -> ResultPages {
        try opened.withLock { opened in
            if let index = opened.firstIndex(where: { $0.analysis == analysis }) {
                let known = opened.remove(at: index)
                opened.append(known)
                return known.pages
            }
            let pages = try ResultPages(folder: folder)
            if opened.count == Self.most { opened.removeFirst() }
            opened.append((analysis, pages))
            return pages
        }
    }

    /// Lets go of all: some may be gone.
    func clear() { opened.withLock { $0 = [] } }
}
