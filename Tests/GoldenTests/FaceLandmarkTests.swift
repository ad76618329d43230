import Foundation
import PathModel
import TestSupport
import Testing

/// `footpath faces --landmarks all` on real faces.
@Suite struct FaceLandmarkTests {
    private struct Line: Decodable {
        struct Mark: Decodable { let type: String, x: Double, y: Double }
        struct Angles: Decodable { let roll: Double, yaw: Double, pitch: Double }
        struct Found: Decodable { let confidence: Double, landmarks: [Mark], pose: Angles }
        let width: Double, height: Double
        let face: Found?

        /// In pixels, by name.
        var points: [String: Point] {
            let marks = (face?.landmarks ?? []).map { ($0.type, Point(x: $0.x * width, y: $0.y * height)) }
            return Dictionary(uniqueKeysWithValues: marks)
        }
    }

    private static func faces(_ pictures: [String]) throws -> [Line] {
        let result = try Command(Project.program.path, ["faces", "--landmarks", "all"] + pictures).wait()
        #expect(result.status == 0, "\(result.errors)")
        return try result.output.split(separator: "\n").map {
            try JSONDecoder().decode(Line.self, from: Data($0.utf8))
        }
    }

    private static func distance(_ a: Point, _ b: Point) -> Double { hypot(a.x - b.x, a.y - b.y) }

    /// A face of the sample video, and the same one mirrored.
    private static func astronaut(in folder: TemporaryFolder, mirrored: Bool = false) throws -> Line {
        let picture = folder.path(mirrored ? "mirrored.png" : "face.png")
        let filter = "select=eq(n\\,0),crop=96:96:508:142,scale=288:288:flags=bicubic" + (mirrored ? ",hflip" : "")
        try ffmpeg("-i", Project.sample.path, "-vf", filter, "-frames:v", "1", picture)
        return try #require(try faces([picture]).first)
    }

    @Test func thirtyLandmarksLieAsRecorded() throws {
        let path = Project.root.appendingPathComponent("SampleVideos/crossing.face.json").path
        let golden = try JSONDecoder().decode(Line.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
        let seen = try Self.astronaut(in: TemporaryFolder())
        #expect(seen.face?.landmarks.map(\.type) == Landmark.Kind.allCases.map(\.rawValue))
        for (kind, point) in golden.points {
            #expect(try Self.distance(point, #require(seen.points[kind])) < 1, "\(kind)")
        }
    }

    /// Of a mirrored picture each left landmark is where the right one was, and yaw and roll change their signs.
    @Test func leftIsTheViewersLeft() throws {
        let folder = try TemporaryFolder()
        let (face, mirrored) = (
            try Self.astronaut(in: folder).points, try Self.astronaut(in: folder, mirrored: true).points
        )
        for kind in Landmark.Kind.allCases.map(\.rawValue) {
            let other = kind.replacing(/[Ll]eft|[Rr]ight/) { match in
                ["left": "right", "Left": "Right", "right": "left", "Right": "Left"][String(match.output)] ?? ""
            }
            // Names such as leftEyeBrowRight have two sides, and both change.
            let point = try #require(face[kind])
            let expected = Point(x: 288 - point.x, y: point.y)
            #expect(try Self.distance(expected, #require(mirrored[other])) < 6, "\(kind) and \(other)")
        }
        for kind in ["eye", "mouth"] {
            #expect(try #require(face[kind + "Left"]).x + 30 < #require(face[kind + "Right"]).x)
        }
    }

    /// iBUG's points (0-based) that mean the same.
    private static let marked: [String: [Int]] = [
        "eyeLeft": Array(36...41), "eyeRight": Array(42...47), "nose": [30], "mouthLeft": [48], "mouthRight": [54],
        "leftEyeBrowLeft": [17], "leftEyeBrowUp": [19], "leftEyeBrowRight": [21], "rightEyeBrowLeft": [22],
        "rightEyeBrowUp": [24], "rightEyeBrowRight": [26], "leftEyeLeft": [36], "leftEyeRight": [39],
        "leftEyeUp": [37, 38], "leftEyeDown": [40, 41], "rightEyeLeft": [42], "rightEyeRight": [45],
        "rightEyeUp": [43, 44], "rightEyeDown": [46, 47], "noseLeft": [31], "noseRight": [35], "mouthUp": [51],
        "mouthDown": [57], "leftPupil": Array(36...41), "rightPupil": Array(42...47), "upperJawlineLeft": [0],
        "midJawlineLeft": [4], "chinBottom": [8], "midJawlineRight": [12], "upperJawlineRight": [16],
    ]

    @Test(.enabled(if: Project.hasShared, "needs ../shared/faces"))
    func everyNameLiesWherePeopleMarkedIt() throws {
        struct Marked: Decodable { let landmarks: [[[Double]]] }
        let folder = Project.shared.appendingPathComponent("faces")
        let truth = try JSONDecoder().decode(
            [String: Marked].self, from: Data(contentsOf: folder.appendingPathComponent("landmarks68.json")))
        let names = truth.keys.sorted()
        let lines = try Self.faces(names.map { folder.appendingPathComponent("img/\($0)").path })
        #expect(lines.count { $0.face != nil } >= names.count - 2)
        var errors: [String: [Double]] = [:]
        var (turned, agreeing) = (0, 0)
        for (name, line) in zip(names, lines) {
            let points = try #require(truth[name]?.landmarks.first).map { Point(x: $0[0], y: $0[1]) }
            guard points.count == 68, let face = line.face else { continue }
            let unit = Self.distance(points[36], points[45])
            for (kind, indices) in Self.marked {
                let x = indices.reduce(0) { $0 + points[$1].x } / Double(indices.count)
                let y = indices.reduce(0) { $0 + points[$1].y } / Double(indices.count)
                let error = try Self.distance(Point(x: x, y: y), #require(line.points[kind])) / unit
                errors[kind, default: []].append(error)
            }
            // Who looks aside has the nose nearer to that eye.
            let aside = (points[30].x - (points[36].x + points[45].x) / 2) / unit
            guard abs(aside) > 0.15, abs(points[45].y - points[36].y) < 0.2 * unit else { continue }
            turned += 1
            agreeing += (face.pose.yaw > 0) == (aside > 0) ? 1 : 0
        }
        for (kind, list) in errors {
            let mean = list.reduce(0, +) / Double(list.count)
            // Any two of the names are farther apart than this.
            #expect(mean < (kind.contains("Jaw") || kind.contains("chin") ? 0.14 : 0.09), "\(kind): \(mean)")
        }
        #expect(turned > 20 && agreeing == turned, "\(agreeing) of \(turned)")
    }
}
