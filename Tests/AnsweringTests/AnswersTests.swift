import Foundation
import Rekognition
import Signing
import Synchronization
import TestSupport
import Testing

@testable import Answering

@Suite struct AnswersTests {
    private let asker: Asker

    init() throws { asker = try Asker() }

    // MARK: - Starting

    @Test func aStartHasAllThatItsClientGave() throws {
        let response = try asker.response(
            .startPersonTracking,
            #"""
            {"Video": {"S3Object": {"Bucket": "lobby", "Name": "a/\u00fc.mp4", "Version": "3"}}, "JobTag": "t",
             "ClientRequestToken": "abc-1", "NotificationChannel": {"SNSTopicArn": "arn:aws:sns:eu-central-1:123456789012:t",
             "RoleArn": "arn:aws:iam::123456789012:role/r"}, "More": [1, {"Deep": null}]}
            """#)
        #expect((response["JobId"] as? String)?.count == 64)
        #expect(
            asker.jobs.started == [
                JobRequest(
                    kind: .personTracking, video: S3Object(bucket: "lobby", name: "a/ü.mp4", version: "3"),
                    clientRequestToken: "abc-1",
                    channel: .init(
                        topic: "arn:aws:sns:eu-central-1:123456789012:t", role: "arn:aws:iam::123456789012:role/r"),
                    jobTag: "t")
            ])
    }

    @Test(arguments: [#""FaceAttributes": "DEFAULT", "#, #""FaceAttributes": null, "#, ""])
    func defaultFaceAttributesAreTaken(member: String) throws {
        _ = try asker.response(
            .startFaceDetection, #"{\#(member)"Video": {"S3Object": {"Bucket": "abc", "Name": "n"}}}"#)
        #expect(asker.jobs.started.first?.kind == .faceDetection)
    }

    @Test(
        "What the model doesn't allow is refused by the member's name",
        arguments: [
            (Answering.Operation.startPersonTracking, "{}", "'Video'"),
            (.startPersonTracking, #"{"Video": {}}"#, "'Video.S3Object'"),
            (.startPersonTracking, #"{"Video": {"S3Object": {"Name": "n"}}}"#, "'Video.S3Object.Bucket'"),
            (.startPersonTracking, #"{"Video": {"S3Object": {"Bucket": "ab", "Name": "n"}}}"#, "equal to 3"),
            (
                .startPersonTracking, #"{"Video": {"S3Object": {"Bucket": "a/b", "Name": "n"}}}"#,
                "'Video.S3Object.Bucket'"
            ),
            (.startPersonTracking, #"{"Video": {"S3Object": {"Bucket": "abc", "Name": ""}}}"#, "'Video.S3Object.Name'"),
            (.startPersonTracking, start(#""JobTag": "a b""#), "'JobTag'"),
            (.startPersonTracking, start(#""ClientRequestToken": """#), "'ClientRequestToken'"),
            (.startPersonTracking, start(#""NotificationChannel": {}"#), "'NotificationChannel.SNSTopicArn'"),
            (
                .startPersonTracking,
                start(#""NotificationChannel": {"SNSTopicArn": "arn:aws:sns:x:123456789012:t", "RoleArn": "r"}"#),
                "'NotificationChannel.RoleArn'"
            ),
            (.startFaceDetection, start(#""FaceAttributes": "SOME""#), "[DEFAULT, ALL]"),
            (.startFaceDetection, start(#""FaceAttributes": "ALL""#), "gender"),
            (.getPersonTracking, "{}", "'JobId'"), (.getPersonTracking, #"{"JobId": "a.b"}"#, "'JobId'"),
            (.getPersonTracking, #"{"JobId": "a", "MaxResults": 0}"#, "'MaxResults'"),
            (.getPersonTracking, #"{"JobId": "a", "SortBy": "TIME"}"#, "[INDEX, TIMESTAMP]"),
            (
                .getFaceDetection, #"{"JobId": "a", "NextToken": "\#(String(repeating: "x", count: 256))"}"#,
                "'NextToken'"
            ),
            (.detectFaces, "{}", "'Image'"), (.detectFaces, #"{"Image": {}}"#, "one of Bytes and S3Object"),
            (.detectFaces, #"{"Image": {"Bytes": ""}}"#, "'Image.Bytes'"),
            (.detectFaces, #"{"Image": {"Bytes": "/9g=", "S3Object": {"Bucket": "abc", "Name": "n"}}}"#, "one of"),
            (.detectFaces, #"{"Image": {"S3Object": {"Bucket": "abc"}}}"#, "'Image.S3Object.Name'"),
            (.detectFaces, #"{"Image": {"Bytes": "/9g="}, "Attributes": ["DEFAULT", "AGE"]}"#, "'Attributes'"),
            (.detectFaces, #"{"Image": {"Bytes": "/9g="}, "Attributes": ["DEFAULT", "ALL"]}"#, "emotions"),
        ])
    func invalidParameters(operation: Answering.Operation, body: String, named: String) throws {
        let error = try #require(asker.error(operation, body))
        #expect(error.code == .invalidParameter)
        #expect(error.message.contains(named), "\(error.message)")
        #expect(asker.jobs.started.isEmpty)
    }

    private static func start(_ member: String) -> String {
        #"{"Video": {"S3Object": {"Bucket": "abc", "Name": "n"}}, \#(member)}"#
    }

    @Test(arguments: [
        "", "x", "[]", "null", "1", "{", #"{"JobId": 1}"#, #"{"JobId": ["a"]}"#, #"{"JobId": "a", "MaxResults": "1"}"#,
        #"{"JobId": "a", "MaxResults": 1.5}"#, #"{"JobId": "a", "MaxResults": true}"#, #"{"JobId": "a"}{}"#,
        "{\"JobId\": \"\u{1}\"}", String(repeating: "[", count: 100_000),
        #"{"X": \#(String(repeating: "[", count: 5000))\#(String(repeating: "]", count: 5000))}"#,
    ])
    func whatIsNoJSONOrOfAnotherTypeIsRefused(body: String) throws {
        let error = try #require(asker.error(.getPersonTracking, body))
        #expect(error.code == .serialization)
        if body.contains("MaxResults") { #expect(error.message.contains("'MaxResults'")) }
    }

    @Test func bytesThatAreNoTextAreRefused() {
        #expect(throws: APIError.self) { try asker.ask(.getPersonTracking, [0x7B, 0xFF, 0xFE, 0x7D]) }
    }

    // MARK: - Pages

    private func pages(_ operation: Answering.Operation, _ members: String) throws -> [[String: Any]] {
        var (pages, token) = ([[String: Any]](), "")
        repeat {
            let page = try asker.response(
                operation, #"{"JobId": "\#(JobState.testID)", "NextToken": "\#(token)"\#(members)}"#)
            pages.append(page)
            token = page["NextToken"] as? String ?? ""
            #expect(token.utf8.count <= 255)
        } while !token.isEmpty && pages.count < 100
        return pages
    }

    private func places(_ pages: [[String: Any]], _ key: String = "Persons") -> [Int] {
        pages.flatMap { ($0[key] as? [[String: Any]] ?? []).compactMap { $0["Timestamp"] as? Int } }
    }

    @Test(arguments: [(10, 3), (10, 5), (10, 10), (10, 1000), (0, 1), (1, 1)])
    func pagesComeOneAfterTheOtherAndTheLastHasNoToken(total: Int, size: Int) throws {
        asker.jobs.add(.done(StandInRows(total)))
        let pages = try pages(.getPersonTracking, #", "MaxResults": \#(size), "SortBy": "INDEX""#)
        #expect(places(pages) == Array(0..<total))
        #expect(pages.count == max(1, (total + size - 1) / size))
        #expect(pages.last?.keys.contains("NextToken") == false)
    }

    @Test func everyPageEchoesTheJob() throws {
        asker.jobs.add(.done(StandInRows(4), kind: .faceDetection, tag: "a+b"))
        for page in try pages(.getFaceDetection, #", "MaxResults": 2"#) {
            #expect(page["JobStatus"] as? String == "SUCCEEDED")
            #expect(page["JobId"] as? String == JobState.testID)
            #expect(page["JobTag"] as? String == "a+b")
            #expect(page["StatusMessage"] == nil)
            let object = (page["Video"] as? [String: Any])?["S3Object"] as? [String: String]
            #expect(object == ["Bucket": "lobby", "Name": "ü \"1\"\n.mp4", "Version": "7"])
            #expect((page["VideoMetadata"] as? [String: Any])?["FrameHeight"] as? Int == 360)
            #expect((page["Faces"] as? [Any])?.count == 2)
        }
    }

    @Test func aMillionResultsAreAThousand() throws {
        asker.jobs.add(.done(StandInRows(2500)))
        for size in [#", "MaxResults": 1000000"#, "", #", "MaxResults": null"#] {
            #expect(try pages(.getPersonTracking, size).map { places([$0]).count } == [1000, 1000, 500])
        }
    }

    @Test func personsAreThereWhileItRunsAndWhenItFailed() throws {
        var job = JobState(
            id: JobState.testID, kind: .personTracking, status: .inProgress, video: S3Object(bucket: "abc", name: "n"))
        asker.jobs.add(job)
        var page = try asker.response(.getPersonTracking, #"{"JobId": "\#(JobState.testID)"}"#)
        #expect((page["Persons"] as? [Any])?.isEmpty == true)
        #expect(Set(page.keys) == ["JobStatus", "Persons", "JobId", "Video"])
        job.status = .failed
        asker.jobs.add(job)
        page = try asker.response(.getPersonTracking, #"{"JobId": "\#(JobState.testID)"}"#)
        #expect((page["Persons"] as? [Any])?.isEmpty == true)
        #expect((page["StatusMessage"] as? String)?.isEmpty == false)
    }

    @Test func aTokenIsForOneJobAndOneOrder() throws {
        asker.jobs.add(.done(StandInRows(10)))
        var other = JobState.done(StandInRows(10))
        other.id = String(repeating: "b", count: 64)
        asker.jobs.add(other)
        let page = try asker.response(.getPersonTracking, #"{"JobId": "\#(JobState.testID)", "MaxResults": 1}"#)
        let token = try #require(page["NextToken"] as? String)
        func error(_ id: String, _ members: String) -> APIError.Code? {
            asker.error(.getPersonTracking, #"{"JobId": "\#(id)", "NextToken": \#(members)}"#)?.code
        }
        #expect(error(JobState.testID, #""\#(token)""#) == nil)
        #expect(error(JobState.testID, #""\#(token)", "SortBy": "TIMESTAMP""#) == nil)
        #expect(error(JobState.testID, #""\#(token)", "SortBy": "INDEX""#) == .invalidPaginationToken)
        #expect(error(other.id, #""\#(token)""#) == .invalidPaginationToken)
        #expect(error(JobState.testID, #""garbled""#) == .invalidPaginationToken)
        #expect(asker.error(.getFaceDetection, #"{"JobId": "\#(JobState.testID)"}"#)?.code == .resourceNotFound)
    }

    @Test func resultsThatCantBeReadAreAnErrorOfTheServer() {
        asker.jobs.add(.done(StandInRows(-1)))
        let error = asker.error(.getPersonTracking, #"{"JobId": "\#(JobState.testID)"}"#)
        #expect(error?.code == .internalServerError)
    }

    // MARK: - Pictures

    @Test func picturesComeInBase64OrFromAStore() throws {
        let inside = try asker.response(.detectFaces, #"{"Image": {"Bytes": "/9j/"}, "Attributes": ["DEFAULT"]}"#)
        #expect((inside["FaceDetails"] as? [[String: Double]]) == [["Confidence": 3]])
        let object = #"{"Image": {"S3Object": {"Bucket": "abc", "Name": "n.jpg"}}, "Attributes": []}"#
        #expect(
            (try asker.response(.detectFaces, object)["FaceDetails"] as? [[String: String]]) == [["Object": "n.jpg"]])
        #expect(asker.error(.detectFaces, #"{"Image": {"Bytes": "QUJD"}}"#)?.code == .invalidImageFormat)
        #expect(asker.error(.detectFaces, #"{"Image": {"Bytes": "!"}}"#)?.code == .serialization)
    }

    @Test func aPictureMayHaveFiveMebibytes() {
        func error(_ count: Int) -> APIError? {
            let text = Data(repeating: 0xFF, count: count).base64EncodedString()
            return asker.error(.detectFaces, #"{"Image": {"Bytes": "\#(text)"}}"#)
        }
        #expect(error(5_242_880) == nil)
        #expect(error(5_242_881)?.code == .invalidParameter)
    }

    // MARK: - Who may ask

    @Test(arguments: [
        ("127.0.0.1", true), ("localhost:8080", true), ("[::1]:8080", true), ("LOCALHOST", true),
        ("example.org", false),
        ("127.0.0.1.example.org", false), ("127.0.0.1:80@example.org", false), ("[::1].example.org", false),
        ("", false),
    ])
    func withoutSignaturesTheHostIsThisMachine(host: String, isTaken: Bool) {
        asker.jobs.add(.done(StandInRows(1)))
        let body = #"{"JobId": "\#(JobState.testID)"}"#
        do throws(APIError) {
            _ = try asker.ask(.getPersonTracking, body.utf8, host: host)
            #expect(isTaken)
        } catch { #expect(!isTaken && error.code == .accessDenied) }
    }

    // MARK: - Chance

    @Test func noBodyAtAllBreaksIt() throws {
        asker.jobs.add(.done(StandInRows(3)))
        let seeds = [
            #"{"Video": {"S3Object": {"Bucket": "lobby", "Name": "a.mp4"}}, "JobTag": "t", "ClientRequestToken": "abc"}"#,
            #"{"JobId": "\#(JobState.testID)", "MaxResults": 10, "NextToken": "", "SortBy": "INDEX"}"#,
            #"{"Image": {"Bytes": "/9j/4AAQSkZJRg=="}, "Attributes": ["DEFAULT"]}"#,
        ].map { Array($0.utf8) }
        let pieces = ["{", "}", "[", "]", "\"", ":", ",", "null", "1e999", "-", "\\u", "\\ud800", "\u{0}", "é", "true"]
        var random = ScriptedRandom(seed: 14)
        var passed = 0
        for round in 0..<20_000 {
            var body = seeds[round % 3]
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let place = Int.random(in: 0..<body.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: body[place] = UInt8.random(in: 0...255, using: &random)
                case 1: body.remove(at: place)
                case 2: body.insert(contentsOf: Array((pieces.randomElement(using: &random) ?? "").utf8), at: place)
                default: body.append(contentsOf: body[place...])
                }
            }
            let operation = try #require(Answering.Operation.allCases.randomElement(using: &random))
            do {
                let answer = try asker.ask(operation, body)
                _ = try JSONSerialization.jsonObject(with: Data(answer))
                passed += 1
            } catch let error as APIError {
                #expect(error.code.status == 400, "round \(round) of seed 14")
            }
        }
        #expect(passed > 1000)
    }
}
