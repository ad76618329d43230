import Foundation

/// Where networks lie that were fetched by name.
public struct NetworkFolder: Hashable, Sendable {
    /// The one that the service may read and root fills (systemd's `StateDirectory=`).
    private static let ofSystem = "/var/lib/footpath"

    /// Where new ones go: `$XDG_DATA_HOME/footpath` where that is set, else `/var/lib/footpath` for root and
    /// `~/.local/share/footpath` for others (XDG Base Directory Specification).
    public let path: String

    /// The folder of whoever runs the program.
    public init(environment: [String: String] = ProcessInfo.processInfo.environment, isRoot: Bool = geteuid() == 0) {
        // Relative paths are to be ignored, the specification says.
        if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") {
            path = data + "/footpath"
        } else if !isRoot, let home = environment["HOME"], home.hasPrefix("/"), home != "/" {
            path = home + "/.local/share/footpath"
        } else {
            path = Self.ofSystem
        }
    }

    /// Where a network is that was fetched, by whoever runs the program or by root; nil where it isn't there.
    public func place(of network: CataloguedNetwork) -> String? {
        [path, Self.ofSystem].map { "\($0)/\(network.file)" }.first { access($0, R_OK) == 0 }
    }
}
