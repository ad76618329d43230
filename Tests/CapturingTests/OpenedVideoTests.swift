import Testing

@testable import Capturing

@Suite struct OpenedVideoTests {
    private static let (small, hd, eightK, eightKDeep) = (64 * 48 * 3 / 2, 1920 * 1080 * 3 / 2, 50_000_000, 200_000_000)

    /// Each worker has its frame, and two are on their way; more only where they are small.
    @Test(arguments: [
        (2, small, 8), (2, hd, 5), (16, small, 50), (16, hd, 43), (16, eightK, 10), (16, eightKDeep, 2),
        (1, eightKDeep, 2),
        (64, eightK, 10), (1, 1, 5),
    ])
    func whatIsOnTheWayIsBoundedInBytes(workers: Int, bytes: Int, frames: Int) {
        let count = OpenedVideo.framesOnTheWay(workers: workers, pictureBytes: bytes)
        #expect(count == frames)
        #expect(count * bytes <= 512 << 20 || count == 2)
    }
}
