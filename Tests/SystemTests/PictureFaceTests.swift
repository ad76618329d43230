import Analyzing
import Foundation
import Inference
import PathModel
import Rekognition
import Settings
import TestSupport
import Testing

@testable import Pipeline

@Suite("Faces of pictures that strangers send, by the real networks, each decoded by a process of its own")
struct PictureFaceTests {
    private let folder: TemporaryFolder
    private let search: PictureFaceSearch

    init() throws {
        folder = try TemporaryFolder()
        let runtime = try RuntimeFolder()
        search = try PictureFaceSearch(
            engine: OpenVINOEngine(library: runtime.library), modelFolder: runtime.models, options: AnalysisOptions(),
            program: Project.program.path, parallel: 2, log: { _ in })
    }

    private struct FaceDetail: Decodable {
        struct Box: Decodable { let Left, Top, Width, Height: Double }
        struct Landmark: Decodable {
            let `Type`: String
            let X, Y: Double
        }
        struct Pose: Decodable { let Roll, Yaw, Pitch: Double }
        let BoundingBox: Box
        let Confidence: Double
        let Landmarks: [Landmark]
        let Pose: Pose

        var box: BoundingBox {
            PathModel.BoundingBox(
                left: BoundingBox.Left, top: BoundingBox.Top, width: BoundingBox.Width, height: BoundingBox.Height)
        }
    }

    private func faces(_ bytes: [UInt8]) throws -> [FaceDetail] {
        try JSONDecoder().decode([FaceDetail].self, from: Data(search.faces(in: bytes)))
    }

    /// Two people of the sample clip who look into the camera, and one who looks aside; `filter` is FFmpeg's.
    private func picture(_ name: String, filter: String = "null") throws -> [UInt8] {
        let clip = Project.root.appendingPathComponent("SampleVideos/crossing.mp4").path
        try ffmpeg("-i", clip, "-vf", "select=eq(n\\,80),\(filter)", "-frames:v", "1", "-q:v", "2", folder.path(name))
        return try Array(Data(contentsOf: URL(fileURLWithPath: folder.path(name))))
    }

    /// Where YuNet, a detector of another make, finds the two faces: left, top, width and height in pixels of 768x432, the
    /// larger first.
    private static let known = [(292.3, 234.1, 43.8, 54.6), (200.3, 167.8, 40.0, 46.9)].map {
        BoundingBox(left: $0.0 / 768, top: $0.1 / 432, width: $0.2 / 768, height: $0.3 / 432)
    }

    private func expectKnown(_ faces: [FaceDetail], in size: String) {
        // The third, and what isn't quite a face, may be there.
        #expect(2...4 ~= faces.count, "\(size)")
        for (face, known) in zip(faces, Self.known) {
            #expect(face.box.iou(known) > 0.5 && face.Confidence > 80 && abs(face.Pose.Roll) < 10, "\(size): \(face)")
            #expect(face.Landmarks.map(\.Type) == ["eyeLeft", "eyeRight", "nose", "mouthLeft", "mouthRight"])
            let box = face.box
            #expect(
                face.Landmarks.allSatisfy {
                    box.left - 0.02...box.right + 0.02 ~= $0.X && box.top - 0.02...box.bottom + 0.02 ~= $0.Y
                })
        }
    }

    @Test("Every face, the largest first, in either format and any size")
    func all() throws {
        try expectKnown(faces(picture("a.jpg")), in: "JPEG")
        try expectKnown(faces(picture("a.png")), in: "PNG")
        try expectKnown(faces(picture("large.jpg", filter: "scale=3072:1728")), in: "3072x1728")
    }

    @Test("As many faces as there are, small ones too, a hundred at most")
    func many() throws {
        let crop = "crop=200:150:170:150"
        let sixty = try faces(picture("sixty.jpg", filter: "\(crop),loop=29:1,tile=6x5"))
        #expect(sixty.count == 60)
        #expect(sixty.map(\.box.area) == sixty.map(\.box.area).sorted(by: >))
        for (number, face) in sixty.enumerated() {
            #expect(!sixty[..<number].contains { $0.box.iou(face.box) > 0.3 })
        }
        // A fortieth of the picture's width.
        #expect(try faces(picture("more.jpg", filter: "\(crop),loop=89:1,tile=10x9")).count == 100)
    }

    @Test("A camera that was turned is turned back by what Exif says")
    func orientation() throws {
        var turned = try picture("turned.jpg", filter: "transpose=2")
        // Orientation 6: the first row is on the right. TIFF, big-endian, one entry.
        let entry: [UInt8] = [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0]
        let exif = Array("Exif\0\0MM\0*".utf8) + [0, 0, 0, 8, 0, 1] + entry + [0, 0, 0, 0]
        turned.insert(contentsOf: [0xff, 0xe1, 0, UInt8(exif.count + 2)] + exif, at: 2)
        try expectKnown(faces(turned), in: "turned")
    }

    @Test("Nobody is nobody")
    func none() throws {
        #expect(try faces(picture("gray.png", filter: "geq=128:128:128")).isEmpty)
        #expect(try faces(picture("tiny.jpg", filter: "scale=16:16")).isEmpty)
    }

    @Test("What is no picture, cut short, or larger than it may be is refused")
    func wrong() throws {
        let (jpeg, png) = (try picture("a.jpg"), try picture("a.png"))
        var bomb = png
        bomb.replaceSubrange(16..<24, with: [0, 0, 0x40, 0, 0, 0, 0x40, 0])
        let gif = Array("GIF89a".utf8) + [1, 0, 1, 0, 0, 0, 0]
        let playlist = Array("#EXTM3U\nfile:///etc/passwd\n".utf8)
        let cases: [([UInt8], APIError.Code)] = [
            ([], .invalidImageFormat), (gif, .invalidImageFormat), (playlist, .invalidImageFormat),
            (Array(jpeg.prefix(3)), .invalidImageFormat), (Array(jpeg.prefix(60)), .invalidImageFormat),
            (Array(png.prefix(40)), .invalidImageFormat), (bomb, .imageTooLarge),
            (Array(jpeg.prefix(20)) + [UInt8](repeating: 0xff, count: 5_000_000), .invalidImageFormat),
        ]
        for (number, (bytes, code)) in cases.enumerated() {
            let error = #expect(throws: APIError.self, "\(number)") { try search.faces(in: bytes) }
            #expect(error?.code == code, "\(number): \(String(describing: error))")
        }
        try expectKnown(faces(jpeg), in: "the next one")
    }

    @Test("Several at a time get their own answers")
    func parallel() async throws {
        let (people, nobody) = (try picture("a.jpg"), try picture("gray.png", filter: "geq=128:128:128"))
        let (one, other) = (try search.faces(in: people), try search.faces(in: nobody))
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<8 {
                group.addTask { [search] in
                    let isPeople = number % 2 == 0
                    return (try? search.faces(in: isPeople ? people : nobody)) == (isPeople ? one : other)
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }
}
