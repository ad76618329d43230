import Foundation
import Rekognition
import Requesting
import Synchronization
import TestSupport
import Testing

@testable import Notifying

@Suite(.timeLimit(.minutes(30))) struct NotifierTests {
    private let outbox = Memory()
    private let log = Memory.Log()

    private func sending(to port: Int, patience: Double = 3600) throws -> Notifier {
        let log = log
        let address = try #require(WebAddress("http://127.0.0.1:\(port)/hook?key=k3y"))
        return Notifier(
            .webhook(address, authorization: "Basic c2VjcmV0"), outbox: outbox,
            schedule: Notifier.Schedule(first: 0.05, longest: 0.4, patience: patience)
        ) { log.add("\($0) \($1)") }
    }

    private func receiving(_ words: String..., port: Int = 0) throws -> Receiving {
        try Receiving(["\(port)"] + words)
    }

    @Test func whatIsTakenIsSentOnce() throws {
        let receiver = try receiving("200")
        let notifier = try sending(to: receiver.port)
        for number in 0..<5 {
            outbox.put("{\"number\":\(number)}")
            notifier.wake()
        }
        #expect(wait { outbox.isEmpty })
        notifier.stop(within: 2)
        #expect(receiver.bodies == (0..<5).map { "{\"number\":\($0)}" })
        #expect(receiver.lines.allSatisfy { $0.hasPrefix("200 /hook?key=k3y Basic c2VjcmV0 ") })
        #expect(notifier.tally == (5, 0, 0) && log.all.isEmpty)
    }

    @Test(arguments: ["500", "302", "403", "break"]) func whatIsNotTakenIsTriedAgain(answer: String) throws {
        let receiver = try receiving(answer, answer, answer, "200")
        outbox.put("{}")
        let notifier = try sending(to: receiver.port)
        #expect(wait { outbox.isEmpty })
        notifier.stop(within: 2)
        #expect(receiver.bodies.count == 4)
        #expect(log.all.count == 3 && log.all.allSatisfy { $0.hasPrefix("warning") && !$0.contains("k3y") })
    }

    @Test func pausesGrow() {
        let schedule = Notifier.Schedule()
        #expect((1...11).map { schedule.pause(after: $0) } == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300])
        #expect(schedule.pause(after: .max) == 300)
    }

    @Test func aReceiverThatIsAwayIsWaitedFor() throws {
        let port = try { try receiving("200").port }()
        outbox.put("{}")
        let notifier = try sending(to: port)
        #expect(wait { notifier.tally.failed > 1 })
        let receiver = try receiving("slow", port: port)
        #expect(wait { outbox.isEmpty })
        notifier.stop(within: 2)
        #expect(receiver.bodies == ["{}"])
    }

    @Test func afterAnHourItIsGivenUpAndLogged() throws {
        let receiver = try receiving("500")
        outbox.put("{\"JobId\":\"1\"}")
        let notifier = try sending(to: receiver.port, patience: 0.5)
        #expect(wait { outbox.isEmpty })
        notifier.stop(within: 2)
        #expect(notifier.tally.abandoned == 1)
        #expect(log.all.last?.hasPrefix("error a message is given up after") == true)
        #expect(log.all.last?.contains("{\"JobId\":\"1\"}") == true)
    }

    @Test func whatWaitsIsSentByTheNext() throws {
        let (refusing, taking) = (try receiving("500"), try receiving("200"))
        outbox.put("{}")
        let first = try sending(to: refusing.port)
        #expect(wait { first.tally.failed >= 2 })
        first.stop(within: 2)
        #expect(!outbox.isEmpty)
        let second = try sending(to: taking.port)
        #expect(wait { outbox.isEmpty })
        second.stop(within: 2)
        #expect(taking.bodies == ["{}"] && refusing.bodies.count >= 2)
    }

    @Test func whatWasSentIsNotSentAgainThoughTheDiskIsFull() throws {
        let receiver = try receiving("200")
        outbox.put("{}")
        outbox.isFull.store(true, ordering: .relaxed)
        let notifier = try sending(to: receiver.port)
        #expect(wait { outbox.failures > 0 })
        notifier.wake()
        #expect(wait { outbox.failures > 1 })
        outbox.isFull.store(false, ordering: .relaxed)
        notifier.wake()
        #expect(wait { outbox.isEmpty })
        notifier.stop(within: 2)
        #expect(receiver.bodies.count == 1)
    }

    /// As SQLite does with rows' numbers.
    @Test func anotherMessageOfTheSameNumberIsSent() throws {
        let receiver = try receiving("200")
        outbox.put("{}")
        outbox.isFull.store(true, ordering: .relaxed)
        let notifier = try sending(to: receiver.port)
        #expect(wait { outbox.failures > 0 })
        outbox.replace(with: "{\"other\":1}")
        outbox.isFull.store(false, ordering: .relaxed)
        notifier.wake()
        #expect(wait { outbox.isEmpty })
        notifier.stop(within: 2)
        #expect(receiver.bodies == ["{}", "{\"other\":1}"])
    }

    @Test func aReceiverThatNeverAnswersDoesNotHoldUpTheEnd() throws {
        let isInTime = try isDone(within: 2) {
            let receiver = try receiving("mute")
            outbox.put("{}")
            let notifier = try sending(to: receiver.port)
            #expect(wait { !receiver.bodies.isEmpty })
            let start = ContinuousClock.now
            notifier.stop(within: 3)
            let time = (ContinuousClock.now - start) / .seconds(1)
            #expect(!outbox.isEmpty && log.all.isEmpty)
            return time
        }
        #expect(isInTime)
    }

    @Test func theMessageIsRekognitions() {
        let video = S3Object(bucket: "lobby", name: "a \"b\"/ä.mp4")
        let text = Notification.text(
            jobID: "12ab", status: .succeeded, kind: .personTracking, tag: "t", video: video, milliseconds: 1_234)
        #expect(
            text == #"{"JobId":"12ab","Status":"SUCCEEDED","API":"StartPersonTracking","JobTag":"t","Timestamp":1234,"#
                + #""Video":{"S3ObjectName":"a \"b\"/ä.mp4","S3Bucket":"lobby"}}"#)
        let other = Notification.text(
            jobID: "1", status: .failed, kind: .faceDetection, tag: nil, video: video, milliseconds: 0)
        #expect(other.hasPrefix(#"{"JobId":"1","Status":"FAILED","API":"StartFaceDetection","Timestamp":0,"#))
    }

    private func wait(_ isDone: () -> Bool) -> Bool {
        for _ in 0..<3000 where !isDone() { usleep(20_000) }
        return isDone()
    }
}

