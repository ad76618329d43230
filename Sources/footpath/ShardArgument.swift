import ArgumentParser
import Foundation
import Settings

/// Which share of the cameras is this machine's.
struct ShardArgument: ParsableArguments {
    @Option(
        name: .customLong("shard"),
        help: ArgumentHelp(
            """
            Follow this machine's share of the cameras, where several machines have one configuration: 2/5 is the second of five. \
            Without it FOOTPATH_SHARD says so, or the name of a StatefulSet's pod in FOOTPATH_SHARD with FOOTPATH_SHARDS, how many \
            there are.
            """,
            valueName: "number/count"))
    var text: String?

    /// Nil where all cameras are.
    var chosen: Shard? {
        get throws(SettingsError) {
            try Shard.chosen(option: text, environment: ProcessInfo.processInfo.environment)
        }
    }
}
