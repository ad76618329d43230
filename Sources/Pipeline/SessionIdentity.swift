import Analyzing
import Decoding
import Detecting
import PathModel
import Recording
import Tracking

extension Analysis {
    /// A UUID that is the same for the same content under the same name, the same program, networks and settings, since a
    /// file's output must be the same bytes every time.
    var sessionID: String {
        let parts =
            [fingerprint, "\(repetition)", name.redacted, sessionStart.version] + sessionStart.models.map(\.sha256)
            + sessionStart.settings.map { "\($0.key)=\($0.value)" }
        return SessionIdentity.uuid(of: parts)
    }
}

/// Names sessions by what they are of.
public enum SessionIdentity {
    /// SHA-256 of texts in a version 8 UUID (RFC 9562 section 5.8).
    public static func uuid(of parts: [String]) -> String {
        var digits = Array(SHA256Digest.of(Array(parts.joined(separator: "\u{0}").utf8)).prefix(32))
        digits[12] = "8"
        digits[16] = "8"
        let groups = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
        return groups.map { String(digits[$0]) }.joined(separator: "-")
    }
}
