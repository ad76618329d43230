import ArgumentParser
import Foundation
import Jobs
import Recording
import Rekognition
import Settings

/// `footpath jobs`: what clients of `footpath serve` asked for.
struct JobsVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs",
        abstract: "List, show, cancel and delete the jobs of footpath serve.",
        discussion: """
            Reads and writes the database in serve's state: folder, whether serve runs or not; one that runs notices within \
            a second. Take the user that serve runs as, or root.

              footpath jobs list
              footpath jobs show 3f7a
              footpath jobs cancel 3f7a      it fails; what works on its video stops, unless another job needs it
              footpath jobs delete 3f7a      nothing of it is left

            \(ExitStatus.help)
            """,
        subcommands: [List.self, Show.self, Cancel.self, Delete.self])

    /// Where the jobs are.
    struct Place: ParsableArguments {
        @Option(
            name: [.short, .long], help: ArgumentHelp("The configuration of serve.", valueName: "file"),
            completion: .file())
        var config = "/etc/footpath/footpath-serve.yaml"

        @Option(
            help: ArgumentHelp("serve's state: folder, in place of a configuration.", valueName: "folder"),
            completion: .directory)
        var state: String?

        /// Does something with the jobs.
        func use<Value>(_ work: (JobStore) throws -> Value) throws -> Value {
            Signals.endProgram()
            let store = try JobStore(folder: try state ?? ServeConfig(path: config, needsSecrets: false).state)
            return try store.answered { try work(store) }
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print jobs, the newest first.")

        @OptionGroup var place: Place

        func run() throws {
            let jobs = try place.use { try $0.jobs() }
            let rows = jobs.map { job in
                [
                    String(job.id.prefix(12)), job.kind.rawValue, job.stage.rawValue,
                    UTCTime(milliseconds: job.created).description,
                    job.ended.map { UTCTime(milliseconds: $0).description } ?? "-", job.place,
                ]
            }
            for line in Table.lines([["job", "of", "state", "started", "ended", "video"]] + rows) {
                try DirectSink().write(line: line)
            }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print all that is known of a job.")

        @OptionGroup var place: Place
        @Argument(help: ArgumentHelp("The JobId, or how it begins.", valueName: "job")) var id: String

        func run() throws {
            let job = try place.use { try $0.job(beginning: id) }
            var lines = [
                ("job", job.id), ("of", job.kind.rawValue), ("state", job.stage.rawValue), ("video", job.place),
                ("started", UTCTime(milliseconds: job.created).description),
            ]
            if let ended = job.ended { lines.append(("ended", UTCTime(milliseconds: ended).description)) }
            if let message = job.message { lines.append(("message", message)) }
            if let tag = job.tag { lines.append(("tag", tag)) }
            if let topic = job.topic { lines.append(("topic", topic)) }
            if let video = job.metadata {
                let seconds = Double(video.duration) / 1000
                lines.append(
                    ("opened", "\(video.codec) \(video.frameWidth)x\(video.frameHeight), \(video.format), \(seconds) s")
                )
            }
            for line in Table.lines(lines.map { [$0.0, $0.1] }) { try DirectSink().write(line: line) }
        }
    }

    /// Jobs that something is done with.
    struct Chosen: ParsableArguments {
        @OptionGroup var place: Place

        @Argument(help: ArgumentHelp("JobIds, or how they begin.", valueName: "job")) var ids: [String]

        /// Says of each what came of it.
        func forEach(_ work: (JobStore, StoredJob) throws -> String) throws {
            try place.use { store in
                for job in try ids.map(store.job) {
                    try DirectSink().write(line: "\(job.id.prefix(12)): \(work(store, job))")
                }
            }
        }
    }

    struct Cancel: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "End jobs that aren't done; they fail.")

        @OptionGroup var chosen: Chosen

        func run() throws { try chosen.forEach { try $0.cancel($1.id) ? "cancelled" : "was done already" } }
    }

    struct Delete: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove jobs with their results.",
            discussion:
                "Results stay where another job on the same video has them. A message that wasn't sent isn't sent.")

        @OptionGroup var chosen: Chosen

        func run() throws {
            try chosen.forEach { store, job in
                try store.delete(job.id)
                return "deleted"
            }
        }
    }
}

extension StoredJob {
    /// Bucket and name.
    fileprivate var place: String {
        "\(video.bucket)/\(video.name)" + (video.version.map { " (\($0))" } ?? "")
    }
}
