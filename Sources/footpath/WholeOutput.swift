import Decoding
import Recording

/// What is of no use in half: written to a file whole or not at all, or with `-` to standard output.
struct WholeOutput {
    private let file: NewFile?

    /// Before the work, so that a name that is taken is told at once.
    init(_ output: String, force: Bool, interrupt: InterruptFlag) throws(RecordingError) {
        file =
            output == "-"
            ? nil
            : try NewFile(
                output, naming: .late, mayReplace: force, reads: .ofProcess, goesOnWaiting: { !interrupt.isRaised })
    }

    /// Where it is a file beside which others may lie.
    var isRegular: Bool { file?.isRegular ?? false }

    /// - Throws: what `body` throws, and `RecordingError`.
    func write(_ body: (DirectSink) throws -> Void) throws {
        if let file { try file.write(whole: body) } else { try body(DirectSink(reads: .ofProcess)) }
    }
}
