import Decoding
import Foundation
import PathModel

/// A tiny media file that a test makes with the real `ffmpeg`.
package struct Media: CustomStringConvertible, Sendable {
    package let description: String
    package let file: String
    private let encoding: [String]
    private let passes: Int
    private let cutting: [String]?

    /// - Parameters:
    ///   - source: an lavfi graph.
    ///   - options: how to encode it.
    ///   - passes: of the encoder over the source.
    ///   - cut: options before the encoded file when it is copied into a second one, which then counts.
    package init(
        _ description: String, _ file: String, source: String = Media.motion, _ options: String = "", passes: Int = 1,
        cut: String? = nil
    ) {
        self.description = description
        self.file = file
        encoding = ["-f", "lavfi", "-i", source] + words(options)
        self.passes = passes
        cutting = cut.map(words)
    }

    /// 20 frames with a counter and moving parts.
    package static let motion = "testsrc2=size=64x48:rate=25:duration=0.8"
    /// Red and green above blue and white.
    package static let quadrants = """
        color=red:size=64x48:rate=25:duration=0.2,format=yuv444p,drawbox=x=32:y=0:w=32:h=24:color=lime:t=fill,\
        drawbox=x=0:y=24:w=32:h=24:color=blue:t=fill,drawbox=x=32:y=24:w=32:h=24:color=white:t=fill
        """

    /// Makes the file and returns its path.
    package func make(in folder: TemporaryFolder) throws -> String {
        let path = folder.path(file)
        for pass in 1...passes {
            let log = ["-pass", "\(pass)", "-passlogfile", folder.path("log")]
            try ffmpeg(encoding + (passes > 1 ? log : []) + [path])
        }
        guard let cutting else { return path }
        let copy = folder.path("cut-" + file)
        try ffmpeg(cutting + ["-i", path, "-c", "copy", copy])
        return copy
    }
}

private func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }

/// Opens a file with a flag that nobody raises.
package func open(_ path: String, rate: Double? = nil, threads: Int = 2) throws -> VideoSource {
    try VideoSource(SourceName(path), fps: rate, threads: threads, interrupt: InterruptFlag())
}

/// What a source gives until it ends or breaks off.
package struct Decoded {
    package var frames: [DecodedFrame] = []
    package var failure: DecodingError?
    package var counts = SourceCounts()

    package init(_ source: VideoSource) {
        do throws(DecodingError) {
            while let frame = try source.next() { frames.append(frame) }
        } catch {
            failure = error
        }
        counts = source.counts
    }

    package init(_ path: String, rate: Double? = nil, threads: Int = 2) throws {
        self.init(try open(path, rate: rate, threads: threads))
    }

    package var infos: [FrameInfo] { frames.map(\.info) }
    package var microseconds: [Int64] { frames.map(\.info.time.microseconds) }
}

extension Picture {
    /// The picture, or a region of it, as packed RGB.
    package func image(
        of region: BoundingBox = .frame, size: PixelSize? = nil
    )
        throws
        -> PixelBuffer
    {
        var image = PixelBuffer(size: size ?? self.size, format: .rgb24)
        try PictureScaler().draw(self, region: region, scaledTo: image.size, into: &image)
        return image
    }
}

extension PixelBuffer {
    /// The three bytes at a place.
    package func pixel(_ x: Int, _ y: Int) -> [Int] {
        let start = (y * size.width + x) * PixelBuffer.channels
        return bytes[start..<start + PixelBuffer.channels].map(Int.init)
    }

    /// The largest and the mean absolute difference of two pictures' bytes.
    package func difference(from other: [UInt8]) -> (largest: Int, mean: Double) {
        let differences = zip(bytes, other).map { abs(Int($0) - Int($1)) }
        return (differences.max() ?? 0, Double(differences.reduce(0, +)) / Double(max(1, differences.count)))
    }
}

/// The pixels of every frame as FFmpeg's command line shows them: turned, in packed RGB.
package func truePixels(_ path: String, in folder: TemporaryFolder, filter: String = "null", input: [String] = [])
    throws
    -> [UInt8]
{
    let raw = folder.path("truth.rgb")
    try ffmpeg(
        input + ["-i", path, "-vf", filter, "-vsync", "0", "-sws_flags", "area"]
            + ["-f", "rawvideo", "-pix_fmt", "rgb24", raw])
    return try [UInt8](Data(contentsOf: URL(fileURLWithPath: raw)))
}

/// The time of every frame in microseconds as ffprobe shows it; nil where it shows none.
package func trueTimes(_ path: String) throws -> [Int64?] {
    let result = try run(
        "ffprobe",
        [
            "-v", "error", "-select_streams", "v:0", "-show_entries", "frame=best_effort_timestamp_time",
            "-of", "default=noprint_wrappers=1:nokey=1", path,
        ])
    if result.status != 0 { throw CommandFailure(text: "ffprobe \(path): \(result.errors)") }
    return result.output.split(separator: "\n").map { Double($0).map { Int64(($0 * 1_000_000).rounded()) } }
}
