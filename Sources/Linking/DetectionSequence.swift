import Foundation
import PathModel

/// The detections of a sequence, by frame, as a file of MOTChallenge's or of JSON Lines has them.
package struct DetectionSequence {
    /// One frame's detections in ratios of the frame; frames without any are there too.
    struct Frame {
        /// From 1.
        let number: Int
        let time: Timestamp
        var detections: [Detection] = []
        /// Whose they are, where the user says that the file knows.
        var people: [Person] = []
    }

    /// Whom a box is of.
    struct Person {
        let id: Int
        let source: Track.Source
    }

    private(set) var frames: [Frame] = []
    let imageSize: PixelSize
    let fps: Double
    /// What was assumed for want of better.
    package private(set) var notes: [String] = []
    /// The paths of the files that were read.
    package let files: [String]

    /// How many frames there are, those without detections too.
    package var frameCount: Int { frames.count }
    /// How many detections there are.
    package var detectionCount: Int { frames.reduce(0) { $0 + $1.detections.count } }

    /// Reads a file (`-`: standard input), and what a MOTChallenge sequence says of itself beside it.
    ///
    /// - Throws: a file that can't be read or understood, with the line's number.
    package init(path: String, settings: LinkingOptions) throws(LinkingError) {
        let url = URL(fileURLWithPath: path)
        let lines = try DetectionLines(Self.text(of: url, path), name: path)
        notes += lines.notes
        let isFile = path != "-"
        let sequence = isFile ? SequenceInfo(of: url) : SequenceInfo()
        files = (isFile ? [path] : []) + (sequence.path.map { [$0] } ?? [])
        if settings.fps == nil, sequence.fps == nil, !lines.haveTimes { notes.append("assuming 30 frames/s (--fps)") }
        fps = settings.fps ?? sequence.fps ?? 30
        if let size = settings.imageSize ?? sequence.imageSize {
            imageSize = size
        } else if lines.areRatios {
            throw .unspecified("\(path): boxes are ratios of the frame; give --image-size")
        } else {
            imageSize = lines.extent
            notes.append("assuming frames of \(imageSize), as far as the boxes reach (--image-size)")
        }
        let scale = try ScoreScale(lines.items.map(\.score), name: path)
        if let note = scale.note { notes.append(note) }
        collect(lines, scale: scale, length: sequence.length ?? 0)
        if settings.isLinked { try collectPeople(lines, name: path) }
    }

    /// Read as a stream: a pipe is as good as a file, which Foundation's reading of whole files refuses.
    private static func text(of url: URL, _ path: String) throws(LinkingError) -> String {
        var isFolder: ObjCBool = false
        // Reading one fails without saying why.
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
            throw .unreadable("\(path): is a directory; name a file in it")
        }
        let reason: String
        do {
            let input = path == "-" ? FileHandle.standardInput : try FileHandle(forReadingFrom: url)
            if let text = String(data: try input.readToEnd() ?? Data(), encoding: .utf8) { return text }
            reason = "not text: MOTChallenge's or JSON Lines"
        } catch {
            reason = Self.reason(of: error)
        }
        throw .unreadable("\(path): \(reason)")
    }

    private static func reason(of error: any Error) -> String {
        guard let error = error as? CocoaError else { return error.localizedDescription }
        return switch error.code {
        case .fileReadNoSuchFile, .fileNoSuchFile: "no such file"
        case .fileReadNoPermission: "no permission to read it"
        default:
            (error.underlying as? POSIXError).map { String(cString: strerror($0.code.rawValue)) }
                ?? error.localizedDescription
        }
    }

    /// In the order of the detections.
    private mutating func collectPeople(_ lines: DetectionLines, name: String) throws(LinkingError) {
        let position = Dictionary(uniqueKeysWithValues: zip(frames.map(\.number), frames.indices))
        for item in lines.items {
            guard let index = position[item.frame] else { continue }
            guard let person = item.person else {
                throw .unreadable("\(name): line \(item.line): no id, which --linked needs in each line")
            }
            guard !frames[index].people.contains(where: { $0.id == person }) else {
                throw .unreadable("\(name): line \(item.line): a second box of \(person) in frame \(item.frame)")
            }
            frames[index].people.append(Person(id: person, source: item.isPredicted ? .predicted : .measured))
        }
    }

    private mutating func collect(_ lines: DetectionLines, scale: ScoreScale, length: Int) {
        let last = max(length, lines.items.map(\.frame).max() ?? 0)
        var times: [Int: Timestamp] = [:]
        for item in lines.items { if let time = item.time { times[item.frame] = time } }
        let first = lines.haveTimes ? lines.items.map(\.frame).min() ?? 1 : 1
        guard first <= last else { return }
        for number in first...last {
            let counted = Timestamp(microseconds: Int64((Double(number - 1) / fps * 1e6).rounded()))
            // Where frames have times, those that nobody was seen in have none, and nothing is known of them.
            if lines.haveTimes, times[number] == nil { continue }
            frames.append(Frame(number: number, time: lines.haveTimes ? times[number] ?? counted : counted))
        }
        var outside = 0
        let position = Dictionary(uniqueKeysWithValues: zip(frames.map(\.number), frames.indices))
        for item in lines.items {
            guard let index = position[item.frame] else { continue }
            let (width, height) = (Double(imageSize.width), Double(imageSize.height))
            let box =
                lines.areRatios
                ? item.box
                // The first pixel is (1, 1).
                : BoundingBox(
                    left: (item.box.left - 1) / width, top: (item.box.top - 1) / height, width: item.box.width / width,
                    height: item.box.height / height)
            if box.clippedToFrame == nil { outside += 1 }
            frames[index].detections.append(Detection(box: box, confidence: scale.confidence(item.score)))
        }
        if outside > 0 {
            notes.append(
                "\(outside) of \(lines.items.count) boxes lie outside of frames of \(imageSize) (--image-size)")
        }
    }
}

