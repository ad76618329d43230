import Foundation
import TestSupport
import Testing

/// Media made once for all tests of this suite, and removed when the tests end.
enum Clips {
    private static let folder: TemporaryFolder = {
        atexit { try? FileManager.default.removeItem(at: Clips.folder.url) }
        return try! TemporaryFolder()
    }()

    /// The third second of the sample, 25 frames: two people walk, one stands.
    static let clip = make(
        "clip.mp4", "-ss", "2", "-i", Project.sample.path, "-t", "1", "-c:v", "libx264", "-crf", "28")
    /// The same in a container that can be read from a pipe.
    static let streamed = make("clip.mkv", "-i", clip.path, "-c", "copy")
    /// Cut before the index at its end.
    static let withoutIndex = cut("no-moov.mp4", clip, at: 0.5)
    /// Cut in the middle of a frame; its index is at the front.
    static let cutShort = cut(
        "cut.mp4", make("front.mp4", "-i", Project.sample.path, "-t", "3", "-c", "copy", "-movflags", "+faststart"),
        at: 0.5)
    /// H.264 with flipped bits.
    static let noisy = make(
        "noisy.mkv", "-i", Project.sample.path, "-t", "1", "-c", "copy", "-bsf:v", "noise=amount=3000")
    static let sound = make("sound.m4a", "-f", "lavfi", "-i", "sine", "-t", "0.2")
    static let oneFrame = make("one.mp4", "-i", Project.sample.path, "-frames:v", "1")
    static let picture = make("picture.png", "-i", Project.sample.path, "-frames:v", "1")
    static let onePixel = make("tiny.png", "-i", picture.path, "-vf", "scale=1:1")
    static let wide = make("wide.png", "-i", picture.path, "-vf", "scale=16384:64")
    /// Two sizes one after the other, in a stream without counters that a joint could upset.
    static let resized: URL = {
        let parts = ["768:432", "384:216"].map { size in
            make(
                "\(size).h264", "-i", Project.sample.path, "-t", "1", "-vf", "scale=\(size)", "-c:v", "libx264",
                "-bf", "0", "-preset", "ultrafast")
        }
        let url = folder.url.appendingPathComponent("resized.h264")
        let joined = try! parts.map { try Data(contentsOf: $0) }.reduce(Data(), +)
        try! joined.write(to: url)
        return url
    }()

    /// What a test camera sends: pictures with delimiters between them and none that waits for a later one.
    static let camera = cameraClip("camera.h264", "768:432")
    /// The same, smaller.
    static let smallCamera = cameraClip("small.h264", "384:216")
    /// A camera that changes its size after four seconds.
    static let changingCamera = {
        let url = folder.url.appendingPathComponent("changing.h264")
        let start = cameraClip("start.h264", "768:432", seconds: 4)
        try! (Data(contentsOf: start) + Data(contentsOf: smallCamera)).write(to: url)
        return url
    }()

    private static func cameraClip(_ name: String, _ size: String, seconds: Int = 12) -> URL {
        make(
            name, "-i", Project.sample.path, "-t", "\(seconds)", "-an", "-vf", "scale=\(size)", "-c:v", "libx264",
            "-profile:v", "baseline",
            "-preset", "ultrafast", "-g", "25", "-bf", "0", "-x264-params", "aud=1")
    }

    private static func make(_ name: String, _ arguments: String...) -> URL {
        let url = folder.url.appendingPathComponent(name)
        let result = try! run("ffmpeg", ["-v", "error", "-nostdin", "-y"] + arguments + [url.path])
        precondition(result.status == 0, "ffmpeg can't make \(name): \(result.errors)")
        return url
    }

    private static func cut(_ name: String, _ whole: URL, at share: Double) -> URL {
        let url = folder.url.appendingPathComponent(name)
        let content = try! Data(contentsOf: whole)
        try! content.prefix(Int(Double(content.count) * share)).write(to: url)
        return url
    }
}
