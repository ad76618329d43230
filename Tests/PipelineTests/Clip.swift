import Analyzing
import Decoding
import Foundation
import Inference
import PathModel
import Pipeline
import Recording
import TestSupport

/// A little video of two white boxes that walk over black, and the networks that find them.
struct Clip {
    static let size = PixelSize(width: 320, height: 192)
    static let frameCount = 50
    let folder: TemporaryFolder
    let source: SourceName

    /// - Parameter isShaken: instead of black there is dark ground with marks, and the camera is shaken by hand.
    init(isShaken: Bool = false) throws {
        try self.init(named: "boxes.mp4")
        if isShaken {
            try makeShaken()
            return
        }
        let scene = """
            color=black:s=\(Self.size):r=25:d=2[b];color=white:s=60x120:r=25:d=2,split[p][q];\
            [b][p]overlay=x=20+40*t:y=40[c];[c][q]overlay=x=220-30*t:y=60
            """
        try ffmpeg("-f", "lavfi", "-i", scene, "-c:v", "libx264", "-pix_fmt", "yuv420p", source.text)
    }

    /// The folder, and the video to be.
    private init(named name: String) throws {
        folder = try TemporaryFolder()
        source = SourceName(folder.path(name))
        // What the session's start hashes.
        for name in ["face_detection_short_range.tflite", "face_landmark.tflite"] {
            try Data(name.utf8).write(to: folder.url.appendingPathComponent(name))
        }
    }

    /// Half a minute at five frames a second by night, in a sensor's noise: one box never moves, the other walks in front of
    /// nothing for three seconds and stops.
    init(noise: Int) throws {
        try self.init(named: "boxes.mp4")
        let scene = """
            color=0x303030:s=\(Self.size):r=5:d=30[b];color=white:s=60x120:r=5:d=30,split[p][q];\
            [b][p]overlay=x=20:y=40[c];[c][q]overlay=x='120+25*min(t,3)':y=50,noise=alls=\(noise):allf=t:all_seed=3
            """
        try ffmpeg("-f", "lavfi", "-i", scene, "-c:v", "libx264", "-pix_fmt", "yuv420p", source.text)
    }

    /// The same walk on a larger ground, of which the camera shows a part: by up to 45 pixels to the left and to the
    /// right of the middle, four times a second.
    private func makeShaken() throws {
        let scene = """
            color=gray:s=440x192:r=25:d=2,noise=alls=100:all_seed=7,gblur=2,eq=brightness=-0.3:contrast=2,\
            loop=loop=-1:size=1,trim=end=2[b];\
            color=white:s=60x120:r=25:d=2,split[p][q];\
            [b][p]overlay=x=70+40*t:y=40[c];[c][q]overlay=x=280-30*t:y=60,crop=320:192:'60+45*sin(8*PI*t)':0
            """
        try ffmpeg("-f", "lavfi", "-i", scene, "-c:v", "libx264", "-pix_fmt", "yuv420p", source.text)
    }

    /// An analysis by scripted networks.
    func analysis(
        _ options: AnalysisOptions = AnalysisOptions(), engine: ScriptedEngine = .boxes(),
        interrupt: InterruptFlag = InterruptFlag()
    ) throws -> Analysis {
        var options = options
        options.scales = 1
        options.inputSize = .exact(Self.size)
        return try Analysis(
            source, engine: engine, modelFolder: folder.url.path, options: options, version: "1", decoderThreads: 2,
            interrupt: interrupt)
    }
}

extension ScriptedEngine {
    /// People are white boxes, and each has the same face in the middle of the head.
    ///
    /// - Parameter delay: runs before each inference, on the worker's thread.
    static func boxes(delay: @escaping @Sendable () throws(InferenceError) -> Void = {}) -> ScriptedEngine {
        ScriptedEngine { source, shape throws(InferenceError) in
            switch source.name {
            case "face_detection_short_range.tflite":
                return ScriptedNetwork(inputShape: [1, 128, 128, 3]) { _ throws(InferenceError) in
                    try delay()
                    return faceDetections
                }
            case "face_landmark.tflite":
                return ScriptedNetwork(inputShape: [1, 192, 192, 3]) { _ throws(InferenceError) in
                    try delay()
                    return faceMesh
                }
            default:
                return ScriptedNetwork(inputShape: shape ?? [1, 3, 192, 320]) { image throws(InferenceError) in
                    try delay()
                    return [gridHead(of: whiteBoxes(in: image), size: image.size)]
                }
            }
        }
    }

    /// One face, a third of the picture wide, at the anchor before the picture's middle.
    private static var faceDetections: [Tensor] {
        var scores = [Float](repeating: -20, count: 896)
        var boxes = [Float](repeating: 0, count: 896 * 16)
        let anchor = (7 * 16 + 7) * 2
        scores[anchor] = 3
        boxes.replaceSubrange(anchor * 16..<anchor * 16 + 8, with: [0, 0, 40, 40, -10, -8, 10, -8])
        return [Tensor(shape: [1, 896, 16], values: boxes), Tensor(shape: [1, 896, 1], values: scores)]
    }

    /// All points in the middle of the picture.
    private static var faceMesh: [Tensor] {
        [
            Tensor(shape: [1, 1, 1, 1404], values: [Float](repeating: 96, count: 1404)),
            Tensor(shape: [1, 1, 1, 1], values: [5]),
        ]
    }

    /// Runs of bright pixels in the row that crosses both boxes, each with its extent upwards and downwards.
    private static func whiteBoxes(in image: PixelBuffer) -> [BoundingBox] {
        func isBright(_ x: Int, _ y: Int) -> Bool {
            image.bytes[(y * image.size.width + x) * PixelBuffer.channels] > 127
        }
        let row = image.size.height / 2
        let edges = (0...image.size.width).filter { x in
            (x < image.size.width && isBright(x, row)) != (x > 0 && isBright(x - 1, row))
        }
        return stride(from: 0, to: edges.count - 1, by: 2).map { index in
            let (left, right) = (edges[index], edges[index + 1])
            let rows = (0..<image.size.height).filter { isBright((left + right) / 2, $0) }
            return BoundingBox(
                left: Double(left), top: Double(rows.first ?? row), width: Double(right - left),
                height: Double(rows.count))
        }
    }

    /// The output of the person network for boxes in pixels.
    private static func gridHead(of boxes: [BoundingBox], size: PixelSize) -> Tensor {
        let count = [8, 16, 32].reduce(0) { $0 + (size.width / $1) * (size.height / $1) }
        var rows = [Float](repeating: -20, count: count * 5)
        for box in boxes {
            let (column, line) = (Int(box.center.x) / 8, Int(box.center.y) / 8)
            let (x, y) = (Double(column) * 8 + 4, Double(line) * 8 + 4)
            let distances = [x - box.left, y - box.top, box.right - x, box.bottom - y]
            let start = (line * (size.width / 8) + column) * 5
            rows.replaceSubrange(start..<start + 5, with: [3] + distances.map { Float(log($0 / 8)) })
        }
        return Tensor(shape: [1, count, 5], values: rows)
    }
}

/// Keeps the lines it gets.
final class MemorySink: LineSink {
    private(set) var lines: [String] = []

    func write(line: String) throws(RecordingError) { lines.append(line) }

    func text() -> String { lines.map { $0 + "\n" }.joined() }
}