/// A server that takes messages.
private final class Receiving {
    private let command: Command
    let port: Int

    init(_ arguments: [String]) throws {
        command = try Command(
            Project.root.appendingPathComponent("Tests/Servers/message-receiver").path, arguments)
        for _ in 0..<3000 where command.isRunning && !command.output.contains("\n") { usleep(20_000) }
        port = try #require(command.output.split(separator: "\n").first.flatMap { Int($0) })
    }

    deinit {
        command.signal(SIGKILL)
        _ = command.wait()
    }

    var lines: [Substring] { Array(command.output.split(separator: "\n").dropFirst()) }
    var bodies: [String] { lines.map { String($0[($0.firstIndex(of: "{") ?? $0.endIndex)...]) } }
}

/// An outbox in memory, which can be full.
private final class Memory: Outbox {
    struct Full: Error {}

    final class Log: Sendable {
        private let texts = Mutex<[String]>([])
        var all: [String] { texts.withLock { $0 } }
        func add(_ text: String) { texts.withLock { $0.append(text) } }
    }

    let isFull = Atomic<Bool>(false)
    private let state = Mutex((next: Int64(0), waiting: [(message: OutgoingMessage, due: Date)](), failures: 0))

    var isEmpty: Bool { state.withLock(\.waiting.isEmpty) }
    var failures: Int { state.withLock(\.failures) }

    func put(_ text: String) {
        state.withLock {
            $0.next += 1
            let message = OutgoingMessage(id: $0.next, topic: nil, text: text, created: .now, attempts: 0)
            $0.waiting.append((message, .now))
        }
    }

    /// Another message takes the place and the number of the last one.
    func replace(with text: String) {
        state.withLock { state in
            let message = OutgoingMessage(id: state.next, topic: nil, text: text, created: .now, attempts: 0)
            state.waiting = [(message, .now)]
        }
    }

    func nextMessage() -> (message: OutgoingMessage, due: Date)? {
        state.withLock { $0.waiting.min { $0.due < $1.due } }
    }

    func delivered(_ id: Int64) throws {
        try state.withLock {
            if isFull.load(ordering: .relaxed) {
                $0.failures += 1
                throw Full()
            }
            $0.waiting.removeAll { $0.message.id == id }
        }
    }

    func postpone(_ id: Int64, attempts: Int, until due: Date) {
        state.withLock {
            guard let index = $0.waiting.firstIndex(where: { $0.message.id == id }) else { return }
            $0.waiting[index].message.attempts = attempts
            $0.waiting[index].due = due
        }
    }

    func abandon(_ id: Int64) { state.withLock { $0.waiting.removeAll { $0.message.id == id } } }
}
