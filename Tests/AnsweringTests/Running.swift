import Foundation
import Rekognition
import Signing
import TestSupport

@testable import Answering

/// A server with a job of some elements, which ends with the object.
final class Running {
    let server: APIServer
    let rows: StandInRows

    init(
        rows: StandInRows = StandInRows(3), jobs: StandInJobs = StandInJobs(),
        change: (inout APILimits) -> Void = { _ in }
    )
        throws
    {
        let folder = try TemporaryFolder()
        let answers = Answers(
            jobs: jobs, pictures: StandInPictures(), keys: nil, tokens: try PageTokens(file: folder.path("key")),
            log: { _ in })
        var limits = APILimits()
        change(&limits)
        jobs.add(.done(rows))
        self.rows = rows
        server = try APIServer(host: "127.0.0.1", port: 0, answers: answers, limits: limits, log: { _ in })
    }

    deinit { server.stop() }

    func client() throws -> RawClient { try RawClient(port: server.port) }

    /// Whether it answers others as ever.
    func isWell() throws -> Bool {
        let client = try client()
        client.send(RawClient.poll())
        return client.response()?.status == 200
    }
}

/// Whether it becomes true.
func isSoon(_ condition: () -> Bool) -> Bool {
    let deadline = Date(timeIntervalSinceNow: 60)
    while !condition() && Date() < deadline { usleep(20_000) }
    return condition()
}
