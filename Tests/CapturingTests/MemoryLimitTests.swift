import Decoding
import PathModel
import Testing

@testable import Capturing

@Suite struct MemoryLimitTests {
    @Test func memoryIsBoundedByTheLargestPicture() {
        var options = SourceOptions()
        #expect(MemoryLimit.budget(for: options) == 2 << 30)
        options.largestPicture = PixelSize(width: 1024, height: 1024)
        #expect(MemoryLimit.budget(for: options) == 1 << 30 + 16 << 20)
    }
}
