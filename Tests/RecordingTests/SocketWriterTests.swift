import Foundation
import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import Recording

@Suite struct SocketWriterTests {
    @Test func linesWaitForAReaderThatListensLater() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/s"
            let events = Events()
            let sink = try QueuedSink.open("unix:" + path, events: events)
            let recorder = Recorder(sink)
            try recorder.write(100)
            #expect(eventually { sink.status.trouble != nil })
            let listener = try Listener(path)
            let reader = Reader(listener.accept())
            #expect(eventually { sink.status.queuedBytes == 0 })
            sink.finish()
            #expect(try eventually { try sequences(reader.text).count == 100 })
            #expect(try sequences(reader.text) == Array(0..<100))
            #expect(events.count { $0.isTrouble } == 1)
            #expect(events.all.last == .recovered(path: "unix:" + path, lost: 0))
            listener.close()
        }
    }

    @Test func aStoppedReaderHoldsNobodyUpAndLossShows() throws {
        try withTemporaryFolder { folder in
            let listener = try Listener(folder + "/s")
            let sink = try QueuedSink.open("unix:\(folder)/s", queueBytes: 100_000)
            let recorder = Recorder(sink)
            let connection = listener.accept()
            // Who waited for the reader would do so for ever.
            #expect(try seconds { try recorder.write(3000) } < 60)
            #expect(sink.status.droppedLines > 0 && sink.status.queuedBytes <= 100_000)
            let reader = Reader(connection)
            #expect(eventually { sink.status.queuedBytes == 0 })
            try recorder.write(1)
            sink.drain()
            #expect(eventually { reader.text.utf8.count == sink.status.writtenBytes })
            let numbers = try sequences(reader.text)
            #expect(numbers.last == 3000 && numbers == numbers.sorted() && Set(numbers).count == numbers.count)
            #expect(3001 - numbers.count == sink.status.droppedLines)
            listener.close()
        }
    }

    @Test func aLineThatTheEndOfAConnectionCutIsWrittenWholeOnTheNext() throws {
        try withTemporaryFolder { folder in
            let listener = try Listener(folder + "/s")
            let events = Events()
            let sink = try QueuedSink.open("unix:\(folder)/s", queueBytes: 10_000_000, events: events)
            let first = listener.accept()
            // Shortly before the buffer is full lines are cut.
            try Recorder(sink).write(2000)
            #expect(eventually { sink.status.writtenBytes > 0 })
            usleep(100_000)
            var buffer = [UInt8](repeating: 0, count: 1_000_000)
            var seen: [UInt8] = []
            // All that was taken but a few bytes is read, and then the reader goes away.
            while seen.count < 300_000 {
                let count = read(first.rawValue, &buffer, 10_007)
                seen += buffer[..<count]
            }
            let cut = String(decoding: seen, as: UTF8.self)
            try first.close()
            let reader = Reader(listener.accept())
            #expect(eventually { sink.status.queuedBytes == 0 })
            sink.finish()
            #expect(eventually { reader.text.contains(#""seq":1999,"#) && reader.text.hasSuffix("\n") })
            // The new connection begins with a whole line, and what is missing between the two was in the system's
            // buffer; nothing is doubled but what the first reader saw in part.
            let before = try sequences(String(cut[...(try #require(cut.lastIndex(of: "\n")))]))
            let after = try sequences(reader.text)
            #expect(after == Array(after[0]..<2000) && before == Array(0..<before.count))
            #expect(after[0] >= before.count)
            #expect(sink.status.droppedLines == 0)
            #expect(
                events.all == [
                    .failed(.closed(path: "unix:\(folder)/s")), .recovered(path: "unix:\(folder)/s", lost: 0),
                ])
            listener.close()
        }
    }

    @Test func aReaderThatComesBackGetsWhatCameMeanwhile() throws {
        try withTemporaryFolder { folder in
            var listener = try Listener(folder + "/s")
            let sink = try QueuedSink.open("unix:\(folder)/s")
            let recorder = Recorder(sink)
            let first = listener.accept()
            try recorder.write(10)
            let reader = Reader(first)
            #expect(try eventually { try sequences(reader.text).count == 10 })
            listener.close()
            shutdown(first.rawValue, Int32(SHUT_RDWR))
            #expect(eventually { sink.status.trouble != nil })
            try recorder.write(10)
            listener = try Listener(folder + "/s")
            let second = Reader(listener.accept())
            #expect(try eventually { try sequences(second.text) == Array(10..<20) })
            sink.finish()
            listener.close()
        }
    }

    @Test func nobodyListeningDoesNotKeepItFromEnding() throws {
        try withTemporaryFolder { folder in
            let isInTime = try isDone(within: 1.1) {
                let events = Events()
                let sink = try QueuedSink.open("unix:\(folder)/s", events: events)
                try Recorder(sink).write(10)
                let time = seconds { sink.finish() }
                #expect(events.all.last == .abandoned(path: "unix:\(folder)/s", lost: 10))
                return time
            }
            #expect(isInTime)
        }
    }

    @Test func aStuckReaderDoesNotKeepItFromEnding() throws {
        try withTemporaryFolder { folder in
            let listener = try Listener(folder + "/s")
            let isInTime = try isDone(within: 1.1) {
                let sink = try QueuedSink.open("unix:\(folder)/s")
                let connection = listener.accept()
                try Recorder(sink).write(5000)
                let time = seconds { sink.finish() }
                #expect(sink.status.droppedLines > 0)
                try connection.close()
                return time
            }
            #expect(isInTime)
            listener.close()
        }
    }

    @Test func aPathThatNoAddressHoldsIsRefused() {
        let path = "unix:/" + String(repeating: "x", count: 107)
        #expect(throws: RecordingError.failed(path: path, operation: .open, errno: .fileNameTooLong)) {
            try QueuedSink.open(path)
        }
    }
}
