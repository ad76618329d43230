/// Why jobs can't be kept.
public enum JobsError: Error, Hashable, CustomStringConvertible {
    /// The folder or the database can't be opened.
    case unusable(path: String, reason: String)
    /// Another program works on its jobs.
    case inUse(path: String)
    /// No jobs were ever there.
    case absent(path: String)
    /// No job of this id is known.
    case unknownJob(String)
    /// More than one job's id begins so.
    case ambiguous(String)

    public var description: String {
        switch self {
        case .unusable(let path, let reason): "state \(path): \(reason)"
        case .inUse(let path): "state \(path): another footpath serve works on its jobs; give each a folder of its own"
        case .absent(let path): "state \(path): holds no jobs (jobs.sqlite); name the folder that serve's state: names"
        case .unknownJob(let id): "job \(id): not known; footpath jobs list has those that are"
        case .ambiguous(let id): "job \(id): more than one begins so; give more of its digits"
        }
    }
}
