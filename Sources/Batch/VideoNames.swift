import CProcess
import Decoding
import Foundation
import Glibc
import SystemPackage

/// The videos that a plan's arguments name, one at a time: those of folders, sorted by their names; of lists; single ones.
public struct VideoNames {
    /// What a name must end with to be a video's where nobody says that it is one.
    public static let endings: Set<String> = [
        "264", "265", "3g2", "3gp", "asf", "av1", "avi", "dav", "divx", "dv", "f4v", "flv", "h264", "h265", "hevc",
        "ivf",
        "m1v", "m2t", "m2ts", "m2v", "m4v", "mjpeg", "mjpg", "mkv", "mov", "mp4", "mpe", "mpeg", "mpg", "mpv", "mts",
        "mxf",
        "nut", "obu", "ogm", "ogv", "qt", "rm", "rmvb", "ts", "vob", "webm", "wmv", "wtv", "y4m",
    ]

    /// Files of folders that were passed over, since they end otherwise, and links to folders.
    public private(set) var others = 0, links = 0

    private var arguments: ArraySlice<SourceName>
    /// Folders that are open, the innermost last, with what of them is still to come.
    private var folders: [(path: [UInt8], entries: ArraySlice<Entry>)] = []
    private var list: (name: String, lines: FileLines)?

    private struct Entry {
        var name: [UInt8]
        var isFolder: Bool
    }

    /// - Parameter arguments: folders, lists (a name a line; `-` is standard input) and videos.
    public init(_ arguments: [SourceName]) { self.arguments = arguments[...] }

    /// The next video; nil at the end.
    ///
    /// - Throws: where a folder or a list can't be read.
    public mutating func next() throws(BatchError) -> SourceName? {
        while true {
            if let name = try nextOfFolders() { return name }
            if let name = try nextOfList() { return name }
            guard let argument = arguments.popFirst() else { return nil }
            if let name = try open(argument) { return name }
        }
    }

    private mutating func open(_ argument: SourceName) throws(BatchError) -> SourceName? {
        if argument.isStandardInput {
            list = ("standard input", FileLines(FileHandle.standardInput))
            return nil
        }
        let path = argument.pathBytes ?? Array(argument.text.utf8)
        var status = stat()
        guard stat(Self.cString(path), &status) == 0 else {
            throw .failed(.input, "\(argument.redacted): \(Errno(rawValue: errno))")
        }
        if status.st_mode & S_IFMT == S_IFDIR {
            let entries = try entries(of: path)
            folders = [(path, entries)]
            return nil
        }
        if Self.endsAsVideo(path) { return argument }
        guard let handle = FileHandle(forReadingAtPath: argument.text) else {
            throw .failed(.input, "\(argument.redacted): \(Errno(rawValue: errno))")
        }
        list = (argument.redacted, FileLines(handle))
        return nil
    }

    // MARK: - Lists

    private mutating func nextOfList() throws(BatchError) -> SourceName? {
        while case (let name, var lines)? = list {
            do {
                guard var line = try lines.next() else {
                    list = nil
                    return nil
                }
                list = (name, lines)
                if line.last == UInt8(ascii: "\r") { line.removeLast() }
                if line.isEmpty { continue }
                guard !line.contains(0), line.count < Int(PATH_MAX) else { throw Errno.invalidArgument }
                return SourceName(path: line)
            } catch Errno.invalidArgument {
                throw .failed(
                    .usage,
                    "\(name): is no list of videos, a name a line, and has no ending of a video either; list it in a file"
                )
            } catch {
                throw .failed(.input, "\(name): \(error)")
            }
        }
        return nil
    }

    // MARK: - Folders

    private mutating func nextOfFolders() throws(BatchError) -> SourceName? {
        while !folders.isEmpty {
            let place = folders.count - 1
            guard let entry = folders[place].entries.popFirst() else {
                folders.removeLast()
                continue
            }
            let path = Self.join(folders[place].path, entry.name)
            guard entry.isFolder else { return SourceName(path: path) }
            let entries = try entries(of: path)
            folders.append((path, entries))
        }
        return nil
    }

    /// What is in a folder, sorted by its bytes; hidden files and folders aren't.
    private mutating func entries(of path: [UInt8]) throws(BatchError) -> ArraySlice<Entry> {
        guard let folder = footpath_folder_open(Self.cString(path)) else {
            throw .failed(.input, "\(SourceName.shown(path)): \(Errno(rawValue: errno))")
        }
        defer { footpath_folder_close(folder) }
        var entries: [Entry] = []
        var found = footpath_entry()
        while let text = footpath_folder_next(folder, &found) {
            let name = (0..<strlen(text)).map { UInt8(bitPattern: text[$0]) }
            if name.first == UInt8(ascii: ".") { continue }
            var kind = Int(found.kind)
            if kind == FOOTPATH_LINK {
                var status = stat()
                let isThere = stat(Self.cString(Self.join(path, name)), &status) == 0
                // A link to a folder may lead back here.
                if isThere, status.st_mode & S_IFMT == S_IFDIR { links += 1 } else { kind = Int(FOOTPATH_FILE) }
            }
            if kind == FOOTPATH_FOLDER {
                entries.append(Entry(name: name, isFolder: true))
            } else if kind == FOOTPATH_FILE, Self.endsAsVideo(name) {
                entries.append(Entry(name: name, isFolder: false))
            } else if kind == FOOTPATH_FILE, !name.suffix(5).elementsEqual(".part".utf8) {
                // Those are being written, the plan among them.
                others += 1
            }
        }
        if errno != 0 { throw .failed(.input, "\(SourceName.shown(path)): \(Errno(rawValue: errno))") }
        return entries.sorted { $0.name.lexicographicallyPrecedes($1.name) }[...]
    }

    private static func join(_ folder: [UInt8], _ name: [UInt8]) -> [UInt8] {
        if folder == [UInt8(ascii: ".")] { return name }
        return folder + (folder.last == UInt8(ascii: "/") ? [] : [UInt8(ascii: "/")]) + name
    }

    private static func cString(_ path: [UInt8]) -> [CChar] { path.map(CChar.init(bitPattern:)) + [0] }

    /// Whether a name ends as videos' do.
    public static func endsAsVideo(_ name: String) -> Bool { endsAsVideo(Array(name.utf8)) }

    private static func endsAsVideo(_ name: [UInt8]) -> Bool {
        guard let dot = name.lastIndex(of: UInt8(ascii: ".")) else { return false }
        return endings.contains(String(decoding: name[(dot + 1)...], as: UTF8.self).lowercased())
    }
}
