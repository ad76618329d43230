import Foundation
import TestSupport
import Testing

@testable import Answering

@Suite struct TextRuleTests {
    /// A shape of botocore's `service-2.json`.
    private struct Shape: Decodable {
        var type: String
        var min, max: Int?
        var pattern: String?
        var values: [String]?

        enum CodingKeys: String, CodingKey {
            case type, min, max, pattern
            case values = "enum"
        }
    }

    private static func model() throws -> [String: Shape] {
        let script = """
            import botocore.loaders, json
            model = botocore.loaders.Loader().load_service_model("rekognition", "service-2")
            print(json.dumps(model["shapes"]))
            """
        let python = Project.runtime.appendingPathComponent("python-tests/bin/python").path
        let result = try run(python, ["-B", "-c", script])
        return try JSONDecoder().decode([String: Shape].self, from: Data(result.output.utf8))
    }

    @Test func theRulesAreTheModels() throws {
        let model = try Self.model()
        for rule in TextRule.all {
            let shape = try #require(model[rule.shape], "\(rule.shape)")
            #expect(shape.min == rule.least, "\(rule.shape)")
            #expect(shape.max == rule.most, "\(rule.shape)")
            #expect(shape.pattern == rule.pattern, "\(rule.shape)")
            #expect(shape.values == rule.values, "\(rule.shape)")
        }
        #expect(model["MaxResults"]?.min == 1)
        #expect(model["MaxResults"]?.max == nil)
        #expect(model["ImageBlob"]?.min == 1)
        #expect(model["ImageBlob"]?.max == DetectFacesMembers.largestPicture)
        // Every shape with a rule that a request can have is here.
        let constrained = Set(["MaxResults", "ImageBlob"] + TextRule.all.map(\.shape))
        for name in ["S3Object", "Video", "Image", "NotificationChannel"] { #expect(model[name]?.type == "structure") }
        #expect(constrained.count == 14)
    }

    @Test(arguments: TextRule.all.map(\.shape)) func eachPatternIsWhatTheModelsSays(shape: String) throws {
        let rule = try #require(TextRule.all.first { $0.shape == shape })
        guard let pattern = rule.pattern else { return }
        // What \w and \d mean to AWS.
        let regex = try Regex(pattern).asciiOnlyWordCharacters().asciiOnlyDigits()
        var random = ScriptedRandom(seed: 14)
        let pieces =
            ["arn:aws:sns:", "arn:aws:iam::", "123456789012", "eu-central-1", ":role", ":role/", ":", "topic", "/"]
            + "aZ09_-.:+=/,@ é\n~٣".map(String.init)
        let beginnings = ["RoleArn": "arn:aws:iam::123456789012:role", "SNSTopicArn": "arn:aws:sns:x:123456789012"]
        var matches = 0
        for round in 0..<4000 {
            let start = round % 2 == 0 ? "" : beginnings[shape] ?? ""
            let text = (0..<Int.random(in: 0...6, using: &random)).reduce(start) { text, _ in
                text + (pieces.randomElement(using: &random) ?? "")
            }
            let isMatch = text.wholeMatch(of: regex) != nil
            let faults = rule.faults(of: text).filter { $0.contains("pattern") }
            #expect(faults.isEmpty == isMatch, "\(text.debugDescription)")
            if isMatch { matches += 1 }
        }
        #expect(matches > 20)
    }
}
