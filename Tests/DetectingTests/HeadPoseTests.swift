import Foundation
import Testing

@testable import Detecting
@testable import PathModel

@Suite struct HeadPoseTests {
    /// The canonical eyes, nose and corners of the mouth, turned by yaw, pitch and roll (degrees) as a viewer sees them.
    private func observed(roll: Double, yaw: Double, pitch: Double) -> [Point] {
        let points: [(Double, Double, Double)] = [
            (-3.151, -2.625, -3.465), (3.151, -2.625, -3.465), (0, 1.127, -7.476), (-2.456, 4.343, -4.284),
            (2.456, 4.343, -4.284),
        ]
        let (a, b, c) = (pitch * .pi / 180, yaw * .pi / 180, roll * .pi / 180)
        return points.map { x, y, z in
            // Up: what is near the viewer (z < 0) goes up (y < 0). Then to the right: it goes right. Then clockwise.
            let (y1, z1) = (y * cos(a) + z * sin(a), z * cos(a) - y * sin(a))
            let (x2, _) = (x * cos(b) - z1 * sin(b), z1 * cos(b) + x * sin(b))
            return Point(x: 7 * (x2 * cos(c) - y1 * sin(c)) + 300, y: 7 * (x2 * sin(c) + y1 * cos(c)) + 200)
        }
    }

    @Test(arguments: [(0.0, 0.0, 0.0), (25, 0, 0), (-140, 0, 0), (0, 30, 0), (0, -50, 0), (0, 0, 20), (0, 0, -35)])
    func turnsAreMeasuredWithTheirSigns(roll: Double, yaw: Double, pitch: Double) throws {
        let pose = try #require(HeadPose.fromFiveLandmarks.fit(observed(roll: roll, yaw: yaw, pitch: pitch)))
        #expect(abs(pose.roll - roll) < 0.5 && abs(pose.yaw - yaw) < 0.5 && abs(pose.pitch - pitch) < 0.5, "\(pose)")
    }

    @Test func aNodAShakeAndATiltChangeTheirOwnAngle() throws {
        func pose(_ roll: Double, _ yaw: Double, _ pitch: Double) throws -> Pose {
            try #require(HeadPose.fromFiveLandmarks.fit(observed(roll: roll, yaw: yaw, pitch: pitch)))
        }
        let rest = try pose(5, -10, 3)
        #expect(try pose(5, -10, 13).pitch > rest.pitch + 8)
        #expect(try pose(5, 0, 3).yaw > rest.yaw + 8)
        #expect(try pose(15, -10, 3).roll > rest.roll + 8)
    }

    @Test func pointsThatFallTogetherHaveNoPose() {
        #expect(HeadPose.fromFiveLandmarks.fit([Point](repeating: Point(x: 5, y: 5), count: 5)) == nil)
        #expect(HeadPose.fromFiveLandmarks.fit([]) == nil)
    }
}