/// What scores mean, judged by their values.
private enum ScoreScale {
    case probability, percent, margin, absent

    init(_ scores: [Double], name: String) throws(LinkingError) {
        let lowest = scores.min() ?? 0
        let highest = scores.max() ?? 0
        if lowest == -1, highest == -1 {
            self = .absent
        } else if lowest >= 0, highest <= 1 {
            self = .probability
        } else if lowest >= -10, highest <= 10 {
            self = .margin
        } else if lowest >= 0, highest <= 100 {
            self = .percent
        } else {
            throw .unreadable(
                "\(name): scores from \(lowest) to \(highest) are neither 0 to 1, nor margins from -10 to 10, nor percent; "
                    + "bring them to 0 to 1")
        }
    }

    func confidence(_ score: Double) -> Double {
        switch self {
        case .probability: score
        case .percent: score / 100
        case .margin: 1 / (1 + exp(-Self.marginSlope * score))
        case .absent: 1
        }
    }

    /// Platt, "Probabilistic Outputs for Support Vector Machines", 1999. Of DPM's margins on MOT17-02 and 05, the slope
    /// that follows people best; that which says best whether a box is someone is 2.1.
    private static let marginSlope = 2.5

    var note: String? {
        switch self {
        case .probability: nil
        case .percent: "taking scores for percent"
        case .margin: "taking scores for margins: 1 / (1 + exp(-\(Self.marginSlope) score))"
        case .absent: "no scores: every box is believed"
        }
    }
}

/// What a MOTChallenge sequence says of itself beside `det/`.
private struct SequenceInfo {
    /// Of the file; nil where there is none.
    private(set) var path: String?
    private var values: [Substring: Substring] = [:]

    init() {}

    init(of detections: URL) {
        let folder = detections.resolvingSymlinksInPath().deletingLastPathComponent().deletingLastPathComponent()
        let file = folder.appendingPathComponent("seqinfo.ini")
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return }
        path = file.path
        for line in text.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: "=", maxSplits: 1)
            if parts.count == 2 { values[parts[0]] = parts[1] }
        }
    }

    var fps: Double? { values["frameRate"].flatMap { Double($0) }.flatMap { $0 > 0 ? $0 : nil } }
    var length: Int? { values["seqLength"].flatMap { Int($0) }.flatMap { $0 <= DetectionLines.lastFrame ? $0 : nil } }
    var imageSize: PixelSize? {
        guard let width = values["imWidth"].flatMap({ Int($0) }), let height = values["imHeight"].flatMap({ Int($0) }),
            width > 0, height > 0
        else { return nil }
        return PixelSize(width: width, height: height)
    }
}
