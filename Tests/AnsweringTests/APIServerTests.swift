import Dispatch
import Foundation
import Rekognition
import Signing
import Synchronization
import TestSupport
import Testing

@testable import Answering

@Suite struct APIServerTests {
    // MARK: - Requests

    @Test func aConnectionIsKeptAndEachAnswerHasWhatSDKsLookFor() throws {
        let running = try Running()
        let client = try running.client()
        var ids: Set<String> = []
        for _ in 0..<3 {
            client.send(RawClient.poll())
            let response = try #require(client.response())
            #expect(response.status == 200)
            #expect(response.headers["content-type"] == "application/x-amz-json-1.1")
            #expect(response.headers["connection"] == nil)
            #expect(response.headers["date"]?.hasSuffix(" GMT") == true)
            ids.insert(response.headers["x-amzn-requestid"] ?? "")
        }
        #expect(ids.count == 3)
    }

    @Test func requestsThatComeTogetherAreAnsweredInOrder() throws {
        let running = try Running(rows: StandInRows(50))
        let client = try running.client()
        client.send((1...50).map { RawClient.poll(#","MaxResults":\#($0)"#) }.joined())
        for count in 1...50 {
            let body = try #require(client.response()).body
            #expect(body.components(separatedBy: "Timestamp").count == count + 1)
        }
    }

    @Test func aRequestMayComeInPiecesAndInChunks() throws {
        let running = try Running()
        let client = try running.client()
        for byte in RawClient.poll().utf8 { client.send([byte]) }
        #expect(client.response()?.status == 200)
        let chunks = RawClient.poll().replacing(#/Content-Length: [0-9]+/#, with: "Transfer-Encoding: chunked")
        let parts = chunks.components(separatedBy: "\r\n\r\n")
        let body = parts[1].map { "1\r\n\($0)\r\n" }.joined() + "0\r\n\r\n"
        client.send(parts[0] + "\r\n\r\n" + body)
        #expect(client.response()?.status == 200)
    }

    @Test func aClientThatWantsNoMoreIsToldSo() throws {
        let running = try Running()
        let closing = try running.client()
        closing.send(RawClient.poll().replacing("Host:", with: "Connection: close\r\nHost:"))
        #expect(closing.response()?.headers["connection"] == "close")
        #expect(closing.isEnded())
        let old = try running.client()
        old.send(RawClient.poll().replacing("HTTP/1.1\r\n", with: "HTTP/1.0\r\nConnection: keep-alive\r\n"))
        #expect(old.response()?.headers["connection"] == "keep-alive")
        old.send(RawClient.poll().replacing("HTTP/1.1", with: "HTTP/1.0"))
        #expect(old.response()?.status == 200)
        #expect(old.isEnded())
    }

    @Test func whoWaitsToBeAskedForTheBodyIsAsked() throws {
        let running = try Running()
        let client = try running.client()
        let parts = RawClient.poll().components(separatedBy: "\r\n\r\n")
        client.send(parts[0] + "\r\nExpect: 100-continue\r\n\r\n")
        #expect(client.response()?.status == 100)
        client.send(parts[1])
        #expect(client.response()?.status == 200)
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", "OPTIONS * HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        RawClient.request("DetectLabels", "{}"), RawClient.request("", "{}"),
        RawClient.request("GetPersonTracking", "{}").replacing("RekognitionService", with: "Rekognition"),
        RawClient.request("GetPersonTracking", "{}").replacing("POST", with: "PUT"),
    ])
    func otherOperationsAreUnknown(request: String) throws {
        let running = try Running()
        let client = try running.client()
        client.send(request)
        let response = try #require(client.response())
        #expect(response.status == 400)
        #expect(response.error == "UnknownOperationException")
        for operation in Answering.Operation.allCases { #expect(response.body.contains(operation.rawValue)) }
        client.send(RawClient.poll())
        #expect(client.response()?.status == 200)
        #expect(running.server.counts.requests[.init(operation: "other", error: "UnknownOperationException")] == 1)
        #expect(running.server.counts.requests[.init(operation: "GetPersonTracking", error: nil)] == 1)
    }

    @Test func everyErrorIsAnObjectOfThreeMembers() throws {
        let running = try Running()
        let client = try running.client()
        client.send(RawClient.request("GetPersonTracking", #"{"JobId":"b"}"#))
        let response = try #require(client.response())
        let object = try JSONSerialization.jsonObject(with: Data(response.body.utf8)) as? [String: String]
        let type = "ResourceNotFoundException"
        #expect(object == ["__type": type, "Code": type, "Message": "no such job"])
        #expect(response.headers["content-type"] == "application/x-amz-json-1.1")
        #expect(response.headers["x-amzn-requestid"] != nil)
    }

    @Test func withoutASignatureItIsMissing() throws {
        let folder = try TemporaryFolder()
        let answers = Answers(
            jobs: StandInJobs(), pictures: StandInPictures(), keys: try AccessKeys(parsing: "AKID 0123456789abcdef"),
            tokens: try PageTokens(file: folder.path("key")), log: { _ in })
        let server = try APIServer(host: "127.0.0.1", port: 0, answers: answers, log: { _ in })
        defer { server.stop() }
        let client = try RawClient(port: server.port)
        client.send(RawClient.poll())
        #expect(client.response()?.error == "MissingAuthenticationTokenException")
    }

    // MARK: - What is hostile

    @Test func aBodyThatIsTooLargeIsRefusedAndTheAnswerCanBeRead() throws {
        let running = try Running { $0.body = 100_000 }
        let declared = try running.client()
        declared.send("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 300000\r\n\r\n")
        declared.send([UInt8](repeating: 0x20, count: 300_000))
        #expect(declared.response()?.status == 413)
        #expect(declared.isEnded())
        let endless = try running.client()
        endless.send("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in 0..<20 { endless.send("4000\r\n" + String(repeating: " ", count: 0x4000) + "\r\n") }
        #expect(endless.response()?.status == 413)
        #expect(try running.isWell())
    }

    @Test(
        "What is no HTTP is refused, and others are unaffected",
        arguments: [
            "\r\n\r\n\r\n\u{0}", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}", "GET\r\n\r\n", "GET / HTTP/3.0\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n{}  ",
            "POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "POST / HTTP/1.1\r\nA\u{0}: b\r\n\r\n",
            "POST / HTTP/1.1\r\nA B: c\r\n\r\n",
            "POST / HTTP/1.1\r\nX: \(String(repeating: "x", count: 17_000))\r\n\r\n",
            "GET /\(String(repeating: "x", count: 40_000)) HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\n" + (0..<101).map { "X\($0): y\r\n" }.joined() + "\r\n",
            "GET / HTTP/1.1\r\n" + (0..<90).map { "X\($0): \(String(repeating: "y", count: 400))\r\n" }.joined()
                + "\r\n",
        ])
    func hostileHeads(bytes: String) throws {
        let running = try Running()
        let client = try running.client()
        client.send(bytes)
        let response = try #require(client.response(seconds: 5))
        #expect([400, 413, 431].contains(response.status))
        #expect(client.isEnded())
        #expect(try running.isWell())
    }

    @Test func whoSaysNothingOrTooLittleIsLeft() throws {
        let running = try Running {
            ($0.idleTime, $0.stallTime, $0.bodyTime) = (0.6, 0.6, 1.5)
        }
        let silent = try running.client()
        let slow = try running.client()
        slow.send("POST / HTTP/1.1\r\n")
        let stalled = try running.client()
        stalled.send("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{")
        let endless = try running.client()
        endless.send("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\n")
        var isTaken = true
        for _ in 0..<40 where isTaken {
            isTaken = endless.send(" ")
            if !endless.isQuiet(seconds: 0.1) { break }
        }
        #expect(endless.response()?.status == 408)
        #expect(stalled.response()?.status == 408)
        #expect(silent.isEnded())
        #expect(slow.isEnded())
        #expect(try running.isWell())
    }

    @Test func whoTakesNoAnswerGetsNoMoreOfThem() throws {
        let running = try Running(rows: StandInRows(1000, padding: 4000)) { $0.answerTime = 1 }
        let client = try running.client()
        for _ in 0..<100 where client.send(RawClient.poll()) {}
        usleep(300_000)
        #expect(running.rows.reads.withLock { $0 } < 5)
        #expect(try running.isWell())
        // Whoever takes nothing for too long is left.
        #expect(isSoon { running.server.counts.connections == 0 })
    }

    @Test func clientsThatGoAwayLeaveNothing() throws {
        let running = try Running(rows: StandInRows(1000, padding: 1000))
        for length in [0, 10, 100, 140, RawClient.poll().utf8.count] {
            for _ in 0..<20 {
                let client = try running.client()
                client.send(Array(RawClient.poll().utf8.prefix(length)))
            }
        }
        #expect(try running.isWell())
        #expect(isSoon { running.server.counts.connections == 0 })
    }

    @Test func chanceBytesBreakNothing() throws {
        let running = try Running()
        var random = ScriptedRandom(seed: 14)
        let whole = Array(RawClient.poll().utf8)
        for _ in 0..<300 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            try running.client().send(bytes)
        }
        #expect(try running.isWell())
    }
}
