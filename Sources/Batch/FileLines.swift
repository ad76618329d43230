import Foundation
import Recording
import SystemPackage

/// Lines of a file, some of which are in memory at a time.
struct FileLines {
    /// Bytes from a place on; none at the end.
    private let read: (Int64) throws -> [UInt8]
    /// Read and not given yet, and how many bytes of it were given.
    private var buffer: [UInt8] = []
    private var given = 0
    /// Where the next line begins.
    private(set) var place: Int64

    private static let block = 65_536

    /// Those of a part of a file.
    init(_ descriptor: FileDescriptor, from start: Int64, to end: Int64) {
        place = start
        read = { place in place < end ? try descriptor.bytes(place..<min(end, place + Int64(Self.block))) : [] }
    }

    /// Those of whatever can be read once.
    init(_ handle: FileHandle) {
        place = 0
        read = { _ in try handle.read(upToCount: Self.block).map(Array.init) ?? [] }
    }

    /// The next line without its newline; nil at the end.
    ///
    /// - Throws: `Errno`, or Foundation's errors.
    mutating func next() throws -> [UInt8]? {
        var searched = given
        while true {
            if let newline = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { given = newline + 1 }
                place += Int64(newline + 1 - given)
                return Array(buffer[given..<newline])
            }
            let end = place + Int64(buffer.count - given)
            let more = try read(end)
            if more.isEmpty {
                defer { (buffer, given, place) = ([], 0, end) }
                return given < buffer.count ? Array(buffer[given...]) : nil
            }
            buffer.removeFirst(given)
            (searched, given) = (buffer.count, 0)
            buffer += more
        }
    }
}
