import Foundation
import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import Recording

/// The daemon's standard output.
@Suite struct StandardOutputWriterTests {
    init() {
        // As the command line does: without this a closed pipe would end the process.
        signal(SIGPIPE, SIG_IGN)
    }

    @Test func aStoppedReaderHoldsNobodyUpAndLossShows() throws {
        let (reading, writing) = try FileDescriptor.pipe()
        let events = Events()
        let sink = try QueuedSink.stream(writing, queueBytes: 50_000, events: events)
        try writing.close()
        let recorder = Recorder(sink)
        #expect(try seconds { try recorder.write(2000) } < 5)
        let stopped = sink.status
        #expect(stopped.droppedLines > 1000 && stopped.queuedBytes <= 50_000)
        #expect(stopped.trouble == nil && !stopped.hasEnded)
        // The pipe has taken what it holds; the last line in it is cut, most likely.
        let reader = Reader(reading)
        #expect(eventually { sink.status.queuedBytes == 0 })
        try recorder.write(1)
        sink.drain()
        let total = sink.status.writtenBytes
        #expect(eventually { reader.text.utf8.count == total })
        let numbers = try sequences(reader.text)
        #expect(numbers.last == 2000 && Set(numbers).count == numbers.count && numbers == numbers.sorted())
        #expect(2001 - numbers.count == sink.status.droppedLines)
        // Where the queue overflows before the pipe does, both happen twice.
        var lost = 0
        for (index, event) in events.all.enumerated() {
            switch event {
            case .losing(path: "standard output", queueBytes: 50_000): #expect(index % 2 == 0)
            case .recovered(path: "standard output", lost: let count):
                #expect(index % 2 == 1)
                lost += count
            default: Issue.record("\(event)")
            }
        }
        #expect(lost == sink.status.droppedLines && events.all.count % 2 == 0)
    }

    @Test func linesOfManyThreadsArriveWholeAndInOrderThoughTheReaderIsSlow() throws {
        let (reading, writing) = try FileDescriptor.pipe()
        let sink = try QueuedSink.stream(writing, queueBytes: 10_000_000)
        try writing.close()
        let recorder = Recorder(sink)
        let threads = DispatchGroup()
        for _ in 0..<4 {
            threads.enter()
            Thread.detachNewThread {
                try? recorder.write(500)
                threads.leave()
            }
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 5000)
        threads.wait()
        let status = sink.status
        let end = status.queuedBytes + status.writtenBytes
        while bytes.count < end {
            let count = read(reading.rawValue, &buffer, Int.random(in: 1...5000))
            bytes += buffer[..<count]
        }
        #expect(try sequences(String(decoding: bytes, as: UTF8.self)) == Array(0..<2000))
        sink.finish()
        try reading.close()
    }

    @Test func aStuckReaderDoesNotKeepItFromEnding() throws {
        let isInTime = try isDone(within: 1.1) {
            let (reading, writing) = try FileDescriptor.pipe()
            let events = Events()
            let sink = try QueuedSink.stream(writing, queueBytes: 1_000_000, events: events)
            try Recorder(sink).write(1000)
            let time = seconds { sink.finish() }
            let lost = sink.status.droppedLines
            #expect(lost > 0 && events.all == [.abandoned(path: "standard output", lost: lost)])
            #expect(sink.status.writtenLines + lost == 1000)
            sink.ended.wait()
            try reading.close()
            try writing.close()
            return time
        }
        #expect(isInTime)
    }

    @Test func aLineThatWasCutIsFinishedByTheNextOutput() throws {
        let (reading, writing) = try FileDescriptor.pipe()
        var ended = 0
        for _ in 0..<3 {
            let sink = try QueuedSink.stream(writing, queueBytes: 1_000_000)
            try Recorder(sink).write(500)
            sink.finish()
            // On a busy machine it goes on without its thread, which leaves the cut line to the next.
            sink.ended.wait()
            ended += sink.status.writtenLines
        }
        let sink = try QueuedSink.stream(writing, queueBytes: 1_000_000)
        let reader = Reader(reading)
        try Recorder(sink).write(500)
        sink.drain()
        try writing.close()
        #expect(try eventually { try sequences(reader.text).last == 499 })
        let numbers = try sequences(reader.text)
        // The one line that was cut came whole, though its output counts it as lost.
        #expect((ended + 500...ended + 501).contains(numbers.count))
        #expect(numbers.prefix(ended) == Array(0..<ended)[...] && numbers.suffix(500) == Array(0..<500)[...])
    }

    @Test func aReaderThatIsGoneEndsItThoughNoLineComes() throws {
        let isInTime = try isDone(within: 0.5) {
            let (reading, writing) = try FileDescriptor.pipe()
            let events = Events()
            let sink = try QueuedSink.stream(writing, queueBytes: 50_000, events: events)
            try reading.close()
            #expect(eventually { sink.status.hasEnded })
            try Recorder(sink).write(10)
            #expect(sink.status.droppedLines == 10)
            #expect(sink.status.trouble?.contains("stopped reading") == true)
            let time = seconds { sink.finish() }
            #expect(events.all == [.ended(path: "standard output", lost: 0)])
            try writing.close()
            return time
        }
        #expect(isInTime)
    }

    @Test func aFileAsStandardOutputGetsItsLines() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/out"
            let file = try FileDescriptor.open(
                FilePath(path), .writeOnly, options: [.create], permissions: [.ownerReadWrite])
            try file.writeAll("before\n".utf8)
            let sink = try QueuedSink.stream(file, queueBytes: 1_000_000)
            try Recorder(sink).write(100)
            sink.drain()
            try file.close()
            #expect(try content(of: path).hasPrefix("before\n"))
            #expect(try sequences(String(content(of: path).dropFirst(7))) == Array(0..<100))
        }
    }

    @Test func whatIsNotOpenForWritingIsRefused() throws {
        let descriptor = try FileDescriptor.open("/dev/null", .readOnly)
        let refusal = RecordingError.failed(path: "standard output", operation: .open, errno: .badFileDescriptor)
        #expect(throws: refusal) { try QueuedSink.stream(descriptor, queueBytes: 1000) }
        try descriptor.close()
    }
}
