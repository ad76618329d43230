import Foundation
import Yams

/// Reads the text of a configuration file.
enum ConfigFile {
    private static let mostBytes = 1_000_000
    /// Of nodes that aliases within aliases could come to. Yams compares keys by all that they hold.
    private static let mostNodes = 1e6

    static func read(_ path: String, _ problems: ConfigProblems) throws(SettingsError) -> ConfigValue {
        func wrong(_ problem: String) -> SettingsError { SettingsError(problems: ["\(path): \(problem)"]) }
        guard let data = FileManager.default.contents(atPath: path) else {
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            throw wrong(
                isFolder.boolValue
                    ? "is a folder; name the file in it" : "there is no such file, or no permission to read it")
        }
        guard data.count <= mostBytes else { throw wrong("is larger than 1 MB") }
        guard let text = String(data: data, encoding: .utf8) else { throw wrong("is not UTF-8 text") }
        guard expansion(of: text) <= mostNodes else {
            throw wrong("holds too many aliases (*NAME) of too many anchors (&NAME); write them out, or use defaults:")
        }
        do {
            guard let node = try Yams.compose(yaml: text) else {
                throw wrong("is empty; the samples in systemd/ have all keys")
            }
            return ConfigValue(node, path: "", line: 1, problems: problems)
        } catch let error as SettingsError {
            throw error
        } catch {
            throw SettingsError(problems: [describe(error, path)])
        }
    }

    /// What aliases can make of a text at most: `a` aliases of `d` anchors, each anchor holding aliases of the one before,
    /// come to (a/d)^d nodes. Comments on lines of their own don't count.
    private static func expansion(of text: String) -> Double {
        var (anchors, aliases) = (0.0, 0.0)
        for line in text.split(separator: "\n") where line.first(where: { $0 != " " && $0 != "\t" }) != "#" {
            var before = UInt8(ascii: " ")
            for byte in line.utf8 {
                // Elsewhere & and * are text.
                let beginsToken = " \t[]{},:-?\"'".utf8.contains(before)
                if beginsToken && byte == UInt8(ascii: "&") { anchors += 1 }
                if beginsToken && byte == UInt8(ascii: "*") { aliases += 1 }
                before = byte
            }
        }
        // With this many levels of equally many aliases it is the most.
        let levels = max(1, min(anchors, aliases / M_E))
        return aliases == 0 ? 0 : pow(aliases / levels, levels)
    }

    /// - Returns: nothing of the text itself, which may hold a secret.
    private static func describe(_ error: any Error, _ path: String) -> String {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return "\(path):\(mark.line): not YAML: \(problem)"
        case .reader(let problem, let offset, _, _):
            return "\(path): not YAML: \(problem)\(offset.map { ", at character \($0)" } ?? "")"
        case .duplicatedKeysInMapping(let duplicates, let context):
            return "\(path):\(context.mark.line): the same key twice: \(duplicates.joined(separator: ", "))"
        default: return "\(path): not YAML"
        }
    }
}
