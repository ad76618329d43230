import Decoding
import PathModel
import Synchronization

/// Looks at videos, on any thread: what tells one from others, how long it is, where it is cut.
final class VideoLooks: Sendable {
    /// What was seen of a video.
    struct Look: Sendable {
        var video: PlannedVideo
        /// Why it isn't cut though it is, or may be, longer than a piece.
        var obstacle: String?
    }

    private let lengths: PieceLengths
    private let options: SourceOptions
    private let interrupt: InterruptFlag
    private let scans = Mutex<[String: Double]>([:])

    init(_ lengths: PieceLengths, options: SourceOptions, interrupt: InterruptFlag) {
        (self.lengths, self.interrupt) = (lengths, interrupt)
        // What a playlist leads to isn't told by what tells the playlist from others.
        var options = options
        options.mayNameFiles = false
        self.options = options
    }

    /// How much of those long files was read that are read now, 0...1; nil where none is.
    var share: Double? {
        scans.withLock { $0.isEmpty ? nil : $0.values.reduce(0, +) / Double($0.count) }
    }

    /// Looks at a file.
    func look(at name: SourceName) throws(DecodingError) -> Look {
        let file = try FileLook(name, options: options, interrupt: interrupt)
        let duration = file.duration
        var video = PlannedVideo(
            name, repetition: 0, size: file.size, fingerprint: file.fingerprint, duration: duration.map { $0 / 1000 })
        if let duration, Double(duration) <= lengths.piece * 1_000_000 { return Look(video: video) }
        let scan = try scan(name, file)
        guard let first = scan.firstTime, let last = scan.lastTime else {
            return Look(video: video, obstacle: scan.obstacle)
        }
        video.duration = (last - first) / 1000
        let isLong = Double(last - first) > lengths.piece * 1_000_000
        if isLong, scan.obstacle == nil {
            let windows = try scan.windows(pieceSeconds: lengths.piece, overlapSeconds: lengths.overlap)
            video.windows = windows.isEmpty ? nil : windows
        }
        return Look(video: video, obstacle: isLong && video.windows == nil ? scan.obstacle : nil)
    }

    private func scan(_ name: SourceName, _ file: FileLook) throws(DecodingError) -> PacketScan {
        defer { scans.withLock { $0[name.text] = nil } }
        return try PacketScan(name, options: options, interrupt: interrupt) { time in
            guard let duration = file.duration, duration > 0 else { return }
            scans.withLock { $0[name.text] = min(1, max(0, Double(time - file.start) / Double(duration))) }
        }
    }
}
