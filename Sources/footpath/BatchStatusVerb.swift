import ArgumentParser
import Batch
import Decoding
import Foundation
import PathModel
import Recording

/// `footpath batch status`: how far a plan is.
struct BatchStatusVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Say how far a plan is.",
        discussion: """
            Waiting pieces are those that nobody works on and that aren't done; their numbers are what an engine takes as an \
            array, such as 3,7-9. Ends with 0 whatever there is to say; --json is for programs.

              footpath batch status plan.json
              footpath batch status plan.json --watch                    until all but what failed is done
              sbatch --array=$(footpath batch status plan.json --json | jq -r .waiting_pieces) ...

            \(ExitStatus.help)
            """)

    @OptionGroup var place: BatchVerb.Place

    @Flag(help: "As JSON, on one line; with --watch a line whenever something has changed.")
    var json = false

    @Flag(name: [.short, .long], help: "Go on with a bar of progress until nothing waits and nobody is at work.")
    var watch = false

    func run() throws {
        try Signals.run { console, interrupt in
            let reader = try StatusReader(place.file(), results: place.folder)
            var status = try reader.read()
            while watch, !status.isOver, !interrupt.isRaised {
                console.draw(share: status.share, status.parts, of: place.plan)
                if json { try DirectSink().write(line: status.json) }
                let before = status
                repeat {
                    for _ in 0..<20 where !interrupt.isRaised { usleep(100_000) }
                    status = try reader.read()
                    console.draw(share: status.share, status.parts, of: place.plan)
                } while !interrupt.isRaised && json && status == before
            }
            console.clear()
            if interrupt.isRaised { throw DecodingError.interrupted }
            for line in json ? [status.json] : status.lines(of: place.plan).map(\.printable) {
                try DirectSink().write(line: line)
            }
        }
    }
}

extension BatchStatus {
    /// Longer lists are for `--json`.
    private static let mostLines = 20

    fileprivate var share: Double {
        Double(done) / Double(max(1, pieces)) + running_pieces.reduce(0) { $0 + ($1.share ?? 0) }
            / Double(max(1, pieces))
    }

    /// For the bar.
    fileprivate var parts: [String] {
        var parts = ["\(done) of \(pieces) pieces", "\(running) running"]
        if failed > 0 { parts.append("\(failed) failed") }
        if let left_s { parts.append("\(Console.clock(left_s)) left") }
        return parts
    }

    /// For people.
    fileprivate func lines(of plan: String) -> [String] {
        let counts = [
            ["done", "\(done)", damaged_videos > 0 ? "\(damaged_videos) of damaged videos" : ""],
            ["running", "\(running)", left_s.map { running > 0 ? "\(Console.clock($0)) left" : "" } ?? ""],
            ["failed", "\(failed)", ""], ["waiting", "\(waiting)", Self.shortened(waiting_pieces)],
        ]
        var lines = [
            "\(plan): \(pieces) \(pieces == 1 ? "piece" : "pieces") of \(videos) \(videos == 1 ? "video" : "videos")"
        ]
        lines += Table.lines(counts).map { "  " + $0.trimmingCharacters(in: .whitespaces) }
        if !damaged_pieces.isEmpty {
            lines.append("damaged results, to be run again: \(Self.shortened(damaged_pieces))")
        }
        lines += Self.list(running_pieces) { piece in
            "running: \(piece.piece) \(piece.video) on \(piece.host)"
                + (piece.share.map { ", \(Int($0 * 100))%" } ?? "")
        }
        lines += Self.list(stale_pieces) { piece in
            "dead, to be run again: \(piece.piece) \(piece.video); last heard of on \(piece.host) at "
                + UTCTime(milliseconds: piece.updated).description
        }
        lines += Self.list(failed_pieces) { piece in
            "failed (\(piece.exit), \(piece.attempts) \(piece.attempts == 1 ? "attempt" : "attempts"), on \(piece.host)): "
                + "\(piece.piece) \(piece.reason)"
        }
        return lines
    }

    private static func list<Element>(_ elements: [Element], _ line: (Element) -> String) -> [String] {
        let rest = elements.count - mostLines
        return elements.prefix(mostLines).map(line) + (rest > 0 ? ["... and \(rest) more; --json has all"] : [])
    }

    private static func shortened(_ numbers: String) -> String {
        let parts = numbers.split(separator: ",")
        return parts.prefix(mostLines).joined(separator: ",") + (parts.count > mostLines ? ",..." : "")
    }
}
