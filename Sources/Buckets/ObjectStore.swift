import Capturing
import Decoding
import Rekognition

/// Where videos and pictures are. Names of objects come from outside and are not trusted, nor is what is in them.
public protocol ObjectStore: Sendable {
    /// Opens an object. It may take 10 s where the store is far away: not for an event loop.
    ///
    /// - Throws: `APIError.invalidS3Object`, whatever is wrong with it; `internalServerError` where the store doesn't answer.
    func open(_ object: S3Object) throws(APIError) -> StoredObject
}

/// An object that was found. It holds a local file open, so that what is read is what was looked at; a waiting job should
/// let go of it and open it anew.
public struct StoredObject: Sendable {
    /// Bytes.
    public let size: Int64
    /// Another one where the object may have become another: `file:` with device, inode, size and time in nanoseconds, or
    /// `s3:` with ETag, size and version.
    public let identity: String
    /// How a camera's process reads it, not live, as one video that leads nowhere else. It may hold a signed URL; what it
    /// shows is `Bucket/Name`.
    public var request: SourceRequest
    /// For `CaptureProcesses`, where the request needs one.
    public let file: HandedFile?
    let reading: @Sendable (_ most: Int) throws(APIError) -> [UInt8]?

    /// The whole object; nil where it is larger than `most` bytes. It may take 30 s.
    public func read(atMost most: Int) throws(APIError) -> [UInt8]? {
        size > most ? nil : try reading(most)
    }
}

extension SourceRequest {
    /// For what is in a bucket.
    init(_ source: String, of object: S3Object) {
        self.init(source: source, shown: "\(object.bucket)/\(object.name)")
        options.mayNameFiles = false
        (options.openTimeout, options.readTimeout) = (60, 60)
    }
}

extension S3Object {
    /// For messages: a name may hold anything.
    var shown: String {
        let name = String((bucket + "/" + name).prefix(300).map { $0.isNewline || $0.isASCIIControl ? "?" : $0 })
        return version == nil ? name : name + " (a version of it)"
    }
}

extension Character {
    fileprivate var isASCIIControl: Bool { unicodeScalars.contains { $0.properties.generalCategory == .control } }
}
