import PathModel
import TestSupport
import Testing

@testable import Detecting

@Suite struct PixelPyramidTests {
    @Test(arguments: [(8, 6), (7, 6), (8, 5), (7, 5), (1, 1)])
    func halvingTakesTheMeanOfFourPixels(width: Int, height: Int) {
        let image = randomPicture(PixelSize(width: 8, height: 6), seed: 6)
        var half = PixelBuffer(size: PixelSize(width: 5, height: 5), format: .bgr24, filledWith: Letterbox.fill)
        let size = image.halve(PixelSize(width: width, height: height), into: &half)
        #expect(size == PixelSize(width: (width + 1) / 2, height: (height + 1) / 2))
        for y in 0..<5 {
            for x in 0..<5 {
                guard x < size.width, y < size.height else {
                    #expect(half.pixel(x, y).allSatisfy { $0 == Letterbox.fill })
                    continue
                }
                for channel in 0..<3 {
                    let columns = [2 * x, min(2 * x + 1, width - 1)]
                    let rows = [2 * y, min(2 * y + 1, height - 1)]
                    let sum = rows.flatMap { row in columns.map { Double(image.pixel($0, row)[channel]) } }.reduce(0, +)
                    #expect(abs(Double(half.pixel(x, y)[channel]) - sum / 4) <= 0.5)
                }
            }
        }
    }
}
