/// What a job finds.
public enum JobKind: String, CaseIterable, Hashable, Sendable, Codable {
    case personTracking = "PersonTracking"
    case faceDetection = "FaceDetection"

    /// The operation that starts such a job, and the `API` of its message.
    public var startOperation: String { "Start" + rawValue }
    /// The operation that reads it.
    public var getOperation: String { "Get" + rawValue }
}

/// The order of GetPersonTracking's pages.
public enum PageOrder: String, CaseIterable, Hashable, Sendable, Codable {
    /// By time, those of one frame as they stand in the log.
    case timestamp = "TIMESTAMP"
    /// By path, each by falling confidence.
    case index = "INDEX"
}

/// An object in a store.
public struct S3Object: Hashable, Sendable, Codable {
    public var bucket: String
    public var name: String
    public var version: String?

    /// An object by its names.
    public init(bucket: String, name: String, version: String? = nil) {
        (self.bucket, self.name, self.version) = (bucket, name, version)
    }
}

/// What a client asks for; each member is valid by the model.
public struct JobRequest: Hashable, Sendable, Codable {
    /// Where to tell of the job's end.
    public struct Channel: Hashable, Sendable, Codable {
        public var topic: String
        public var role: String

        /// A channel by its ARNs.
        public init(topic: String, role: String) {
            (self.topic, self.role) = (topic, role)
        }
    }

    public var kind: JobKind
    public var video: S3Object
    public var clientRequestToken: String?
    public var channel: Channel?
    public var jobTag: String?
    /// The access key that it is signed with; empty where nobody must sign.
    public var accessKey: String

    /// A request.
    public init(
        kind: JobKind, video: S3Object, clientRequestToken: String? = nil, channel: Channel? = nil,
        jobTag: String? = nil, accessKey: String = ""
    ) {
        (self.kind, self.video, self.clientRequestToken) = (kind, video, clientRequestToken)
        (self.channel, self.jobTag, self.accessKey) = (channel, jobTag, accessKey)
    }
}

/// A job as its client may see it.
public struct JobState: Sendable {
    /// How far it is.
    public enum Status: String, CaseIterable, Sendable, Codable {
        case inProgress = "IN_PROGRESS"
        case succeeded = "SUCCEEDED"
        case failed = "FAILED"
    }

    /// 64 hexadecimal digits.
    public var id: String
    public var kind: JobKind
    public var status: Status
    /// Why it failed, or how far it could see; nil where there is nothing to say.
    public var message: String?
    /// What was opened; nil until then.
    public var metadata: VideoMetadata?
    public var video: S3Object
    public var jobTag: String?
    /// What was found; nil unless it succeeded.
    public var rows: (any ResultRows)?

    /// A job.
    public init(
        id: String, kind: JobKind, status: Status, message: String? = nil, metadata: VideoMetadata? = nil,
        video: S3Object, jobTag: String? = nil, rows: (any ResultRows)? = nil
    ) {
        (self.id, self.kind, self.status, self.message, self.metadata) = (id, kind, status, message, metadata)
        (self.video, self.jobTag, self.rows) = (video, jobTag, rows)
    }
}

/// What a job found, by position.
public protocol ResultRows: Sendable {
    /// How many elements there are.
    func count(of kind: JobKind) -> Int

    /// Some of `Persons` or `Faces`, as the text of a JSON array with its brackets; it costs the same wherever they are.
    ///
    /// - Parameters:
    ///   - order: of persons; faces are by time whatever it says.
    ///   - start: the first element's number, from 0. Those beyond the last are left out.
    /// - Throws: where the files can't be read.
    func page(_ kind: JobKind, _ order: PageOrder, from start: Int, count: Int) throws -> [UInt8]
}

/// Starts jobs and knows them.
public protocol RekognitionJobs: Sendable {
    /// Queues a job, or finds the one that the same token asked for before.
    ///
    /// - Returns: the JobId.
    func start(_ request: JobRequest) throws(APIError) -> String

    /// A job.
    ///
    /// - Throws: `resourceNotFound`, also where the job is of another kind.
    func job(_ id: String, _ kind: JobKind) throws(APIError) -> JobState
}

/// A picture to find faces in.
public enum PictureSource: Hashable, Sendable {
    /// A JPEG or PNG file.
    case bytes([UInt8])
    case object(S3Object)
}

/// Finds faces in pictures.
public protocol PictureFaces: Sendable {
    /// All faces of a picture, the largest first, as the text of DetectFaces' `FaceDetails`: a JSON array with its brackets.
    /// It takes the time of the search: not for an event loop.
    ///
    /// - Throws: `invalidImageFormat`, `imageTooLarge`, `invalidS3Object` or `internalServerError`.
    func faces(in picture: PictureSource) throws(APIError) -> [UInt8]
}
