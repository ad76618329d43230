import CProcess
import Glibc

/// A process with a pipe to its standard input and one from its standard output; standard error is shared.
///
/// It inherits two more descriptors, and the signals as they are by default.
final class ChildProcess {
    /// Seconds that a killed process may take to be gone.
    private static let death = 1.0
    let processID: pid_t
    /// Its standard output, to read from.
    let output: Int32
    private var input: Int32?
    /// How it ended if that was not in good order, such as `signal 11 (Segmentation fault)`; nil while it runs, too.
    private(set) var ending: String?
    /// Whether it has not been waited for.
    private(set) var isRunning = true

    /// Starts a program by its path; nil with `errno` where that fails.
    ///
    /// - Parameters:
    ///   - shared: a descriptor that it gets, too, if it is one (`FOOTPATH_SHARED_DESCRIPTOR`).
    ///   - file: one more (`FOOTPATH_FILE_DESCRIPTOR`).
    init?(_ program: String, arguments: [String], shared: Int32 = -1, file: Int32 = -1) {
        var arguments = arguments.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        var (input, output): (Int32, Int32) = (-1, -1)
        var processID: pid_t = 0
        let code = footpath_spawn(program, &arguments, shared, file, &processID, &input, &output)
        guard code == 0 else {
            errno = code
            return nil
        }
        self.processID = processID
        self.input = input
        self.output = output
    }

    deinit {
        close(output)
    }

    /// Writes to its standard input, which stays open: its end tells the process to end.
    func send(_ bytes: some Sequence<UInt8>) {
        guard let input else { return }
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// Closes its standard input, waits for its end, and kills it when `seconds` are over. A process that the system holds in
    /// a call, such as a read from a device or a share that hangs, goes on running even so: it isn't waited for.
    func stop(within seconds: Double) {
        if let input { close(input) }
        input = nil
        if isRunning && !hasEnded(within: seconds) {
            kill(processID, SIGKILL)
            _ = hasEnded(within: Self.death)
        }
    }

    private func hasEnded(within seconds: Double) -> Bool {
        let end = ContinuousClock.now + .seconds(seconds)
        var status: Int32 = 0
        while waitpid(processID, &status, WNOHANG) == 0 {
            if ContinuousClock.now >= end { return false }
            usleep(5000)
        }
        isRunning = false
        ending = Self.describe(status)
        return true
    }

    private static func describe(_ status: Int32) -> String? {
        let signal = status & 0x7f
        if signal != 0 { return "signal \(signal) (\(String(cString: strsignal(signal))))" }
        let code = status >> 8 & 0xff
        return code == 0 ? nil : "exit code \(code)"
    }
}
