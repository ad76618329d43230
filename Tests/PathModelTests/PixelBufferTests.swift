import PathModel
import Testing

@Suite struct PixelBufferTests {
    @Test(arguments: [
        PixelRect(x: 1, y: 1, width: 2, height: 1), PixelRect(x: -2, y: -3, width: 4, height: 5),
        PixelRect(x: 3, y: 2, width: 9, height: 9), PixelRect(x: -9, y: -9, width: 99, height: 99),
        PixelRect(x: 5, y: 0, width: 2, height: 2), PixelRect(x: 9, y: 0, width: 2, height: 9),
        PixelRect(x: 0, y: -4, width: 2, height: 4),
        PixelRect(x: 2, y: 1, width: 0, height: 3), PixelRect(x: 2, y: 1, width: -5, height: 3),
    ])
    func fillSetsThePixelsOfTheRectangleThatExistAndNoOthers(rect: PixelRect) {
        var image = PixelBuffer(size: PixelSize(width: 5, height: 4), format: .rgb24, filledWith: 7)
        image.fill(rect, with: 200)
        for y in 0..<4 {
            for x in 0..<5 {
                let isInside =
                    x >= rect.x && x < rect.x + rect.size.width && y >= rect.y && y < rect.y + rect.size.height
                let start = (y * 5 + x) * PixelBuffer.channels
                #expect(image.bytes[start..<start + 3].allSatisfy { $0 == (isInside ? 200 : 7) }, "(\(x), \(y))")
            }
        }
        #expect(image.bytes.count == 5 * 4 * 3)
    }
}
