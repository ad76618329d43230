@testable import Batch
import Foundation
import TestSupport
import Testing

@Suite("A piece's file")
struct PieceFileTests {
    let folder = try! TemporaryFolder()

    static let header = PieceFile.Header(plan: "p", piece: 12, video: "a.mp4")

    static func trailer(after text: String, lines: Int) -> PieceFile.Trailer {
        PieceFile.Trailer(
            lines: lines, bytes: Int64(text.utf8.count), end: "end_of_file", frames: 30, analyzed: 10, damaged: 0,
            message: nil, seconds: 1.5, host: "h", observed: [[0, 40], [80, 9_000_000]])
    }

    @Test("Says what is in it and where; whatever is cut off, it isn't whole")
    func whole() throws {
        var text = Self.header.line + "\n"
        let start = text.utf8.count
        for number in 0..<400 { text += "{\"v\":\"1.1\",\"seq\":\(number)}\n" }
        let trailer = Self.trailer(after: text, lines: 400)
        let all = text + trailer.line + "\n"
        let file = try PieceFile(path: folder.file("p", all))
        #expect((file.header, file.trailer) == (Self.header, trailer))
        #expect(file.records == Int64(start)..<Int64(text.utf8.count))
        #expect(all.hasPrefix("{\"footpath_piece\":1,"))
        for count in stride(from: 0, to: all.utf8.count - 1, by: 97) {
            let path = try folder.file("p", String(all.prefix(count)))
            guard case .damaged = #expect(throws: PieceFile.Flaw.self, performing: { try PieceFile(path: path) }) else {
                Issue.record("cut at \(count)")
                return
            }
        }
        // A line out of its middle.
        let path = try folder.file("p", text.replacing("{\"v\":\"1.1\",\"seq\":7}\n", with: "") + trailer.line + "\n")
        #expect(throws: PieceFile.Flaw.self) { try PieceFile(path: path) }
    }

    @Test("None, a folder, and a long last line")
    func others() throws {
        #expect(throws: PieceFile.Flaw.absent) { try PieceFile(path: folder.path("none")) }
        #expect(throws: PieceFile.Flaw.self) { try PieceFile(path: folder.url.path) }
        var trailer = Self.trailer(after: Self.header.line + "\n", lines: 0)
        trailer.observed = (0..<5000).map { [$0 * 100, $0 * 100 + 40] }
        let file = try PieceFile(path: folder.file("p", Self.header.line + "\n" + trailer.line + "\n"))
        #expect(file.trailer == trailer && file.records.isEmpty)
    }
}
