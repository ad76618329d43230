import Analyzing
import Capturing
import Decoding
import Foundation
import Inference
import PathModel
import Recording
import TestSupport
import Waiting

@testable import Following

/// A feed whose driver is the real one, on simulated clocks with a scripted camera and workers that answer at once.
final class SimulatedFeed {
    let clock = SimulatedClock()
    let sink = CountingSink()
    let camera: ScriptedCamera
    private(set) var driver: FeedDriver
    /// What was recorded last, at most so many.
    private(set) var records: [PathRecord] = []
    private(set) var messages: [String] = []
    /// How many values the session is made of, once each simulated day.
    private(set) var sizes: [Int] = []

    /// - Parameters:
    ///   - lister: of a folder.
    ///   - answer: what a worker makes of job `number` of a run; nil answers nothing.
    ///   - script: what the camera's connection 0, 1, ... does.
    init(
        _ source: FeedSettings.Source = .camera(.live), settle: Double = 10,
        lister: FolderLister? = nil, statsInterval: Double = 3600, layout: CountingLayout = CountingLayout(),
        answer: @escaping @Sendable (_ number: Int) -> Outcome? = SimulatedFeed.onePerson,
        onOpen: @escaping @Sendable (SourceRequest) -> Void = { _ in },
        script: @escaping @Sendable (Int) -> ScriptedCamera.Script
    ) throws {
        camera = try ScriptedCamera(
            SourceName(Project.sample.path), clock: clock, onOpen: onOpen, script: script)
        var options = AnalysisOptions()
        options.faceFPS = 0
        options.layout = layout
        let settings = FeedSettings(
            name: "camera", source: source, options: options, statsInterval: statsInterval, settle: settle)
        let start = SessionStart(version: "1", models: [], settings: [])
        let session = FeedSession(settings, start: start, done: lister?.remembered ?? "", jitter: { 1 })
        let output = NumberedSink(sink: sink)
        let hands = FeedDriver.Hands(
            clocks: clock, opening: camera, workers: { _, report in Answers(answer: answer, report: report) },
            write: { _, _ in })
        driver = FeedDriver(session, hands)
        var real = hands
        real.write = { [unowned self] records, origin throws(RecordingError) in
            let writer = RecordWriter(output: output, feed: "camera", session: "s", origin: origin)
            for record in records { try writer.write(record) }
            self.records += records
            if self.records.count > 20_000 { self.records.removeFirst(10_000) }
        }
        real.tell = { [unowned self] _, text in
            messages.append(text)
            if messages.count > 1000 { messages.removeFirst(500) }
        }
        real.show = { [unowned self] _ in
            if clock.now.monotonic >= .seconds(86400 * (sizes.count + 1)) { sizes.append(parts(of: driver.session)) }
        }
        real.lister = lister
        driver = FeedDriver(session, real)
    }

    /// Lives for so many seconds, and is asked to stop then.
    func run(seconds: Double) throws {
        let mailbox = driver.mailbox
        clock.after(seconds) { mailbox.post(.stop) }
        try driver.run()
    }

    var gaps: [Gap] {
        records.compactMap { if case .gap(let gap) = $0.event { gap } else { nil } }
    }

    /// One person who stands there in every frame.
    static let onePerson: @Sendable (Int) -> Outcome? = { number in
        let box = BoundingBox(left: 0.3, top: 0.2, width: 0.2, height: 0.6)
        return .detected(number: number, people: [Detection(box: box, confidence: 0.9)])
    }

    private struct Answers: JobTaking {
        let answer: @Sendable (Int) -> Outcome?
        let report: @Sendable (Outcome) -> Void

        func post(_ job: Job) -> Bool {
            if case .detect(let number, _) = job, let outcome = answer(number) { report(outcome) }
            return true
        }

        func postFirst(_ job: Job) -> Bool { post(job) }
    }
}

/// Counts lines and looks at their numbers.
final class CountingSink: LineSink {
    private(set) var count = 0
    /// Whether every line has the number after the one before.
    private(set) var isWhole = true

    func write(line: String) throws(RecordingError) {
        if !line.contains("\"seq\":\(count),") { isWhole = false }
        count += 1
    }

}

/// How many values a value is made of, whatever is private in it: what it takes in memory.
func parts(of value: Any, depth: Int = 0) -> Int {
    guard depth < 24 else { return 1 }
    return Mirror(reflecting: value).children.reduce(1) { $0 + parts(of: $1.value, depth: depth + 1) }
}

extension SourceRequest {
    /// A camera.
    static var live: SourceRequest {
        var request = SourceRequest(source: "camera")
        request.options.isLive = true
        return request
    }
}
