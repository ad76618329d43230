import Foundation
import Rekognition

/// Requests as they come. Members that Rekognition's model lacks are passed over, and null is as nothing.
struct StartMembers: Decodable {
    struct Channel: Decodable {
        var topic, role: String?

        enum CodingKeys: String, CodingKey {
            case topic = "SNSTopicArn"
            case role = "RoleArn"
        }
    }

    struct Video: Decodable {
        var object: ObjectMembers?

        enum CodingKeys: String, CodingKey { case object = "S3Object" }
    }

    var video: Video?
    var clientRequestToken, jobTag, faceAttributes: String?
    var channel: Channel?

    enum CodingKeys: String, CodingKey {
        case video = "Video"
        case clientRequestToken = "ClientRequestToken"
        case channel = "NotificationChannel"
        case jobTag = "JobTag"
        case faceAttributes = "FaceAttributes"
    }

    /// - Parameter accessKey: whose request it is.
    func request(_ kind: JobKind, accessKey: String) throws(APIError) -> JobRequest {
        var validation = Validation()
        validation.demand(video != nil, "Video")
        if let video { ObjectMembers.check(video.object, "Video.S3Object", &validation) }
        validation.check(clientRequestToken, .clientRequestToken, "ClientRequestToken")
        validation.check(jobTag, .jobTag, "JobTag")
        if let channel {
            validation.demand(channel.topic, .topic, "NotificationChannel.SNSTopicArn")
            validation.demand(channel.role, .role, "NotificationChannel.RoleArn")
        }
        if kind == .faceDetection { validation.check(faceAttributes, .faceAttributes, "FaceAttributes") }
        try validation.finish()
        guard let object = video?.object?.object else { throw Self.incomplete }
        if kind == .faceDetection, let faceAttributes, faceAttributes != "DEFAULT" {
            throw DetectFacesMembers.notGuessed("FaceAttributes")
        }
        var told: JobRequest.Channel?
        if let topic = channel?.topic, let role = channel?.role { told = .init(topic: topic, role: role) }
        return JobRequest(
            kind: kind, video: object, clientRequestToken: clientRequestToken, channel: told, jobTag: jobTag,
            accessKey: accessKey)
    }

    private static var incomplete: APIError { APIError(.invalidParameter, "Request has invalid parameters") }
}

struct ObjectMembers: Decodable {
    var bucket, name, version: String?

    enum CodingKeys: String, CodingKey {
        case bucket = "Bucket"
        case name = "Name"
        case version = "Version"
    }

    /// The model requires neither bucket nor name, but nothing can be found without them.
    static func check(_ object: ObjectMembers?, _ member: String, _ validation: inout Validation) {
        guard let object else { return validation.demand(false, member) }
        validation.demand(object.bucket, .bucket, "\(member).Bucket")
        validation.demand(object.name, .objectName, "\(member).Name")
        validation.check(object.version, .objectVersion, "\(member).Version")
    }

    var object: S3Object? {
        guard let bucket, let name else { return nil }
        return S3Object(bucket: bucket, name: name, version: version)
    }
}

/// A number without decimals: `JSONDecoder` doesn't say of which member others are.
struct WholeNumber: Decodable {
    let value: Int

    init(from decoder: any Decoder) throws {
        let number = try decoder.singleValueContainer().decode(Double.self)
        guard let value = Int(exactly: number) else {
            throw DecodingError.typeMismatch(
                Int.self, .init(codingPath: decoder.codingPath, debugDescription: "not a whole number"))
        }
        self.value = value
    }
}

struct GetMembers: Decodable {
    /// Elements of a page, at most and where nothing is said.
    static let largestPage = 1000

    var jobID, nextToken, sortBy: String?
    var maxResults: WholeNumber?

    enum CodingKeys: String, CodingKey {
        case jobID = "JobId"
        case maxResults = "MaxResults"
        case nextToken = "NextToken"
        case sortBy = "SortBy"
    }

    /// A page to be read.
    struct Page {
        let jobID: String
        let order: PageOrder
        let count: Int
        let token: String?
    }

    func page(_ kind: JobKind) throws(APIError) -> Page {
        var validation = Validation()
        validation.demand(jobID, .jobID, "JobId")
        validation.check(nextToken, .token, "NextToken")
        if kind == .personTracking { validation.check(sortBy, .sortBy, "SortBy") }
        let maxResults = maxResults?.value
        if let maxResults, maxResults < 1 {
            validation.fail("MaxResults", "Member must have value greater than or equal to 1")
        }
        try validation.finish()
        let order = kind == .personTracking ? sortBy.flatMap(PageOrder.init) : nil
        return Page(
            jobID: jobID ?? "", order: order ?? .timestamp,
            count: min(maxResults ?? Self.largestPage, Self.largestPage),
            token: nextToken.flatMap { $0.isEmpty ? nil : $0 })
    }
}

struct DetectFacesMembers: Decodable {
    /// Bytes of a picture in the request itself.
    static let largestPicture = 5_242_880

    struct Image: Decodable {
        /// In base64.
        var bytes: String?
        var object: ObjectMembers?

        enum CodingKeys: String, CodingKey {
            case bytes = "Bytes"
            case object = "S3Object"
        }
    }

    var image: Image?
    var attributes: [String]?

    enum CodingKeys: String, CodingKey {
        case image = "Image"
        case attributes = "Attributes"
    }

    func picture() throws(APIError) -> PictureSource {
        var validation = Validation()
        validation.demand(image != nil, "Image")
        for attribute in attributes ?? [] { validation.check(attribute, .attribute, "Attributes") }
        var picture: [UInt8]?
        if let image {
            if (image.bytes != nil) == (image.object != nil) {
                validation.fail("Image", "Member must have one of Bytes and S3Object")
            }
            if let object = image.object { ObjectMembers.check(object, "Image.S3Object", &validation) }
            picture = try image.bytes.map { bytes throws(APIError) in try Self.decode(bytes) }
            if let picture, picture.isEmpty {
                validation.fail("Image.Bytes", "Member must have length greater than or equal to 1")
            } else if let picture, picture.count > Self.largestPicture {
                validation.fail("Image.Bytes", "Member must have length less than or equal to \(Self.largestPicture)")
            }
        }
        try validation.finish()
        guard (attributes ?? []).allSatisfy({ $0 == "DEFAULT" }) else { throw Self.notGuessed("Attributes") }
        if let picture { return .bytes(picture) }
        guard let object = image?.object?.object else {
            throw APIError(.invalidParameter, "Request has invalid parameters")
        }
        return .object(object)
    }

    private static func decode(_ text: String) throws(APIError) -> [UInt8] {
        guard let data = Data(base64Encoded: text) else {
            throw APIError(.serialization, "Image.Bytes is not in base64.")
        }
        return [UInt8](data)
    }

    static func notGuessed(_ member: String) -> APIError {
        APIError(
            .invalidParameter,
            """
            Value at '\(member)' can only be DEFAULT here: bounding box, landmarks, pose, quality and confidence. Footpath \
            doesn't guess age range, beard, emotions, eye direction, eyeglasses, eyes open, gender, mouth open, mustache, \
            occlusion, smile or sunglasses.
            """)
    }
}
