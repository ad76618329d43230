import Dispatch
import Foundation
import TestSupport
import Testing
import Waiting

@Suite(.timeLimit(.minutes(30))) struct MailboxTests {
    @Test func elementsComeOutInTheOrderTheyWentIn() {
        let mailbox = Mailbox<Int>()
        // More than it moves up in its array at once.
        for number in 0..<200 { #expect(mailbox.post(number)) }
        #expect((0..<150).map { _ in mailbox.take() } == Array(0..<150))
        for number in 200..<300 { mailbox.post(number) }
        #expect((150..<300).map { _ in mailbox.take() } == Array(150..<300))
    }

    @Test func whatIsPushedFirstComesOutFirst() {
        let mailbox = Mailbox<Int>()
        mailbox.post(1)
        mailbox.post(2)
        #expect(mailbox.postFirst(0))
        #expect((0..<2).map { _ in mailbox.take() } == [0, 1])
        mailbox.postFirst(-1)
        #expect((0..<2).map { _ in mailbox.take() } == [-1, 2])
    }

    @Test func aClosedMailboxGivesWhatIsLeftAndTakesNothing() {
        let mailbox = Mailbox<Int>()
        mailbox.post(1)
        mailbox.close()
        #expect(!mailbox.post(2))
        #expect(!mailbox.postFirst(0))
        #expect(mailbox.take() == 1)
        #expect(mailbox.take() == nil)
    }

    @Test func closingLetsATakeFromAnEmptyMailboxReturn() {
        let mailbox = Mailbox<Int>()
        let popped = Mailbox<Bool>()
        Thread.detachNewThread { popped.post(mailbox.take() == nil) }
        usleep(20_000)
        mailbox.close()
        #expect(popped.take() == true)
    }

    @Test func nothingIsLostOrDoubledAmongManyThreads() {
        let mailbox = Mailbox<Int>()
        let taken = Mailbox<[Int]>()
        let producers = DispatchGroup()
        for producer in 0..<4 {
            DispatchQueue(label: "producer").async(group: producers) {
                for number in 0..<1000 { mailbox.post(producer * 1000 + number) }
            }
            Thread.detachNewThread {
                var mine: [Int] = []
                while let number = mailbox.take() { mine.append(number) }
                taken.post(mine)
            }
        }
        producers.wait()
        mailbox.close()
        let shares = (0..<4).compactMap { _ in taken.take() }
        #expect(shares.joined().sorted() == Array(0..<4000))
        for share in shares {
            for producer in 0..<4 {
                let theirs = share.filter { $0 / 1000 == producer }
                #expect(theirs == theirs.sorted(), "one producer's elements keep their order")
            }
        }
    }

    @Test func aDeadlineEndsTheWait() {
        let mailbox = Mailbox<Int>()
        #expect(mailbox.take(until: .now() + 0.01) == nil)
        mailbox.post(1)
        mailbox.clear()
        #expect(mailbox.take(until: .now() + 0.01) == nil && mailbox.count == 0)
        mailbox.post(2)
        #expect(mailbox.take(until: .now()) == 2)
    }
}
