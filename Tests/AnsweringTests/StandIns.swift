import Dispatch
import Foundation
import Rekognition
import Signing
import Synchronization
import TestSupport

@testable import Answering

/// Jobs as a test wants them.
final class StandInJobs: RekognitionJobs {
    private struct State {
        var started: [JobRequest] = []
        var jobs: [String: JobState] = [:]
    }

    private let state = Mutex(State())
    /// Starts wait for it, where there is one.
    let gate: DispatchSemaphore?
    /// How many starts have come, those that wait among them.
    let asked = Atomic<Int>(0)

    init(gate: DispatchSemaphore? = nil) { self.gate = gate }

    var started: [JobRequest] { state.withLock(\.started) }

    func add(_ job: JobState) { state.withLock { $0.jobs[job.id] = job } }

    func start(_ request: JobRequest) throws(APIError) -> String {
        asked.add(1, ordering: .relaxed)
        gate?.wait()
        return state.withLock {
            $0.started.append(request)
            return String(repeating: "0", count: 60) + String($0.started.count + 1000)
        }
    }

    func job(_ id: String, _ kind: JobKind) throws(APIError) -> JobState {
        guard let job = state.withLock({ $0.jobs[id] }), job.kind == kind else {
            throw APIError(.resourceNotFound, "no such job")
        }
        return job
    }
}

/// Elements that say their place, and how often they were read.
final class StandInRows: ResultRows {
    struct Unreadable: Error {}

    let total: Int
    let padding: String
    let reads = Mutex(0)

    init(_ total: Int, padding: Int = 0) {
        (self.total, self.padding) = (total, String(repeating: "x", count: padding))
    }

    func count(of kind: JobKind) -> Int { total }

    func page(_ kind: JobKind, _ order: PageOrder, from start: Int, count: Int) throws -> [UInt8] {
        reads.withLock { $0 += 1 }
        if total < 0 { throw Unreadable() }
        let numbers = (start..<max(start, min(total, start + count)))
        let elements = numbers.map { #"{"Timestamp":\#($0),"Order":"\#(order.rawValue)\#(padding)"}"# }
        return Array("[\(elements.joined(separator: ","))]".utf8)
    }
}

struct StandInPictures: PictureFaces {
    func faces(in picture: PictureSource) throws(APIError) -> [UInt8] {
        switch picture {
        case .bytes(let bytes):
            guard bytes.first == 0xFF else { throw APIError(.invalidImageFormat, "no picture") }
            return Array(#"[{"Confidence":\#(Double(bytes.count))}]"#.utf8)
        case .object(let object): return Array(#"[{"Object":"\#(object.name)"}]"#.utf8)
        }
    }
}

/// What is answered, without sockets. Nobody must sign.
struct Asker {
    let jobs = StandInJobs()
    let answers: Answers

    init() throws {
        let folder = try TemporaryFolder()
        answers = Answers(
            jobs: jobs, pictures: StandInPictures(), keys: nil, tokens: try PageTokens(file: folder.path("key")),
            log: { _ in })
    }

    func ask(_ operation: Answering.Operation, _ body: some Sequence<UInt8>, host: String = "127.0.0.1:8080")
        throws(APIError)
        -> [UInt8]
    {
        let request = ReceivedRequest(
            method: "POST", path: "/", query: "", headers: [("Host", host)], body: Array(body))
        return try answers.answer(operation, request)
    }

    /// The response, as its client reads it.
    func response(_ operation: Answering.Operation, _ body: String) throws -> [String: Any] {
        let bytes = try ask(operation, body.utf8)
        return try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] ?? [:]
    }

    /// The error; nil where there is none.
    func error(_ operation: Answering.Operation, _ body: String) -> APIError? {
        do {
            _ = try ask(operation, body.utf8)
            return nil
        } catch { return error }
    }
}

extension JobState {
    static let testID = String(repeating: "a", count: 64)

    static func done(_ rows: StandInRows, kind: JobKind = .personTracking, tag: String? = nil) -> JobState {
        JobState(
            id: testID, kind: kind, status: .succeeded,
            metadata: VideoMetadata(
                codec: "h264", duration: 12_000, format: "QuickTime / MOV", frameRate: 25, frameWidth: 640,
                frameHeight: 360),
            video: S3Object(bucket: "lobby", name: "ü \"1\"\n.mp4", version: "7"), jobTag: tag, rows: rows)
    }
}
