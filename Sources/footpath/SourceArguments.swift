import Decoding
import Foundation

extension SourceName {
    /// The sources that arguments name. A name is bytes, and ArgumentParser's texts are UTF-8: what isn't is looked up in the
    /// command line as the system has it (proc(5)).
    static func named(by arguments: [String]) -> [SourceName] {
        let line = FileManager.default.contents(atPath: "/proc/self/cmdline") ?? Data()
        var others = line.split(separator: 0).map(Array.init).filter { String(validating: $0, as: UTF8.self) == nil }
        return arguments.map { argument in
            guard let place = others.firstIndex(where: { String(decoding: $0, as: UTF8.self) == argument }) else {
                return SourceName(argument)
            }
            return SourceName(path: others.remove(at: place))
        }
    }
}
