import Foundation

/// Pictures that are numbered in their names, as a pattern such as `stills/%04d.jpg` names them. FFmpeg reads them, but
/// looks for the first one only at 0 to 4, and ends at a gap.
struct ImageSequence {
    /// The pattern for FFmpeg.
    let url: String
    /// The numbers there are, each range without a gap.
    let numbers: [ClosedRange<Int>]
    /// Which pictures are missing, such as `004.png and 2 more`; nil where none is.
    let missing: String?

    /// The least number there is.
    var first: Int { numbers[0].lowerBound }
    /// From the first picture to the last, those that are missing, too.
    var count: Int { numbers[numbers.count - 1].upperBound - first + 1 }

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
        guard !numbers.isEmpty else { return nil }
        self.numbers = numbers.reduce(into: []) { ranges, number in
            if let last = ranges.last, last.upperBound + 1 == number {
                ranges[ranges.count - 1] = last.lowerBound...number
            } else {
                ranges.append(number...number)
            }
        }
        let gaps = zip(self.numbers, self.numbers.dropFirst()).map { $0.upperBound + 1..<$1.lowerBound }
        let others = gaps.reduce(-1) { $0 + $1.count }
        missing = gaps.first.map { name($0.lowerBound) + (others > 0 ? " and \(others) more" : "") }
        // A colon would end the name of a protocol.
        url = "file:" + folder.replacing("%", with: "%%") + pattern
    }
}
