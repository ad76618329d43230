import Foundation

/// Where OpenVINO's libraries and the face networks are: a folder with `openvino/` and `models/`, as Scripts/setup
/// makes it.
public struct RuntimeFolder: Sendable {
    /// OpenVINO's C library.
    public let library: String
    /// The folder of the face networks.
    public let models: String
    /// Where compiled networks are kept: the `CacheDirectory=` that systemd gives a service (systemd.exec(5)), or else
    /// `$XDG_CACHE_HOME/footpath` or `~/.cache/footpath` (XDG Base Directory Specification); nil without any of these.
    public let compiledNetworks: String?

    /// Looks in `FOOTPATH_RUNTIME`, then for `lib/footpath` beside the program's folder (an installed program), then
    /// for `.runtime` in the folders above the program (one built in the project).
    ///
    /// - Throws: `Missing`, which says where it looked.
    public init(
        environment: [String: String] = ProcessInfo.processInfo.environment,
        program: String = Bundle.main.executablePath ?? CommandLine.arguments[0]
    ) throws(Missing) {
        var candidates: [String] = []
        if let chosen = environment["FOOTPATH_RUNTIME"], !chosen.isEmpty {
            candidates = [chosen]
        } else {
            var folder = URL(fileURLWithPath: program).resolvingSymlinksInPath().deletingLastPathComponent()
            candidates.append(folder.deletingLastPathComponent().appendingPathComponent("lib/footpath").path)
            while folder.path != "/" {
                candidates.append(folder.appendingPathComponent(".runtime").path)
                folder.deleteLastPathComponent()
            }
        }
        for candidate in candidates {
            guard let library = Self.library(in: candidate + "/openvino") else { continue }
            self.library = library
            models = candidate + "/models"
            compiledNetworks = Self.cache(in: environment)
            return
        }
        throw Missing(folders: candidates.map { $0 + "/openvino" })
    }

    /// OpenVINO is in none of these folders.
    public struct Missing: Error, Hashable, CustomStringConvertible {
        /// Where it was looked for.
        public let folders: [String]

        public var description: String {
            "OpenVINO is not installed: no libopenvino_c.so in \(folders.joined(separator: ", ")); "
                + "run Scripts/setup, or set FOOTPATH_RUNTIME to a folder that holds openvino/ and models/"
        }
    }

    private static func cache(in environment: [String: String]) -> String? {
        // Several folders are told apart by colons; ours is a service's first.
        if let own = environment["CACHE_DIRECTORY"]?.split(separator: ":").first, own.hasPrefix("/") {
            return String(own)
        }
        // Relative paths are to be ignored, the specification says.
        if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") { return cache + "/footpath" }
        guard let home = environment["HOME"], home.hasPrefix("/"), home != "/" else { return nil }
        return home + "/.cache/footpath"
    }

    /// The C library, whatever version its name ends in; of several the last by name.
    private static func library(in folder: String) -> String? {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasPrefix("libopenvino_c.so") }.max().map { folder + "/" + $0 }
    }
}
