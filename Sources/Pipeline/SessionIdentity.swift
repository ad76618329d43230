import Analyzing
import Decoding
import Detecting
import PathModel
import Recording
import Tracking

extension Analysis {
    /// A UUID that is the same for the same content under the same name, the same program, networks and settings, since a
    /// file's output must be the same bytes every time: SHA-256 of them in a version 8 UUID (RFC 9562 section 5.8).
    var sessionID: String {
        guard let digest = SHA256Digest() else { return "00000000-0000-8000-8000-000000000000" }
        let parts =
            [fingerprint, "\(repetition)", name.redacted, sessionStart.version] + sessionStart.models.map(\.sha256)
            + sessionStart.settings.map { "\($0.key)=\($0.value)" }
        digest.update(Array(parts.joined(separator: "\u{0}").utf8))
        var digits = Array(digest.hexadecimal().prefix(32))
        digits[12] = "8"
        digits[16] = "8"
        let groups = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
        return groups.map { String(digits[$0]) }.joined(separator: "-")
    }
}

extension AnalysisOptions {
    /// The settings that change results, as they stand in the session's start.
    var recorded: [SessionStart.Setting] {
        var settings = [
            SessionStart.Setting("confidence", .number(minimumConfidence * 100)),
            SessionStart.Setting("input_size", .text(inputSize.recorded)),
            SessionStart.Setting("scales", .number(Double(scales))),
            SessionStart.Setting("camera_motion", .text(cameraMotion.rawValue)),
            SessionStart.Setting("max_lost", .number(tracker.maxLost)),
            SessionStart.Setting("bridge", .number(bridge)),
            SessionStart.Setting("predicted", .flag(recordsPredicted)),
            SessionStart.Setting("face_fps", .number(faceRate)),
            SessionStart.Setting("face_confidence", .number(faces.minimumConfidence * 100)),
            SessionStart.Setting("min_face", .number(faces.minimumWidth)),
            SessionStart.Setting("landmarks", .text(faces.landmarks.rawValue)),
            SessionStart.Setting("raw_landmarks", .flag(keepsRawLandmarks)),
        ]
        if let sampleRate { settings.append(SessionStart.Setting("fps", .number(sampleRate))) }
        if let stream { settings.append(SessionStart.Setting("stream", .number(Double(stream)))) }
        if !masks.isEmpty {
            settings.append(SessionStart.Setting("masks", .text(recordedMasks)))
        }
        return settings
    }

    /// All of them, or what tells them from others where a line has no room for all.
    private var recordedMasks: String {
        let text = masks.map { "\($0.left),\($0.top),\($0.width),\($0.height)" }.joined(separator: " ")
        guard text.utf8.count > RecordWriter.longestSetting, let digest = SHA256Digest() else { return text }
        digest.update(Array(text.utf8))
        return "\(masks.count) with SHA-256 \(digest.hexadecimal())"
    }
}

extension AnalysisOptions.InputSize {
    fileprivate var recorded: String {
        switch self {
        case .fitted(let size): "up to \(size)"
        case .exact(let size): size.description
        case .network: "network"
        }
    }
}
