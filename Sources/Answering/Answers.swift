import Foundation
import Recording
import Rekognition
import Signing

/// What is answered to a request, wherever it comes from: who asks, for what, whether each member is right, and the response
/// as AWS JSON 1.1 has it.
public struct Answers: Sendable {
    private let jobs: any RekognitionJobs
    private let pictures: any PictureFaces
    private let verifier: SignatureVerifier?
    private let tokens: PageTokens
    private let clock: @Sendable () -> SigningDate
    private let log: @Sendable (String) -> Void

    /// - Parameters:
    ///   - keys: nil takes requests without looking at their signatures, if their `Host` is this machine's own.
    ///   - log: takes what went wrong here, without anything secret.
    public init(
        jobs: any RekognitionJobs, pictures: any PictureFaces, keys: AccessKeys?, tokens: PageTokens,
        clock: @escaping @Sendable () -> SigningDate = { .now }, log: @escaping @Sendable (String) -> Void
    ) {
        (self.jobs, self.pictures, self.tokens, self.clock, self.log) = (jobs, pictures, tokens, clock, log)
        verifier = keys.map { SignatureVerifier(keys: $0) }
    }

    /// The response's body; it takes the time that disks, stores and networks take.
    func answer(_ operation: Operation, _ request: ReceivedRequest) throws(APIError) -> [UInt8] {
        let now = clock()
        let key = try authenticate(request, at: now)
        switch operation {
        case .startPersonTracking: return try start(.personTracking, request, key)
        case .startFaceDetection: return try start(.faceDetection, request, key)
        case .getPersonTracking: return try page(.personTracking, request, key, now)
        case .getFaceDetection: return try page(.faceDetection, request, key, now)
        case .detectFaces: return try faces(request, key)
        }
    }

    /// The body that says what went wrong.
    static func body(of error: APIError) -> [UInt8] {
        var line = JSONLine()
        line.add("__type", error.code.rawValue)
        line.add("Code", error.code.rawValue)
        line.add("Message", error.message)
        return line.closedBytes
    }

    /// - Returns: nil where nobody must sign.
    private func authenticate(_ request: ReceivedRequest, at now: SigningDate) throws(APIError) -> AccessKey? {
        guard let verifier else {
            // A page whose name was made to lead here (DNS rebinding) can't ask what only this machine may.
            let host = request.values("host")
            guard host.count == 1, Self.isLocal(host[0]) else {
                throw APIError(
                    .accessDenied, "Without signatures (auth: none), Host must be 127.0.0.1, localhost or [::1].")
            }
            return nil
        }
        do { return try verifier.verify(request, at: now) } catch {
            throw APIError(APIError.Code(rawValue: error.type) ?? .invalidSignature, error.message)
        }
    }

    private static func isLocal(_ host: String) -> Bool {
        let name = host.hasPrefix("[") ? host.prefix { $0 != "]" } + "]" : host.prefix { $0 != ":" }
        let port = host.dropFirst(name.count)
        let isPort = port.isEmpty || port.hasPrefix(":") && port.dropFirst().allSatisfy { $0.isASCII && $0.isNumber }
        return isPort && ["127.0.0.1", "localhost", "[::1]"].contains(name.lowercased())
    }

    private func start(_ kind: JobKind, _ request: ReceivedRequest, _ key: AccessKey?) throws(APIError) -> [UInt8] {
        let members = try Self.decode(StartMembers.self, request.body)
        let job = try members.request(kind, accessKey: key?.id ?? "")
        try Self.check(job.video, key)
        var line = JSONLine()
        line.add("JobId", try jobs.start(job))
        return line.closedBytes
    }

    private func page(
        _ kind: JobKind, _ request: ReceivedRequest, _ key: AccessKey?, _ now: SigningDate
    ) throws(APIError) -> [UInt8] {
        let page = try Self.decode(GetMembers.self, request.body).page(kind)
        let list = "\(kind.rawValue) \(page.order.rawValue) \(page.jobID)"
        let job = try jobs.job(page.jobID, kind)
        try Self.check(job.video, key)
        var position = 0
        if let token = page.token {
            guard let found = tokens.position(of: token, in: list, at: now) else {
                throw APIError(
                    .invalidPaginationToken,
                    "NextToken isn't one of this job's and this order's, or is older than a day. Begin again without it."
                )
            }
            position = found
        }
        var line = JSONLine()
        line.add("JobStatus", job.status.rawValue)
        if let message = job.message ?? (job.status == .failed ? "The job failed." : nil) {
            line.add("StatusMessage", message)
        }
        if let metadata = job.metadata { line.add("VideoMetadata", json: metadata.json) }
        let rows = job.status == .succeeded ? job.rows : nil
        if let rows, position + page.count < rows.count(of: kind) {
            line.add("NextToken", tokens.token(for: position + page.count, in: list, at: now))
        }
        do {
            let found = try rows?.page(kind, page.order, from: position, count: page.count) ?? Array("[]".utf8)
            line.add(kind == .personTracking ? "Persons" : "Faces", json: found)
        } catch {
            log("\(kind.getOperation): the results of job \(job.id) can't be read: \(error)")
            throw APIError(.internalServerError, "The job's results can't be read.")
        }
        line.add("JobId", job.id)
        line.addObject("Video") { line in
            line.addObject("S3Object") { line in
                line.add("Bucket", job.video.bucket)
                line.add("Name", job.video.name)
                if let version = job.video.version { line.add("Version", version) }
            }
        }
        if let tag = job.jobTag { line.add("JobTag", tag) }
        return line.closedBytes
    }

    private func faces(_ request: ReceivedRequest, _ key: AccessKey?) throws(APIError) -> [UInt8] {
        let picture = try Self.decode(DetectFacesMembers.self, request.body).picture()
        if case .object(let object) = picture { try Self.check(object, key) }
        var line = JSONLine()
        line.add("FaceDetails", json: try pictures.faces(in: picture))
        return line.closedBytes
    }

    private static func check(_ object: S3Object, _ key: AccessKey?) throws(APIError) {
        guard let key, !key.mayRead(object.bucket) else { return }
        throw APIError(.accessDenied, "This access key may not read the bucket \(object.bucket).")
    }

    private static func decode<Members: Decodable>(_ type: Members.Type, _ body: [UInt8]) throws(APIError) -> Members {
        do { return try JSONDecoder().decode(type, from: Data(body)) } catch {
            guard let error = error as? DecodingError else {
                throw APIError(.serialization, "The body is not a JSON object.")
            }
            switch error {
            case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context):
                throw wrongType(context.codingPath)
            case .dataCorrupted(let context) where !context.codingPath.isEmpty: throw wrongType(context.codingPath)
            default: throw APIError(.serialization, "The body is not a JSON object.")
            }
        }
    }

    private static func wrongType(_ path: [any CodingKey]) -> APIError {
        let names = path.map { $0.intValue == nil ? $0.stringValue : "" }.filter { !$0.isEmpty }
        guard !names.isEmpty else { return APIError(.serialization, "The body is not a JSON object.") }
        return APIError(.serialization, "Value at '\(names.joined(separator: "."))' is not of the member's type.")
    }
}
