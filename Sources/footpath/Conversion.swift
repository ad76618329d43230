import Decoding
import Foundation
import PathModel
import Reading
import Recording
import Rekognition
import Settings
import SystemPackage

/// What `footpath convert` does, for one call.
struct Conversion {
    private let options: Convert
    private let interrupt: InterruptFlag
    private var omissions: [String] = []
    private var feeds: [String] = []
    private var points = 0

    init(_ options: Convert, interrupt: InterruptFlag) {
        (self.options, self.interrupt) = (options, interrupt)
    }

    /// - Throws: whatever an `ExitStatus` is for.
    mutating func run(_ console: inout Console) throws {
        if let size = options.page, let output = options.output {
            try RecordingError.naming(output) { try writePages(of: size, to: output, &console) }
        } else {
            try writeFile(&console)
        }
        for words in omissions { console.note("left out: \(words)") }
        if points == 0 { console.note("no points in these records; --detail paths and counts leave them out") }
    }

    // MARK: - Outputs

    private mutating func writeFile(_ console: inout Console) throws {
        let output = options.output ?? "-"
        let whole = try WholeOutput(output, force: options.force, interrupt: interrupt)
        try whole.write { try write(to: $0, beside: whole.isRegular ? output : nil, &console) }
    }

    private mutating func write(to sink: DirectSink, beside output: String?, _ console: inout Console) throws {
        switch options.to {
        case .rekognition:
            let scratch = try ScratchFolder(beside: output)
            defer { scratch.remove() }
            let response = try response(in: scratch, &console)
            try response.write(0..<response.count) { text in
                try stopIfInterrupted()
                try sink.write(text)
            }
        case .mot:
            var lines = MOTLines()
            try writeLines(to: sink, &console) { try lines.line(of: $0) }
        case .csv:
            try writeLines(to: sink, header: CSVLines.header, &console) { CSVLines.line(of: $0) }
        }
    }

    /// A response a file, in a folder that comes to its name when it is whole.
    private mutating func writePages(of size: Int, to output: String, _ console: inout Console) throws {
        let folder = PageFolder(path: output, mayReplace: options.force)
        try folder.check()
        let scratch = try ScratchFolder(beside: output)
        defer { scratch.remove() }
        let response = try response(in: scratch, &console)
        let pages = scratch.path + "/pages"
        if mkdir(pages, 0o777) != 0 { throw RecordingError(Errno(rawValue: errno), .open, pages) }
        let count = max(1, (response.count + size - 1) / size)
        for number in 1...count {
            try stopIfInterrupted()
            let first = (number - 1) * size
            let next = number < count ? PageFolder.name(number + 1, of: count) : nil
            let file = try NewFile(
                pages + "/" + PageFolder.name(number, of: count), naming: .early, mayReplace: false)
            let sink = DirectSink(file)
            try response.write(first..<min(first + size, response.count), next: next) { try sink.write($0) }
            try sink.finish()
        }
        try folder.take(pages)
        console.note("\(output): \(count) \(count == 1 ? "page" : "pages"), \(response.count) elements")
    }

    // MARK: - Reading

    private mutating func response(in scratch: ScratchFolder, _ console: inout Console) throws -> TrackingResponse {
        let folder = scratch.path + "/result"
        let writer = try ResultWriter(
            folder: folder, settings: ResultSettings(feed: options.feed), formatName: Demuxers.longName(of:))
        try read(&console) { reader, goesOn in try writer.take(reader, goesOn: goesOn) }
        feeds = writer.feeds
        try checkFeed()
        let interrupt = interrupt
        _ = try writer.finish { !interrupt.isRaised }
        let response = TrackingResponse(try ResultPages(folder: folder), order: options.order ?? .timestamp)
        points = response.count
        return response
    }

    private mutating func writeLines(
        to sink: DirectSink, header: String = "", _ console: inout Console, _ line: (NumberedPoint) throws -> String
    ) throws {
        var read = PathPoints(feed: options.feed)
        var text = header
        try self.read(&console) { reader, goesOn in
            try read.take(reader, goesOn: goesOn) { point in
                text += try line(point)
                if text.utf8.count > 65_536 {
                    try sink.write(text)
                    text = ""
                }
            }
        }
        (feeds, points) = (read.feeds, read.points)
        try checkFeed()
        if !text.isEmpty { try sink.write(text) }
    }

    private mutating func read(
        _ console: inout Console, _ take: (RecordReader, _ goesOn: (Int64) -> Bool) throws -> Void
    ) throws {
        let files = try RecordFiles(paths: options.records, faces: true)
        var before: Int64 = 0
        var bar = console
        try files.forEach { reader in
            try take(reader) { bytes in
                if files.bytes > 0 {
                    bar.draw(min(before + bytes, files.bytes), from: 0, of: files.bytes, name: "reading")
                }
                return !interrupt.isRaised
            }
            before += reader.bytes
            omissions += reader.omissions.words(in: reader.path)
            try stopIfInterrupted()
        }
        bar.clear()
        console = bar
    }

    private func checkFeed() throws(SettingsError) {
        guard let feed = options.feed, !feeds.contains(feed) else { return }
        let names = feeds.count < PathPoints.mostFeeds ? feeds : feeds + ["..."]
        let found = names.isEmpty ? "no records" : names.joined(separator: ", ")
        throw SettingsError(problems: ["--feed \(feed): not in these records, but \(found)"])
    }

    private func stopIfInterrupted() throws(DecodingError) {
        if interrupt.isRaised { throw .interrupted }
    }
}

/// A folder of responses.
struct PageFolder {
    let path: String
    /// Whether it may take the place of another such folder, never of one that holds anything else.
    let mayReplace: Bool

    /// `page-001.json`, so that sorted by name they are in order.
    static func name(_ number: Int, of count: Int) -> String {
        let digits = String(number)
        return "page-" + String(repeating: "0", count: "\(count)".count - digits.count) + digits + ".json"
    }

    /// - Throws: `exists` where something is there that may not be replaced.
    func check() throws(RecordingError) {
        guard FileIdentity(path: path) != nil else { return }
        let names = try? FileManager.default.contentsOfDirectory(atPath: path)
        guard mayReplace, let names, names.allSatisfy({ $0.wholeMatch(of: /page-[0-9]+\.json/) != nil }) else {
            throw .exists(path: path)
        }
    }

    /// Gives a whole folder the name.
    func take(_ folder: String) throws(RecordingError) {
        try check()
        let path = path
        if FileIdentity(path: path) != nil { try? FileManager.default.removeItem(atPath: path) }
        try RecordingError.attempt(.rename, path) { try Disk.rename(folder, to: path) }
    }
}
