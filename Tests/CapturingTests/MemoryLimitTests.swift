import Decoding
import PathModel
import Testing

@testable import Capturing

@Suite struct MemoryLimitTests {
    @Test func memoryIsBoundedByTheLargestPictureAndTheThreads() {
        var request = SourceRequest(source: "x")
        #expect(MemoryLimit.budget(for: request) == 2 << 30)
        request.options.largestPicture = PixelSize(width: 1024, height: 1024)
        #expect(MemoryLimit.budget(for: request) == 1 << 30 + 16 << 20)
        request.threads = 3
        #expect(MemoryLimit.budget(for: request) == 1 << 30 + (16 + 2 * (80 + 3)) << 20)
    }
}
