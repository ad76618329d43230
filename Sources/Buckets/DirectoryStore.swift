import CBuckets
import Capturing
import Glibc
import Rekognition

/// Buckets that are folders of a folder.
public struct DirectoryStore: ObjectStore {
    /// The kernel is too old.
    public struct Unfit: Error, CustomStringConvertible {
        public let description = """
            media: this kernel can't keep names inside a folder (openat2, Linux 5.6 and newer); take media: {s3: ...} instead
            """
    }

    private let folder: String
    private let report: @Sendable (String) -> Void

    /// - Parameters:
    ///   - folder: it may be absent for a while, as a share is.
    ///   - report: is told why an object isn't given.
    /// - Throws: where the kernel can't keep names inside a folder.
    public init(folder: String, report: @escaping @Sendable (String) -> Void) throws(Unfit) {
        (self.folder, self.report) = (folder, report)
        var nothing = footpath_object()
        if footpath_object_open("/", "proc", &nothing) == ENOSYS { throw Unfit() }
    }

    public func open(_ object: S3Object) throws(APIError) -> StoredObject {
        guard let path = Self.path(of: object) else { throw refusal(object, "no name of a file, or a version") }
        var found = footpath_object()
        let code = footpath_object_open(folder, path, &found)
        guard code == 0 else { throw refusal(object, Self.reason(code)) }
        guard let file = HandedFile(takingOver: found.descriptor) else { throw refusal(object, Self.reason(errno)) }
        let time = "\(found.changed).\(found.changed_nanoseconds)"
        return StoredObject(
            size: found.size, identity: "file:\(found.device):\(found.inode):\(found.size):\(time)",
            request: SourceRequest(HandedFile.path, of: object), file: file,
            reading: { most throws(APIError) in
                guard let bytes = Self.read(file, atMost: most) else { throw refusal(object, Self.reason(errno)) }
                return bytes.count > most ? nil : bytes
            })
    }

    /// Names that mean other places aren't even asked for; nor can a folder have versions.
    private static func path(of object: S3Object) -> String? {
        let parts = object.name.split(separator: "/", omittingEmptySubsequences: false)
        let isPlain = ([object.bucket[...]] + parts).allSatisfy { ![".", "..", ""].contains($0) }
        let path = object.bucket + "/" + object.name
        guard isPlain, !object.bucket.contains("/"), !path.utf8.contains(0), object.version == nil else { return nil }
        return path
    }

    private static func read(_ file: HandedFile, atMost most: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count <= most {
            let count = footpath_object_read(file.descriptor, &buffer, Int64(buffer.count), Int64(bytes.count))
            if count < 0 { return nil }
            if count == 0 { break }
            bytes += buffer[..<Int(count)]
        }
        return bytes
    }

    private static func reason(_ code: Int32) -> String {
        switch code {
        case ELOOP, EXDEV: "a link, or a way out of the folder"
        case EISDIR: "is a folder"
        case ENXIO: "is no regular file"
        default: String(cString: strerror(code))
        }
    }

    private func refusal(_ object: S3Object, _ reason: String) -> APIError {
        report("\(object.shown): not given: \(reason)")
        return .invalidS3Object
    }
}
