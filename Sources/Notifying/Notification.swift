import Foundation
import Rekognition

/// What is told of a job's end, as Rekognition told it.
public struct Notification: Sendable {
    private let jobID: String
    private let status: JobState.Status
    private let kind: JobKind
    private let tag: String?
    private let video: S3Object
    private let time: Int64

    /// - Parameter milliseconds: when the job ended, since 1970 UTC.
    public init(
        jobID: String, status: JobState.Status, kind: JobKind, tag: String?, video: S3Object, milliseconds: Int64
    ) {
        (self.jobID, self.status, self.kind, self.tag) = (jobID, status, kind, tag)
        (self.video, time) = (video, milliseconds)
    }

    /// JSON, in one line.
    public var text: String {
        var members = [
            ("JobId", quoted(jobID)), ("Status", quoted(status.rawValue)), ("API", quoted(kind.startOperation)),
        ]
        if let tag { members.append(("JobTag", quoted(tag))) }
        let place = "{\"S3ObjectName\":\(quoted(video.name)),\"S3Bucket\":\(quoted(video.bucket))}"
        members += [("Timestamp", "\(time)"), ("Video", place)]
        return "{" + members.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
    }

    private func quoted(_ text: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
    }
}
