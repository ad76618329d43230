import Foundation
import Glibc

/// What a command printed and how it ended.
public struct CommandResult: Sendable {
    /// The exit status; of a command ended by a signal, minus the signal's number.
    public var status: Int32
    /// Standard output.
    public var output: String
    /// Standard error.
    public var errors: String
}

/// A running command.
public final class Command {
    private let process = Process()
    private let folder: TemporaryFolder

    /// Starts a command; its output goes to files, so that it never blocks on a full pipe.
    ///
    /// - Parameters:
    ///   - program: a path, or a name to look up in `PATH`.
    ///   - input: a file for standard input; nil gives none.
    ///   - environment: added to this process's own.
    public init(_ program: String, _ arguments: [String], input: String? = nil, environment: [String: String] = [:])
        throws
    {
        folder = try TemporaryFolder()
        process.executableURL = URL(fileURLWithPath: program.contains("/") ? program : "/usr/bin/env")
        process.arguments = program.contains("/") ? arguments : [program] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput =
            try input.map { try FileHandle(forReadingFrom: URL(fileURLWithPath: $0)) }
            ?? FileHandle.nullDevice
        for name in ["out", "err"] { try Data().write(to: folder.url.appendingPathComponent(name)) }
        process.standardOutput = try FileHandle(forWritingTo: folder.url.appendingPathComponent("out"))
        process.standardError = try FileHandle(forWritingTo: folder.url.appendingPathComponent("err"))
        try Self.withoutBlockedSignals { try process.run() }
    }

    /// Dispatch's threads, on which tests run, block signals, and what is started from them would, too: an alarm would never
    /// come.
    private static func withoutBlockedSignals(_ start: () throws -> Void) rethrows {
        var (none, before) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try start()
    }

    /// Whether it runs.
    public var isRunning: Bool { process.isRunning }

    /// Sends a signal.
    public func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// Waits until the program handles a signal, which it blocks for that; before, a signal would end it, or be ignored where
    /// whoever started the tests ignores it. Then a moment more, so that the program is at its work.
    public func waitUntilHandling(_ number: Int32) {
        let deadline = Date(timeIntervalSinceNow: 60)
        while process.isRunning && Date() < deadline && blocked & 1 << UInt64(number - 1) == 0 { usleep(5000) }
        usleep(500_000)
    }

    /// Sends a signal, and waits until the program has it: one that waits to be delivered swallows the next of its kind.
    public func signalAndWait(_ number: Int32) {
        signal(number)
        let deadline = Date(timeIntervalSinceNow: 60)
        while process.isRunning && Date() < deadline && signals("ShdPnd") & 1 << UInt64(number - 1) != 0 {
            usleep(1000)
        }
    }

    /// The signals that its main thread blocks.
    private var blocked: UInt64 { signals("SigBlk") }

    /// Signals by a line of proc(5)'s `status`, a bit each.
    private func signals(_ name: String) -> UInt64 {
        let status = (try? String(contentsOfFile: "/proc/\(processID)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix(name + ":") } ?? ""
        return UInt64(line.drop { $0 != "\t" }.dropFirst(), radix: 16) ?? 0
    }

    /// Its process id.
    public var processID: Int32 { process.processIdentifier }

    /// What it printed so far.
    public var output: String { text("out") }

    /// What it printed to standard error so far.
    public var errors: String { text("err") }

    /// Waits for the command's end, and kills it after a while: a test must not hang.
    public func wait(seconds: Double = 300) -> CommandResult {
        let deadline = Date(timeIntervalSinceNow: seconds)
        while process.isRunning && Date() < deadline { usleep(5000) }
        if process.isRunning { signal(SIGKILL) }
        process.waitUntilExit()
        let status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
        return CommandResult(status: status, output: text("out"), errors: text("err"))
    }

    private func text(_ name: String) -> String {
        (try? String(contentsOfFile: folder.path(name), encoding: .utf8)) ?? ""
    }
}

/// Runs a command to its end.
public func run(_ program: String, _ arguments: [String], input: String? = nil, environment: [String: String] = [:])
    throws -> CommandResult
{
    try Command(program, arguments, input: input, environment: environment).wait()
}

/// Runs the built `footpath`.
public func footpath(_ arguments: String..., input: String? = nil, environment: [String: String] = [:])
    throws -> CommandResult
{
    try run(Project.program.path, arguments, input: input, environment: environment)
}

/// Makes a media file with the real `ffmpeg`; throws with its messages where that fails.
public func ffmpeg(_ arguments: String...) throws { try ffmpeg(arguments) }

/// Runs `ffmpeg`, which must succeed.
public func ffmpeg(_ arguments: [String]) throws {
    let result = try run("ffmpeg", ["-v", "error", "-nostdin", "-y"] + arguments)
    if result.status != 0 { throw CommandFailure(text: "ffmpeg \(arguments): \(result.errors)") }
}

/// A tool that a test needs failed.
public struct CommandFailure: Error, CustomStringConvertible {
    let text: String
    public var description: String { text }
}
