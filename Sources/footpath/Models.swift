import ArgumentParser
import Decoding
import Fetching
import PathModel
import Recording

/// `footpath models`: person networks by name.
struct Models: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Person networks that can be had by name.",
        discussion: """
            Stronger networks than the one in the program, from where their authors publish them. A network that was fetched \
            goes by its name wherever another person network can be given.

              footpath models list                          what there is, how good and how dear
              footpath models get yolox-s                   fetch it, once
              footpath analyze lobby.mp4 --model yolox-s    and use it
            """,
        subcommands: [List.self, Get.self])
}

extension Models {
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the networks, and which of them are on this machine.",
            discussion: """
                AP is what the authors publish: mean AP of all classes on COCO, percent. GFLOP is the work for a picture of \
                the network's own size. docs/networks.md has what was measured.
                """)

        func run() throws {
            let folder = NetworkFolder()
            let header = ["name", "AP", "size", "GFLOP", "MB", "licence", "where"]
            let rows = CataloguedNetwork.all.map { network in
                [
                    network.name, "\(network.averagePrecision)", network.inputSize.description,
                    "\(network.gigaflops)", "\((Double(network.bytes) / 1e5).rounded() / 10)", network.licence,
                    folder.place(of: network) ?? "not here; footpath models get \(network.name)",
                ]
            }
            for line in Table.lines([header] + rows) { try DirectSink().write(line: line) }
        }
    }

    struct Get: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Fetch networks.",
            discussion: """
                Into $XDG_DATA_HOME/footpath, or, where that isn't set, /var/lib/footpath for root and \
                ~/.local/share/footpath for others. A network gets its name there once its size and its SHA-256 are those \
                that Footpath knows; what an interrupted call leaves, the next one goes on with. The service finds what root \
                has fetched.

                \(ExitStatus.help)
                """)

        @Argument(
            help: ArgumentHelp("Names that footpath models list prints.", valueName: "name"),
            completion: .list(CataloguedNetwork.all.map(\.name)))
        var names: [String]

        @Option(
            help: ArgumentHelp(
                "A folder or a URL that has the files, instead of their authors' site: for machines without a way there.",
                valueName: "place"), completion: .directory)
        var from: String?

        @Flag(name: [.short, .long], help: "Say nothing but errors.")
        var quiet = false

        func validate() throws {
            let known = CataloguedNetwork.all.map(\.name)
            if let name = names.first(where: { !known.contains($0) }) {
                throw ValidationError("\(name): no such network; there are \(known.joined(separator: ", "))")
            }
            if let from, from.contains("://"), !["http://", "https://"].contains(where: from.hasPrefix) {
                throw ValidationError("--from \(SourceName(from).redacted): give a folder, http:// or https://")
            }
        }

        func run() throws {
            let console = Console(isQuiet: quiet)
            let interrupt = InterruptFlag()
            Signals.raise(interrupt)
            var status = ExitStatus.success
            for network in names.compactMap(CataloguedNetwork.named) where !interrupt.isRaised {
                do {
                    try get(network, interrupt)
                } catch {
                    console.error(error)
                    if status == .success { status = ExitStatus(of: error) }
                }
            }
            throw ExitCode(status.rawValue)
        }

        private func get(_ network: CataloguedNetwork, _ interrupt: InterruptFlag) throws(FetchError) {
            let fetch = NetworkFetch(
                network, into: NetworkFolder().path, from: from, agent: "footpath/\(Footpath.programVersion)",
                interrupt: interrupt)
            var console = Console(isQuiet: quiet)
            var start: Int64?
            let outcome: NetworkFetch.Outcome
            defer { console.clear() }
            outcome = try fetch.run { bytes in
                console.draw(bytes, from: start ?? bytes, of: network.bytes, name: network.name)
                start = start ?? bytes
            }
            switch outcome {
            case .wasThere: console.note("\(network.name): was there already, \(fetch.path)")
            case .fetched: console.note("\(network.name): fetched, \(fetch.path)")
            }
        }
    }
}

extension FetchError {
    /// What the program ends with.
    var status: ExitStatus {
        switch self {
        case .unreachable(.interrupted), .interrupted: .interrupted
        case .unreachable, .broken, .wrongContent: .unavailable
        case .isBeingFetched: .output
        case .failed(_, "write", _), .noSpace: .writing
        case .failed: .output
        }
    }
}
