import Dispatch
import Foundation
import Rekognition
import Signing
import Synchronization
import TestSupport
import Testing

@testable import Answering

/// What is too much for it, and its end.
@Suite struct APIServerBoundsTests {
    @Test func theOldestIdleConnectionGivesWay() throws {
        let running = try Running { $0.connections = 200 }
        let clients = try (0..<200).map { _ in try running.client() }
        // The first one isn't idle for longest any more.
        clients[0].send(RawClient.poll())
        #expect(clients[0].response()?.status == 200)
        let late = try running.client()
        late.send(RawClient.poll())
        #expect(late.response()?.status == 200)
        #expect(clients[1].isEnded())
        for client in [clients[0], clients[2], clients[199]] {
            client.send(RawClient.poll())
            #expect(client.response()?.status == 200)
        }
        withExtendedLifetime(clients) { #expect(running.server.counts.connections == 200) }
    }

    @Test func whereNoneIsIdleTheSlowestRequestGivesWay() throws {
        let running = try Running { $0.connections = 3 }
        let slow = try (0..<3).map { _ in
            let client = try running.client()
            client.send("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n")
            #expect(client.response()?.status == 100, "it has seen the head")
            client.send("{")
            return client
        }
        #expect(try running.isWell())
        #expect(slow[0].isEnded())
        #expect(slow[2].isQuiet())
    }

    @Test func whereAllAreAtWorkTheNewConnectionEnds() throws {
        let gate = DispatchSemaphore(value: 0)
        let jobs = StandInJobs(gate: gate)
        let running = try Running(jobs: jobs) { $0.connections = 3 }
        let busy = try (0..<3).map { _ in
            let client = try running.client()
            client.send(RawClient.start)
            return client
        }
        #expect(isSoon { jobs.asked.load(ordering: .relaxed) == 3 })
        #expect(try running.client().isEnded())
        for _ in 0..<3 { gate.signal() }
        #expect(busy.compactMap { $0.response() }.map(\.status) == [200, 200, 200])
    }

    @Test func whatComesAfterARefusalIsntTakenForEver() throws {
        let running = try Running { ($0.body, $0.farewell) = (1000, 1_000_000) }
        let client = try running.client()
        client.send("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000000\r\n\r\n")
        var sent = 0
        while sent < 100_000_000, client.send([UInt8](repeating: 0x20, count: 100_000)) { sent += 100_000 }
        #expect(sent < 20_000_000)
        #expect(try running.isWell())
    }

    @Test func tooManyAtOnceAreThrottledAndPollsGoOn() throws {
        let gate = DispatchSemaphore(value: 0)
        let running = try Running(jobs: StandInJobs(gate: gate)) { ($0.requests, $0.startThreads) = (4, 2) }
        let clients = try (0..<6).map { _ in
            let client = try running.client()
            client.send(RawClient.start)
            return client
        }
        let throttled = RequestCounts.Key(operation: "StartPersonTracking", error: "ThrottlingException")
        #expect(isSoon { running.server.counts.requests[throttled] == 2 })
        #expect(try running.isWell())
        for _ in 0..<4 { gate.signal() }
        let responses = clients.compactMap { $0.response() }
        #expect(responses.map(\.status).sorted() == [200, 200, 200, 200, 500, 500])
        #expect(responses.compactMap(\.error) == ["ThrottlingException", "ThrottlingException"])
    }

    @Test func bodiesThatAreTooMuchTogetherAreThrottled() throws {
        let running = try Running { ($0.body, $0.held) = (1_000_000, 1_500_000) }
        let clients = try (0..<2).map { _ in
            let client = try running.client()
            client.send("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n\r\n")
            client.send([UInt8](repeating: 0x20, count: 900_000))
            return client
        }
        let throttled = RequestCounts.Key(operation: "other", error: "ThrottlingException")
        #expect(isSoon { running.server.counts.requests[throttled] == 1 })
        var errors: [String?] = []
        #expect(
            isSoon {
                errors += clients.compactMap { $0.response(seconds: 0.3) }.map(\.error); return !errors.isEmpty
            })
        #expect(errors == ["ThrottlingException"])
        #expect(try running.isWell())
    }

    @Test func anAddressThatIsTakenIsRefused() throws {
        let running = try Running()
        let folder = try TemporaryFolder()
        let answers = Answers(
            jobs: StandInJobs(), pictures: StandInPictures(), keys: nil,
            tokens: try PageTokens(file: folder.path("key")), log: { _ in })
        let error = #expect(throws: APIServer.Failure.self) {
            try APIServer(host: "127.0.0.1", port: running.server.port, answers: answers, log: { _ in })
        }
        #expect(error?.description.contains("can't listen there") == true)
    }

    @Test func whatIsAtWorkIsAnsweredBeforeItStops() throws {
        let gate = DispatchSemaphore(value: 0)
        let jobs = StandInJobs(gate: gate)
        let running = try Running(jobs: jobs)
        let client = try running.client()
        client.send(RawClient.start)
        #expect(isSoon { jobs.asked.load(ordering: .relaxed) == 1 })
        // A thread of its own: those of queues are all other tests' at times.
        Thread.detachNewThread {
            usleep(500_000)
            gate.signal()
        }
        running.server.stop()
        let response = client.response()
        #expect(response?.status == 200)
        #expect(response?.headers["connection"] == "close")
    }

    @Test func itStopsWhileThereIsWork() throws {
        let gate = DispatchSemaphore(value: 0)
        let isInTime = try isDone(within: 4) {
            let jobs = StandInJobs(gate: gate)
            let running = try Running(jobs: jobs)
            let client = try running.client()
            client.send(RawClient.start)
            #expect(isSoon { jobs.asked.load(ordering: .relaxed) == 1 })
            let start = ContinuousClock.now
            running.server.stop()
            let time = (ContinuousClock.now - start) / .seconds(1)
            #expect(client.isEnded())
            gate.signal()
            return time
        }
        #expect(isInTime)
    }
}
