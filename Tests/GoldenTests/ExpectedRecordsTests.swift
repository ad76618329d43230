import Foundation
import TestSupport
import Testing

/// The sample video gives the records that `Scripts/record-golden` wrote into `SampleVideos/crossing.expected.jsonl`.
///
/// On one machine they are the same bytes. Other processors round float32 sums and swscale's fixed point differently,
/// so what is measured may differ a little; everything else must be the same text.
@Suite struct ExpectedRecordsTests {
    /// The keys of measured numbers, and how far they may be off: 0.4 percent of the frame for places, 2 percent points
    /// for confidences. A distance adds many small steps up.
    private static let tolerances = [
        "left": 0.004, "top": 0.004, "width": 0.004, "height": 0.004, "x": 0.004, "y": 0.004, "confidence": 2,
        "best_face_confidence": 2, "distance": 0.05, "mean_speed": 0.01, "roll": 2, "yaw": 3, "pitch": 3,
        "brightness": 1,
        "sharpness": 3,
    ]

    /// A line without its measured numbers, and those by key in their order.
    private struct Line {
        let fixed: String
        let measured: [(key: String, value: Double)]

        init(_ text: Substring) {
            var measured: [(key: String, value: Double)] = []
            let fixed = text.replacing(/"(?<key>\w+)":(?<value>-?[0-9.]+)/) { match in
                let key = String(match.output.key)
                guard tolerances[key] != nil, let value = Double(match.output.value) else { return match.output.0 }
                measured.append((key, value))
                return "\"\(key)\":#"
            }
            self.fixed = String(fixed)
            self.measured = measured
        }
    }

    @Test func theSampleVideoGivesTheExpectedRecords() throws {
        let path = Project.root.appendingPathComponent("SampleVideos/crossing.expected.jsonl").path
        let expected = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        let found = try Records.text.get().split(separator: "\n")
        for (number, (found, expected)) in zip(found, expected).enumerated() where found != expected {
            let (one, other) = (Line(found), Line(expected))
            try #require(one.fixed == other.fixed, "line \(number + 1)")
            for (found, expected) in zip(one.measured, other.measured) {
                let tolerance = try #require(Self.tolerances[found.key])
                #expect(abs(found.value - expected.value) <= tolerance, "\(found.key) in line \(number + 1)")
            }
        }
        #expect(found.count == expected.count)
    }
}
