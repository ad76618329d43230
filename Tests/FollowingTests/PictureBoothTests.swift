import Foundation
import Testing

@testable import Following

@Suite("Where a camera's pictures for people pass")
struct PictureBoothTests {
    private let start = ContinuousClock.now
    private let jpeg = Data([1])

    private func at(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }

    @Test("One is due once somebody asks, and again half a second later, as long as somebody asks")
    func due() {
        let booth = PictureBooth()
        #expect(booth.interest(at: at(0)) == .none)
        #expect(booth.ask(at: at(0)) == nil)
        #expect(booth.interest(at: at(100)) == .due)
        booth.put(jpeg, at: at(100))
        #expect(booth.interest(at: at(599)) == .later && booth.interest(at: at(600)) == .due)
        #expect(booth.interest(at: at(3000)) == .due && booth.interest(at: at(3001)) == .none)
        #expect(booth.made == 1)
    }

    @Test("None is given that is older than a second, and none is kept for nobody")
    func age() {
        let booth = PictureBooth()
        _ = booth.ask(at: at(0))
        booth.put(jpeg, at: at(100))
        #expect(booth.ask(at: at(1100)) == jpeg && booth.ask(at: at(1101)) == nil)
        booth.put(jpeg, at: at(1200))
        #expect(booth.interest(at: at(4200)) == .none)
        #expect(booth.ask(at: at(4201)) == nil)
    }
}
