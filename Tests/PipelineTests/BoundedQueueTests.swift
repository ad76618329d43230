import Dispatch
import Foundation
import Pipeline
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct BoundedQueueTests {
    @Test func elementsComeOutInTheOrderTheyWentIn() {
        let queue = BoundedQueue<Int>(capacity: .max)
        // More than the queue moves up in its array at once.
        for number in 0..<200 { #expect(queue.push(number)) }
        #expect((0..<150).map { _ in queue.pop() } == Array(0..<150))
        for number in 200..<300 { queue.push(number) }
        #expect((150..<300).map { _ in queue.pop() } == Array(150..<300))
    }

    @Test func whatIsPushedFirstComesOutFirst() {
        let queue = BoundedQueue<Int>(capacity: 2)
        queue.push(1)
        queue.push(2)
        #expect(queue.pushFirst(0), "the capacity does not hold it up")
        #expect((0..<2).map { _ in queue.pop() } == [0, 1])
        queue.pushFirst(-1)
        #expect((0..<2).map { _ in queue.pop() } == [-1, 2])
    }

    @Test func aClosedQueueGivesWhatIsLeftAndTakesNothing() {
        let queue = BoundedQueue<Int>(capacity: 5)
        queue.push(1)
        queue.close()
        #expect(!queue.push(2))
        #expect(!queue.pushFirst(0))
        #expect(queue.pop() == 1)
        #expect(queue.pop() == nil)
    }

    @Test func closingLetsAPushIntoAFullQueueReturn() {
        let queue = BoundedQueue<Int>(capacity: 1)
        queue.push(1)
        let pushed = BoundedQueue<Bool>(capacity: 1)
        Thread.detachNewThread { pushed.push(queue.push(2)) }
        usleep(20_000)
        queue.close()
        #expect(pushed.pop() == false)
        #expect(queue.pop() == 1)
        #expect(queue.pop() == nil)
    }

    @Test func closingLetsAPopOfAnEmptyQueueReturn() {
        let queue = BoundedQueue<Int>(capacity: 1)
        let popped = BoundedQueue<Bool>(capacity: 1)
        Thread.detachNewThread { popped.push(queue.pop() == nil) }
        usleep(20_000)
        queue.close()
        #expect(popped.pop() == true)
    }

    @Test func aFullQueueTakesTheNextElementWhenThereIsRoom() {
        let queue = BoundedQueue<Int>(capacity: 1)
        queue.push(1)
        let pushed = BoundedQueue<Bool>(capacity: 1)
        Thread.detachNewThread { pushed.push(queue.push(2)) }
        #expect(queue.pop() == 1)
        #expect(queue.pop() == 2)
        #expect(pushed.pop() == true)
    }

    @Test(arguments: [1, 3, Int.max]) func nothingIsLostOrDoubledAmongManyThreads(capacity: Int) {
        let queue = BoundedQueue<Int>(capacity: capacity)
        let taken = BoundedQueue<[Int]>(capacity: .max)
        let producers = DispatchGroup()
        for producer in 0..<4 {
            DispatchQueue(label: "producer").async(group: producers) {
                for number in 0..<1000 { queue.push(producer * 1000 + number) }
            }
            Thread.detachNewThread {
                var mine: [Int] = []
                while let number = queue.pop() { mine.append(number) }
                taken.push(mine)
            }
        }
        producers.wait()
        queue.close()
        let shares = (0..<4).compactMap { _ in taken.pop() }
        #expect(shares.joined().sorted() == Array(0..<4000))
        for share in shares {
            for producer in 0..<4 {
                let theirs = share.filter { $0 / 1000 == producer }
                #expect(theirs == theirs.sorted(), "one producer's elements keep their order")
            }
        }
    }
}
