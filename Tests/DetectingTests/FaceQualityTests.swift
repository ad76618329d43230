import PathModel
import Testing

@testable import Detecting

@Suite struct FaceQualityTests {
    private let size = PixelSize(width: 192, height: 192)

    @Test func brightnessIsTheMeanLumaOfTheMiddle() {
        #expect(FaceQuality(of: PixelBuffer(size: size, format: .rgb24, filledWith: 255)).brightness == 100)
        var image = PixelBuffer(size: size, format: .rgb24, filledWith: 0)
        #expect(FaceQuality(of: image) == FaceQuality(brightness: 0, sharpness: 0))
        image.fill(PixelRect(x: 48, y: 48, width: 96, height: 48), with: 255)
        #expect(abs(FaceQuality(of: image).brightness - 50) < 0.01)
        // What lies around the face doesn't count.
        image.fill(PixelRect(x: 0, y: 0, width: 192, height: 40), with: 255)
        #expect(abs(FaceQuality(of: image).brightness - 50) < 0.01)
    }

    @Test func sharpnessFallsWithEachBlur() {
        var image = randomPicture(size, seed: 5)
        var last = FaceQuality(of: image).sharpness
        #expect(last > 80)
        for _ in 0..<3 {
            var blurred = image
            for index in 3..<image.bytes.count - 3 {
                let sum = Int(image.bytes[index - 3]) + Int(image.bytes[index]) + Int(image.bytes[index + 3])
                blurred.bytes[index] = UInt8(sum / 3)
            }
            image = blurred
            let sharpness = FaceQuality(of: image).sharpness
            #expect(sharpness < last && sharpness >= 0)
            last = sharpness
        }
    }
}
