import PathModel
import Testing

@testable import Detecting

/// Whether angles mean what they mean in Rekognition's responses: by the two faces whose five points and pose AWS shows.
@Suite struct PoseSignTests {
    @Test(arguments: [
        (
            [(0.0684, 0.3010), (0.1054, 0.2970), (0.0957, 0.3370), (0.0733, 0.3758), (0.1059, 0.3722)],
            Pose(roll: -5.1, yaw: 18.7, pitch: -0.6)
        ),
        (
            [(0.4642, 0.2573), (0.5068, 0.2371), (0.4977, 0.2838), (0.4872, 0.3453), (0.5143, 0.3317)],
            Pose(roll: -15.5, yaw: 11.3, pitch: 16.0)
        ),
    ])
    func anglesHaveRekognitionsSigns(points: [(Double, Double)], stated: Pose) throws {
        let pixels = points.map { Point(x: $0.0 * 1920, y: $0.1 * 1080) }
        let pose = try #require(HeadPose.fromFiveLandmarks.fit(pixels))
        // Another sign would be off by 10 degrees at least, but for the first one's pitch.
        #expect(
            abs(pose.roll - stated.roll) < 5 && abs(pose.yaw - stated.yaw) < 5 && abs(pose.pitch - stated.pitch) < 5)
    }
}
