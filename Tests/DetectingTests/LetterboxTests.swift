import Detecting
import PathModel
import TestSupport
import Testing

@Suite struct LetterboxTests {
    /// Landscape, portrait, square, odd, extreme.
    static let frames: [PixelSize] = {
        var random = ScriptedRandom(seed: 3)
        let known = [
            (1920, 1080), (1080, 1920), (768, 432), (640, 640), (1, 1), (16_384, 64), (3, 1001), (721, 577),
        ].map { PixelSize(width: $0, height: $1) }
        return known
            + (0..<40).map { _ in
                PixelSize(width: .random(in: 1...4000, using: &random), height: .random(in: 1...4000, using: &random))
            }
    }()
    static let budgets = [(320, 192), (448, 256), (640, 384), (32, 32)].map { PixelSize(width: $0, height: $1) }

    @Test(arguments: budgets) func aFrameKeepsItsShapeAndFillsOneSideOfTheInput(input: PixelSize) {
        for frame in Self.frames {
            let content = Letterbox.content(of: frame, in: input)
            #expect((1...input.width).contains(content.width) && (1...input.height).contains(content.height))
            #expect(content.width == input.width || content.height == input.height, "\(frame) is \(content)")
            let scale = min(
                Double(input.width) / Double(frame.width), Double(input.height) / Double(frame.height))
            #expect(abs(Double(content.width) - max(1, Double(frame.width) * scale)) <= 0.5)
            #expect(abs(Double(content.height) - max(1, Double(frame.height) * scale)) <= 0.5)
        }
    }

    @Test(arguments: budgets) func theInputSizeIsInStepsOf32AndWithinTheBudget(budget: PixelSize) {
        for frame in Self.frames {
            let size = Letterbox.inputSize(for: frame, budget: budget)
            #expect(size.width % 32 == 0 && size.height % 32 == 0 && size.width > 0 && size.height > 0)
            #expect(size.width * size.height <= budget.width * budget.height)
        }
    }

    @Test(arguments: budgets) func theInputSizeShowsAFrameAtLeastAsLargeAsTheBudgetsShape(budget: PixelSize) {
        func shown(_ frame: PixelSize, in input: PixelSize) -> Int {
            let content = Letterbox.content(of: frame, in: input)
            return content.width * content.height
        }
        for frame in Self.frames {
            let fitted = shown(frame, in: Letterbox.inputSize(for: frame, budget: budget))
            #expect(fitted >= shown(frame, in: budget))
            #expect(fitted >= shown(frame, in: PixelSize(width: budget.height, height: budget.width)))
        }
    }

    @Test func theInputHasTheShapeOfTheFrame() {
        let budget = PixelSize(width: 448, height: 256)
        let landscape = Letterbox.inputSize(for: PixelSize(width: 1920, height: 1080), budget: budget)
        #expect(landscape == budget)
        let portrait = Letterbox.inputSize(for: PixelSize(width: 1080, height: 1920), budget: budget)
        #expect(portrait == PixelSize(width: 256, height: 448))
        let square = Letterbox.inputSize(for: PixelSize(width: 500, height: 500), budget: budget)
        #expect(square == PixelSize(width: 320, height: 320))
    }
}
