import Recording
import Rekognition

/// What is told of a job's end, as Rekognition told it.
public enum Notification {
    /// JSON, in one line.
    ///
    /// - Parameter milliseconds: when the job ended, since 1970 UTC.
    public static func text(
        jobID: String, status: JobState.Status, kind: JobKind, tag: String?, video: S3Object, milliseconds: Int64
    ) -> String {
        var line = JSONLine()
        line.add("JobId", jobID)
        line.add("Status", status.rawValue)
        line.add("API", kind.startOperation)
        if let tag { line.add("JobTag", tag) }
        line.add("Timestamp", milliseconds)
        line.addObject("Video") { line in
            line.add("S3ObjectName", video.name)
            line.add("S3Bucket", video.bucket)
        }
        return line.closed()
    }
}
