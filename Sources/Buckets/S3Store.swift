import Capturing
import Decoding
import Rekognition
import Requesting
import Signing

/// Buckets of an S3-compatible store, read by signed URLs. Nothing is asked but the configuration's address, whatever the
/// store says.
public struct S3Store: ObjectStore {
    /// Seconds that the store may take to say what an object is, and to give a picture.
    private static let (patience, picturePatience) = (10.0, 30.0)
    /// Seconds for which a job may read: a video's greatest length and much more.
    private static let validity = 48 * 3600
    /// An error's text.
    private static let mostBytes = 4096
    /// So that FFmpeg goes on where a connection breaks off, or a store is busy, for about a minute.
    private static let persistence = [
        "reconnect": "1", "reconnect_on_network_error": "1", "reconnect_on_http_error": "5xx",
        "reconnect_delay_max": "30",
    ]

    private let addresses: ObjectAddresses
    private let report: @Sendable (String) -> Void

    /// - Parameter report: is told why an object isn't given.
    public init(_ addresses: ObjectAddresses, report: @escaping @Sendable (String) -> Void) {
        (self.addresses, self.report) = (addresses, report)
    }

    public func open(_ object: S3Object) throws(APIError) -> StoredObject {
        let head = try ask(.head, object, within: Self.patience, mostBytes: Self.mostBytes)
        guard let size = head.headers["content-length"].flatMap({ Int64($0) }) else {
            throw refusal(object, "the store doesn't say how large it is")
        }
        // Without an ETag nothing says that it is still the same.
        let tag = head.headers["etag"] ?? "?\(UInt64.random(in: 0 ... .max))"
        let version = object.version ?? head.headers["x-amz-version-id"] ?? ""
        var request = SourceRequest(
            addresses.presigned(
                .get, bucket: object.bucket, name: object.name, version: object.version, seconds: Self.validity,
                at: .now),
            of: object)
        request.options.parameters = Self.persistence
        if request.source.hasPrefix("https:") {
            request.options.parameters.merge(RemoteFile.verification) { $1 }
        }
        return StoredObject(
            size: size, identity: "s3:\(tag):\(size):\(version)", request: request, file: nil,
            reading: { most throws(APIError) in
                let answer = try ask(.get, object, within: Self.picturePatience, mostBytes: most)
                return answer.isCut ? nil : answer.body
            })
    }

    private func ask(
        _ method: ObjectAddresses.Method, _ object: S3Object, within seconds: Double, mostBytes: Int
    ) throws(APIError) -> WebAnswer {
        let url = addresses.presigned(
            method, bucket: object.bucket, name: object.name, version: object.version, seconds: 300, at: .now)
        guard let address = WebAddress(url) else { throw refusal(object, "no name of an object") }
        let answer: WebAnswer
        do throws(WebError) {
            answer = try WebRequest(method == .head ? "HEAD" : "GET", address).send(
                within: seconds, mostBytes: mostBytes)
        } catch {
            report("\(object.shown): the store at \(address.authority) doesn't answer: \(error)")
            throw Self.absence
        }
        switch answer.status {
        case 200: return answer
        case 500...:
            report("\(object.shown): the store at \(address.authority) answers \(answer.status)")
            throw Self.absence
        case 300..<400:
            throw refusal(object, "the store answers \(answer.status): another place or region, which isn't followed")
        case 403: throw refusal(object, "the store answers 403: no such object, or the credentials may not read it")
        default: throw refusal(object, "the store answers \(answer.status)")
        }
    }

    private static var absence: APIError {
        APIError(.internalServerError, "The store of the videos doesn't answer. Try again.")
    }

    private func refusal(_ object: S3Object, _ reason: String) -> APIError {
        report("\(object.shown): not given: \(reason)")
        return .invalidS3Object
    }
}
