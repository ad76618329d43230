import Decoding
import Drawing
import PathModel
import Recording

/// Writes a video anew with what its records say drawn on it.
///
/// It decodes the source as far as records are known: neither pictures nor records wait in memory. Confined to one thread.
public final class DrawnVideo {
    /// How the video is read and drawn.
    public struct Options {
        /// How the source is opened.
        public var source = SourceOptions()
        /// Frames a second of the video to draw; nil draws all.
        public var fps: Double?
        /// Of the decoder.
        public var threads = 1
        /// Black, beside the masks among the records.
        public var masks: [Mask] = []
        /// Who is made unrecognisable.
        public var blur: Blur?
        /// Whether the source's sound is copied.
        public var copiesSound = false
        /// Whether paths, zones, lines and the clock are drawn.
        public var drawsPaths = true

        /// All frames, paths drawn, nobody blurred.
        public init() {}
    }

    /// What was opened.
    public var description: StreamDescription { source.description }
    /// Why the source could not be read to its end; nil where it could.
    public private(set) var breakage: DecodingError?
    /// How many frames were written.
    public private(set) var frames = 0
    /// The stream's time, in microseconds since 1970 UTC, at its zero; nil where nobody knows: then the clock counts from
    /// the video's first frame.
    public var utc: Int64?
    /// Seconds from one analysed picture to the next, where it is known.
    public var interval: Double? {
        get { scenes.interval }
        set { scenes.interval = newValue }
    }

    /// Called after each frame: how many there are, and the microseconds of the video behind the last one.
    public var progress: (_ frames: Int, _ elapsed: Int64) -> Void = { _, _ in }

    private let file: NewFile
    private let source: VideoSource
    private let writer: VideoWriter
    private let painter: ScenePainter
    private let picture: PlanarPicture
    private let drawsClock: Bool
    private var scenes: PathScenes
    /// The frame to be drawn next; nil behind the last one.
    private var frame: DecodedFrame?
    private var fit: FrameFit

    /// Opens a source and begins a video.
    ///
    /// - Parameters:
    ///   - path: as the user named the video; its ending says which container.
    ///   - file: where it is written.
    /// - Throws: `DecodingError`, `EncodingError` or `DrawingError`.
    public init(
        _ name: SourceName, path: String, file: NewFile, options: Options, interrupt: InterruptFlag
    ) throws {
        self.file = file
        source = try VideoSource(
            name, options: options.source, fps: options.fps, threads: options.threads, interrupt: interrupt)
        frame = try source.next()
        guard let first = frame else { throw DecodingError.noVideo(source: name.redacted, reason: "it has no frame") }
        let description = source.description
        picture = try PlanarPicture(like: first.picture)
        painter = try ScenePainter(size: picture.size)
        writer = try VideoWriter(
            path: path, at: file.path, like: picture,
            frameRate: min(description.frameRate ?? 25, options.fps ?? .infinity),
            sound: options.copiesSound
                ? (SoundTrack(name, options: options.source, interrupt: interrupt), description.start.microseconds)
                : nil)
        scenes = PathScenes(frame: description.frameSize, blur: options.blur)
        (scenes.drawsPaths, scenes.masks) = (options.drawsPaths, options.masks)
        drawsClock = options.drawsPaths
        fit = FrameFit(source: name.redacted)
    }

    /// Whether there is a font; without one neither names nor the clock are drawn.
    public var hasFont: Bool { painter.hasFont }

    /// Draws the frames of which everything is known, and takes a record. Records come in order.
    ///
    /// - Parameter line: where it is read; nil where it isn't.
    /// - Throws: `EncodingError`, or `MisfitError` for a point where the video has no frame.
    public func add(_ record: PathRecord, line: Int? = nil) throws {
        let end = Timestamp(microseconds: record.time.microseconds - Int64(scenes.lookahead * 1e6))
        try draw { $0 < end }
        if case .path(let point) = record.event { fit.expect(point.frame.time, line: line) }
        scenes.take(record)
    }

    /// Draws the frames that are left, as far as a time where one is given.
    ///
    /// - Throws: as `add`.
    public func drawRest(until end: Timestamp? = nil) throws {
        try draw { time in end.map { time <= $0 } ?? true }
        if frame == nil { try fit.end(isWhole: isWhole) }
    }

    /// Ends the video and gives the file its name.
    ///
    /// - Throws: `EncodingError` or `RecordingError`; then there is no file.
    public func finish() throws {
        try writer.finish()
        try file.finish()
    }

    /// Gives the video up.
    public func discard() { file.discard() }

    /// Damaged packets and frames so far.
    public var damaged: Int { source.counts.damaged }

    private var isWhole: Bool { breakage == nil && damaged == 0 }

    private func draw(while isDue: (Timestamp) -> Bool) throws {
        while let frame, isDue(frame.info.time) {
            try draw(frame)
            do throws(DecodingError) {
                self.frame = try source.next()
            } catch {
                breakage = error
                self.frame = nil
            }
        }
    }

    /// A picture that can't be converted is left out, as it is of the analysis.
    private func draw(_ frame: DecodedFrame) throws {
        try fit.pass(frame.info.time, isWhole: isWhole)
        guard (try? picture.take(frame.picture)) != nil else { return }
        var scene = scenes.scene(at: frame.info.time)
        if drawsClock { scene.clock = clock(at: frame.info.time) }
        let painted = painter.paint(scene, on: picture.planes)
        try writer.add(
            picture, at: frame.info.time.microseconds - description.start.microseconds, plain: painted.plain,
            drawn: painted.drawn)
        frames += 1
        progress(frames, frame.info.time.microseconds - description.start.microseconds)
    }

    private func clock(at time: Timestamp) -> String {
        if let utc {
            // Whole seconds, as clocks show them.
            let text = UTCTime(milliseconds: (utc + time.microseconds) / 1000).description
            return text.prefix(19).replacing("T", with: " ") + " UTC"
        }
        let seconds = max(0, time.microseconds - description.start.microseconds) / 1_000_000
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(seconds / 3600):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    }
}
