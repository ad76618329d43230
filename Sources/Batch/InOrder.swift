import Dispatch
import Waiting

/// Work that several threads do, and whose results come in the order in which it was given.
enum InOrder {
    /// - Parameters:
    ///   - threads: that work.
    ///   - ahead: how much may be under way or wait for what is before it.
    ///   - next: the next input; nil at the end.
    ///   - work: called on those threads.
    ///   - tick: called now and then while a result is waited for; it, `next` and `take` are called on the caller's thread.
    /// - Throws: what `next` and `take` throw; what is under way then ends by itself.
    static func map<Input: Sendable, Output: Sendable>(
        threads: Int, ahead: Int, next: () throws -> Input?, work: @escaping @Sendable (Input) -> Output,
        tick: () -> Void, take: (Output) throws -> Void
    ) throws {
        let (inputs, outputs) = (Mailbox<(Int, Input)>(), Mailbox<(Int, Output)>())
        defer {
            inputs.clear()
            inputs.close()
        }
        let queue = DispatchQueue(label: "footpath.looks", attributes: .concurrent)
        for _ in 0..<threads {
            queue.async {
                while let (number, input) = inputs.take() { outputs.post((number, work(input))) }
            }
        }
        var waiting: [Int: Output] = [:]
        var (given, taken) = (0, 0)
        var isAtEnd = false
        while true {
            while !isAtEnd, given - taken < ahead {
                guard let input = try next() else {
                    isAtEnd = true
                    break
                }
                inputs.post((given, input))
                given += 1
            }
            guard taken < given else { return }
            while waiting[taken] == nil {
                if let (number, output) = outputs.take(until: .now() + 0.1) { waiting[number] = output } else { tick() }
            }
            if let output = waiting.removeValue(forKey: taken) { try take(output) }
            taken += 1
        }
    }
}
