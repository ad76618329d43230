import TestSupport
import Testing

@testable import Analyzing

@Suite struct ReordererTests {
    @Test func anyPermutationComesOutInOrder() {
        var random = ScriptedRandom(seed: 10)
        for _ in 0..<100 {
            var reorderer = Reorderer<String>()
            var out: [String] = []
            for number in (0..<50).shuffled(using: &random) {
                reorderer.insert("\(number)", at: number)
                while let element = reorderer.pop() { out.append(element) }
                #expect(reorderer.next == out.count)
            }
            #expect(out == (0..<50).map(String.init))
        }
    }

    @Test func anElementWaitsForThoseBeforeIt() {
        var reorderer = Reorderer<Int?>()
        reorderer.insert(2, at: 1)
        #expect(reorderer.pop() == nil)
        reorderer.insert(nil, at: 0)
        #expect(reorderer.pop() == .some(nil), "a tombstone")
        #expect(reorderer.pop() == .some(2))
    }
}
