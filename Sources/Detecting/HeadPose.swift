import Glibc
import PathModel

/// The pose of a head from points on its face: the weak perspective projection of a canonical face that fits them best.
///
/// The least squares affine map from the canonical points to the picture, then the rotation and scale nearest to it
/// (the first step of POSIT, DeMenthon and Davis 1995). Depths of the picture's points are not needed.
struct HeadPose {
    /// A point of the canonical face: centimetres, x to the viewer's right, y down, z away from the viewer.
    typealias CanonicalPoint = SIMD3<Double>

    private let points: [CanonicalPoint]
    private let weights: [Double]
    /// The inverse of the weighted points' second moments.
    private let inverseMoments: [CanonicalPoint]

    private init(_ rows: [(point: CanonicalPoint, weight: Double)]) {
        let total = rows.reduce(0) { $0 + $1.weight }
        weights = rows.map { $0.weight / total }
        let mean = rows.reduce(CanonicalPoint.zero) { $0 + $1.point * $1.weight } / total
        points = rows.map { $0.point - mean }
        var moments = [CanonicalPoint](repeating: .zero, count: 3)
        for (point, weight) in zip(points, weights) {
            for row in 0..<3 { moments[row] += point * (point[row] * weight) }
        }
        inverseMoments = Self.inverse(moments)
    }

    /// The pose that fits points in the order of the canonical ones; nil where they fall together.
    ///
    /// - Parameter observed: in any unit that is the same in both directions.
    func fit(_ observed: [Point]) -> Pose? {
        var center = Point(x: 0, y: 0)
        for (point, weight) in zip(observed, weights) {
            center = Point(x: center.x + point.x * weight, y: center.y + point.y * weight)
        }
        var (across, down) = (CanonicalPoint.zero, CanonicalPoint.zero)
        for (index, point) in observed.enumerated() {
            across += points[index] * ((point.x - center.x) * weights[index])
            down += points[index] * ((point.y - center.y) * weights[index])
        }
        return Self.pose(of: Self.times(inverseMoments, across), Self.times(inverseMoments, down))
    }

    /// The pose of an affine projection's two rows, made orthogonal by (A Aᵀ)^(-1/2) A.
    private static func pose(of across: CanonicalPoint, _ down: CanonicalPoint) -> Pose? {
        let (a, b, c) = ((across * across).sum(), (across * down).sum(), (down * down).sum())
        let determinant = a * c - b * b
        guard determinant > 1e-12 * (a + c) * (a + c) else { return nil }
        // The square root S of a symmetric 2x2 matrix M is (M + √det M) / √(trace M + 2 √det M).
        let root = determinant.squareRoot()
        let size = (a + c + 2 * root).squareRoot()
        let (p, q, r) = ((a + root) / size, b / size, (c + root) / size)
        let x = (across * r - down * q) / (p * r - q * q)
        let y = (down * p - across * q) / (p * r - q * q)
        let depth = x.x * y.y - x.y * y.x
        func degrees(_ radians: Double) -> Double { radians * 180 / .pi }
        // The face looks along -z of its own, and a viewer along +z.
        return Pose(
            roll: degrees(atan2(y.x, x.x)), yaw: degrees(atan2(-x.z, depth)),
            pitch: degrees(asin(min(max(y.z, -1), 1))))
    }

    private static func times(_ matrix: [CanonicalPoint], _ vector: CanonicalPoint) -> CanonicalPoint {
        CanonicalPoint((matrix[0] * vector).sum(), (matrix[1] * vector).sum(), (matrix[2] * vector).sum())
    }

    /// Of a symmetric matrix.
    private static func inverse(_ m: [CanonicalPoint]) -> [CanonicalPoint] {
        func cross(_ a: CanonicalPoint, _ b: CanonicalPoint) -> CanonicalPoint {
            CanonicalPoint(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
        }
        let columns = [cross(m[1], m[2]), cross(m[2], m[0]), cross(m[0], m[1])]
        let determinant = (m[0] * columns[0]).sum()
        return columns.map { $0 / determinant }
    }
}

extension HeadPose {
    /// From points of Face Mesh, in the order of `meshIndices`.
    static let fromMesh = HeadPose(pairs.flatMap { [($0.at, $0.weight), ($0.at.mirrored, $0.weight)] } + middle)

    /// Points of Face Mesh that move little with what the face expresses.
    static let meshIndices = pairs.flatMap { [$0.left, $0.right] } + [4, 6, 10]

    /// From the five landmarks, in their order: eyes, nose, corners of the mouth.
    static let fromFiveLandmarks: HeadPose = {
        let (eye, mouth) = (CanonicalPoint(-3.151, -2.625, -3.465), CanonicalPoint(-2.456, 4.343, -4.284))
        let nose = CanonicalPoint(0, 1.127, -7.476)
        return HeadPose([eye, eye.mirrored, nose, mouth, mouth.mirrored].map { ($0, 1) })
    }()

    /// MediaPipe's canonical face and the weights of its alignment (canonical_face_model.obj and
    /// geometry_pipeline_metadata_landmarks.pbtxt in mediapipe/modules/face_geometry/data, Apache-2.0), rounded; the
    /// left half of the picture, the right one being its mirror image.
    private static let pairs: [(left: Int, right: Int, at: CanonicalPoint, weight: Double)] = [
        (33, 263, CanonicalPoint(-4.446, -2.664, -3.173), 0.0587),
        (54, 284, CanonicalPoint(-6.279, -6.615, -1.426), 0.0077),
        (67, 297, CanonicalPoint(-3.524, -8.006, -3.729), 0.0091),
        (117, 346, CanonicalPoint(-5.259, -0.946, -2.974), 0.0098),
        (119, 348, CanonicalPoint(-3.301, -0.862, -3.873), 0.0146),
        (121, 350, CanonicalPoint(-1.821, -1.468, -4.224), 0.0186),
        (127, 356, CanonicalPoint(-7.743, -2.365, 2.005), 0.0052),
        (129, 358, CanonicalPoint(-1.786, 0.978, -4.850), 0.1206),
        (132, 361, CanonicalPoint(-7.271, 2.891, 2.252), 0.0056),
        (133, 362, CanonicalPoint(-1.856, -2.585, -3.758), 0.0533),
        (136, 365, CanonicalPoint(-5.085, 7.179, -0.715), 0.0669),
        (143, 372, CanonicalPoint(-6.408, -2.236, -1.561), 0.0148),
        (147, 376, CanonicalPoint(-6.235, 1.944, -1.664), 0.0143),
        (198, 420, CanonicalPoint(-1.247, -0.230, -5.681), 0.0255),
        (205, 425, CanonicalPoint(-4.387, 2.683, -3.644), 0.0473),
    ]

    private static let middle: [(point: CanonicalPoint, weight: Double)] = [
        (CanonicalPoint(0, 0.463, -7.587), 0.0709), (CanonicalPoint(0, -2.473, -5.789), 0.0321),
        (CanonicalPoint(0, -8.262, -4.482), 0.0084),
    ]
}

extension SIMD3<Double> {
    fileprivate var mirrored: SIMD3<Double> { SIMD3(-x, y, z) }
}
