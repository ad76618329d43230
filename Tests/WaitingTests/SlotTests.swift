import Dispatch
import Testing
import Waiting

@Suite(.timeLimit(.minutes(30))) struct SlotTests {
    private func onThread(_ body: @escaping @Sendable () -> Void) -> DispatchGroup {
        let group = DispatchGroup()
        DispatchQueue(label: "slot").async(group: group, execute: body)
        return group
    }

    @Test func theNewestTakesThePlaceOfWhatWaits() {
        let slot = Slot<[Int]>()
        for number in 0..<3 { slot.replace(with: [number]) { $0 + $1 } }
        #expect(slot.take() == [0, 1, 2])
        slot.replace(with: [3]) { $0 + $1 }
        slot.close()
        slot.replace(with: [4]) { $0 + $1 }
        #expect(slot.take() == [3] && slot.take() == nil && slot.take() == nil)
    }

    @Test func nothingIsLostWherePuttingWaits() {
        let slot = Slot<Int>()
        let putting = onThread {
            for number in 0..<10_000 { slot.put(number) }
            slot.close()
        }
        var taken: [Int] = []
        while let number = slot.take() { taken.append(number) }
        putting.wait()
        #expect(taken == Array(0..<10_000))
    }

    @Test func theEndLetsEveryoneGo() {
        let slot = Slot<Int>()
        let taking = onThread { while slot.take() != nil {} }
        slot.close()
        #expect(taking.wait(timeout: .now() + 10) == .success)

        let full = Slot<Int>()
        full.put(1)
        let putting = onThread { full.put(2) }
        full.close(keepingElement: false)
        #expect(putting.wait(timeout: .now() + 10) == .success && full.take() == nil)
    }
}
