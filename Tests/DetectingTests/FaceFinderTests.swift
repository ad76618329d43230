import Detecting
import Foundation
import Inference
import PathModel
import TestSupport
import Testing

/// Faces in the sample video, found by the real networks.
@Suite struct FaceFinderTests {
    /// Every tenth frame of the clip with what is true of it.
    private struct Frame {
        let number: Int
        let image: PixelBuffer
        /// People's boxes in ratios of the frame, by id.
        let people: [(id: Int, box: BoundingBox, visibility: Double)]
        /// Face points in pixels, by id and name.
        let faces: [Int: [String: Point]]
    }

    private static let size = PixelSize(width: 768, height: 432)

    private static func columns(_ file: String) throws -> [[String]] {
        let path = Project.root.appendingPathComponent("SampleVideos/\(file)").path
        return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
            $0.split(separator: ",").map(String.init)
        }
    }

    private static func frames() throws -> [Frame] {
        let folder = try TemporaryFolder()
        let raw = folder.path("frames.rgb")
        try ffmpeg(
            "-i", Project.sample.path, "-vf", "select='not(mod(n,10))'", "-vsync", "0", "-pix_fmt", "rgb24", "-f",
            "rawvideo", raw)
        let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: raw)))
        let boxes = Dictionary(grouping: try columns("crossing.gt.txt")) { Int($0[0])! }
        let points = Dictionary(grouping: try columns("crossing.faces.txt")) { Int($0[0])! }
        let length = size.width * size.height * PixelBuffer.channels
        return (0..<bytes.count / length).map { index in
            var image = PixelBuffer(size: size, format: .rgb24)
            image.bytes = Array(bytes[index * length..<(index + 1) * length])
            let number = index * 10 + 1
            let people = (boxes[number] ?? []).map { row in
                let value = row.map { Double($0)! }
                let box = BoundingBox(left: value[2], top: value[3], width: value[4], height: value[5])
                return (
                    id: Int(value[1]), box: box.scaled(x: 1 / Double(size.width), y: 1 / Double(size.height)),
                    visibility: value[8]
                )
            }
            var faces: [Int: [String: Point]] = [:]
            for row in points[number] ?? [] {
                faces[Int(row[1])!, default: [:]][row[2]] = Point(x: Double(row[3])!, y: Double(row[4])!)
            }
            return Frame(number: number, image: image, people: people, faces: faces)
        }
    }

    private static func finder() throws -> FaceFinder {
        let engine = try Project.openVINO()
        func session(_ name: String) throws -> any InferenceSession {
            try engine.load(Project.faceNetwork(name), inputShape: nil).makeSession()
        }
        return try FaceFinder(
            detector: session("face_detection_short_range.tflite"), mesh: session("face_landmark.tflite"))
    }

    @Test func landmarksLieWhereTheFaceHasThem() throws {
        let finder = try Self.finder()
        var (wanted, found) = (0, 0)
        for frame in try Self.frames() {
            let faces = try finder.find(
                frame.people.map { PersonInView(box: $0.box) }, in: PictureInMemory(image: frame.image))
            for (person, face) in zip(frame.people, faces) {
                guard let truth = frame.faces[person.id], truth.count == 5, person.visibility > 0.9 else { continue }
                wanted += 1
                guard let face else { continue }
                found += 1
                var points: [Landmark.Kind: Point] = [:]
                for landmark in face.landmarks {
                    let at = Point(
                        x: landmark.position.x * Double(Self.size.width),
                        y: landmark.position.y * Double(Self.size.height))
                    points[landmark.kind] = at
                    let wanted = try #require(truth[landmark.kind.rawValue])
                    let error = hypot(at.x - wanted.x, at.y - wanted.y)
                    #expect(error < 4, "\(landmark.kind) of \(person.id) in frame \(frame.number)")
                }
                #expect(points.count == 5)
                #expect(try #require(points[.eyeLeft]).x < #require(points[.eyeRight]).x)
                #expect(try #require(points[.mouthLeft]).x < #require(points[.mouthRight]).x)
            }
        }
        #expect(Double(found) >= 0.9 * Double(wanted) && wanted > 20, "\(found) of \(wanted)")
    }

    @Test func nobodyGetsSomeoneElsesFaceToo() throws {
        let finder = try Self.finder()
        var overlaps = 0
        for frame in try Self.frames() {
            let people = frame.people.map(\.box)
            let faces = try finder.find(people.map { PersonInView(box: $0) }, in: PictureInMemory(image: frame.image))
                .compactMap(\.self)
            for (index, face) in faces.enumerated() {
                for other in faces[..<index] { #expect(face.box.iou(other.box) < 0.3, "frame \(frame.number)") }
            }
            for (index, box) in people.enumerated() {
                overlaps += people[..<index].count { $0.iou(box) > 0.2 }
            }
        }
        #expect(overlaps > 3, "people pass each other in the clip")
    }

    @Test func aFaceThatTwoHeadRegionsHoldGoesToThePersonAboveWhomItIs() throws {
        let frame = try #require(try Self.frames().first)
        let person = try #require(frame.people.first).box
        var aside = person
        aside.left += 0.15 * person.width
        aside.top += 0.05 * person.height
        let finder = try Self.finder()
        let cutter = PictureInMemory(image: frame.image)
        func faces(_ people: [BoundingBox]) throws -> [Face?] {
            try finder.find(people.map { PersonInView(box: $0) }, in: cutter)
        }
        #expect(try faces([aside])[0] != nil, "alone they would get it")
        let found = try faces([aside, person])
        #expect(found[0] == nil && found[1] != nil)
        #expect(try faces([person, aside]) == found.reversed())
        #expect(try faces([]).isEmpty)
        // Whose face is not wanted in this frame keeps it all the same.
        let others = [PersonInView(box: aside), PersonInView(box: person, isWanted: false)]
        #expect(try finder.find(others, in: cutter) == [nil, nil])
    }

    @Test func smallPeopleAreNotLookedAt() {
        let frame = PixelSize(width: 1000, height: 500)
        func person(_ height: Double) -> BoundingBox {
            BoundingBox(left: 0.5, top: 0.1, width: 0.4 * height / 1000, height: height / 500)
        }
        #expect(FaceFinder.isLargeEnough(person(140), frame: frame, minimumWidth: 20))
        #expect(!FaceFinder.isLargeEnough(person(125), frame: frame, minimumWidth: 20))
    }
}
