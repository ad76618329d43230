import Foundation

/// Pictures that are numbered in their names, as a pattern such as `stills/%04d.jpg` names them. FFmpeg reads them, but
/// looks for the first one only at 0 to 4, and says of a gap that reading failed.
struct ImageSequence {
    /// The pattern for FFmpeg.
    let url: String
    /// The least number there is.
    let first: Int
    /// The name of the first picture that is missing; nil where none is.
    let missing: String?

    /// Nil where the text is no pattern of that kind, or no picture has such a name.
    init?(_ text: String) {
        let (folder, pattern) =
            text.lastIndex(of: "/").map { (text[...$0], text[text.index(after: $0)...]) } ?? ("", text[...])
        let files = FileManager.default
        guard !text.contains("://"), !files.fileExists(atPath: text),
            let parts = pattern.wholeMatch(of: /([^%]*)%(\d?\d?)d([^%]*)/)
        else { return nil }
        let (prefix, width, suffix) = (String(parts.1), Int(parts.2) ?? 1, String(parts.3))
        let name = { (number: Int) in
            let digits = String(number)
            return prefix + String(repeating: "0", count: max(0, width - digits.count)) + digits + suffix
        }
        let names = (try? files.contentsOfDirectory(atPath: folder.isEmpty ? "." : String(folder))) ?? []
        let numbers = names.compactMap { candidate -> Int? in
            guard candidate.count >= prefix.count + suffix.count else { return nil }
            let number = Int32(candidate.dropFirst(prefix.count).dropLast(suffix.count)).map(Int.init)
            return number.flatMap { $0 >= 0 && name($0) == candidate ? $0 : nil }
        }.sorted()
        guard let first = numbers.first else { return nil }
        self.first = first
        missing = numbers.enumerated().first { $0.element != first + $0.offset }.map { name(first + $0.offset) }
        // A colon would end the name of a protocol.
        url = "file:" + folder.replacing("%", with: "%%") + pattern
    }
}
