import Foundation
import PathModel
import Recording
import SystemPackage

/// Reads a folder of `ResultWriter`: it keeps nothing in memory but descriptors, and a page costs the same wherever it is.
public final class ResultPages: ResultRows {
    /// Why a result can't be read.
    public struct Failure: Error, Hashable, CustomStringConvertible {
        public let description: String
    }

    /// Nil where nothing is known.
    public let video: VideoMetadata?
    private let counts: [JobKind: Int]
    private let rows: FileDescriptor, byTime: FileDescriptor, byIndex: FileDescriptor, faces: FileDescriptor

    /// Opens a folder. Its files stay readable once it is removed.
    ///
    /// - Throws: `Failure` where it isn't a whole result.
    public init(folder: String) throws(Failure) {
        func open(_ name: String) throws(Failure) -> FileDescriptor {
            do {
                return try FileDescriptor.open(FilePath(folder + "/" + name), .readOnly, options: .closeOnExec)
            } catch {
                throw Failure(description: "can't read \(folder)/\(name): \(error)")
            }
        }
        guard let bytes = FileManager.default.contents(atPath: folder + "/" + ResultFolder.summary),
            let summary = try? JSONDecoder().decode(ResultSummary.self, from: bytes),
            summary.version == ResultSummary.version
        else { throw Failure(description: "\(folder): not a result, or one of another version") }
        video = summary.video
        counts = [.personTracking: summary.persons, .faceDetection: summary.faces]
        var opened: [FileDescriptor] = []
        do throws(Failure) {
            for name in [
                ResultFolder.rows, ResultFolder.persons(.timestamp), ResultFolder.persons(.index), ResultFolder.faces,
            ] { opened.append(try open(name)) }
        } catch {
            for descriptor in opened { try? descriptor.close() }
            throw error
        }
        (rows, byTime, byIndex, faces) = (opened[0], opened[1], opened[2], opened[3])
    }

    deinit {
        for descriptor in [rows, byTime, byIndex, faces] { try? descriptor.close() }
    }

    public func count(of kind: JobKind) -> Int { counts[kind] ?? 0 }

    public func page(_ kind: JobKind, _ order: PageOrder, from start: Int, count: Int) throws -> [UInt8] {
        let places = try places(kind, order, from: start, count: count)
        var text: [UInt8] = [UInt8(ascii: "[")]
        switch kind {
        case .personTracking: try appendPersons(places, to: &text)
        case .faceDetection: try appendFaces(places, to: &text)
        }
        // In place of the last comma.
        if !places.isEmpty { text.removeLast() }
        text.append(UInt8(ascii: "]"))
        return text
    }

    private func places(_ kind: JobKind, _ order: PageOrder, from start: Int, count: Int) throws -> [RowPlace] {
        let first = min(max(0, start), self.count(of: kind))
        let end = first + min(max(0, count), self.count(of: kind) - first)
        let file =
            switch (kind, order) {
            case (.faceDetection, _): faces
            case (.personTracking, .timestamp): byTime
            case (.personTracking, .index): byIndex
            }
        let bytes = try read(file, Int64(first * RowPlace.size)..<Int64(end * RowPlace.size))
        return stride(from: 0, to: bytes.count, by: RowPlace.size).map { RowPlace(bytes[$0..<$0 + RowPlace.size]) }
    }

    /// Rows that follow one another are read together, with their commas.
    private func appendPersons(_ places: [RowPlace], to text: inout [UInt8]) throws {
        var rest = places[...]
        while let first = rest.popFirst() {
            var end = first.end
            while let next = rest.first, next.offset == end {
                end = next.end
                rest.removeFirst()
            }
            text += try read(rows, first.offset..<end)
        }
    }

    private func appendFaces(_ places: [RowPlace], to text: inout [UInt8]) throws {
        for place in places {
            text += Array("{\"Timestamp\":\(place.timestamp),\"Face\":".utf8)
            text += try read(rows, place.offset..<place.offset + Int64(place.length))
            text += [UInt8(ascii: "}"), UInt8(ascii: ",")]
        }
    }

    private func read(_ file: FileDescriptor, _ range: Range<Int64>) throws -> [UInt8] {
        let bytes = try file.bytes(range)
        guard bytes.count == range.count else { throw Failure(description: "a result's file is cut short") }
        return bytes
    }
}

extension RowPlace {
    /// Behind its comma.
    fileprivate var end: Int64 { offset + Int64(length) + 1 }
}
