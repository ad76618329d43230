import Foundation
import PathModel
import Pipeline
import Recording

/// How the daemon is doing, as `/status` tells it.
struct DaemonStatus: Encodable, Sendable {
    struct Camera: Encodable, Sendable {
        var name: String
        var source: String
        var state: String
        var message: String?
        var people: Int
        var decoder: String?
        var clock: String?
        var clockErrorMilliseconds: Int64?
        var frameWidth: Int?
        var frameHeight: Int?
        var framesRead: Int
        var framesAnalyzed: Int
        var framesDropped: Int
        var framesPerSecond: Double
        var damaged: Int
        var failures: Int
        var runs: Int
        var paths: Int
        var points: Int
        var faces: Int
        var gaps: [String: Int]
        var queueDepth: Int
        var lastFrame: String?
        var processID: Int32?
        var silence: Double
    }

    struct Output: Encodable, Sendable {
        var path: String
        var isUp: Bool
        var trouble: String?
        var writtenLines: Int
        var writtenBytes: Int
        var droppedLines: Int
        var queuedBytes: Int
        var rotations: Int

        init(_ path: String, _ status: OutputStatus) {
            self.path = path
            isUp = status.trouble == nil
            trouble = status.trouble
            writtenLines = status.writtenLines
            writtenBytes = status.writtenBytes
            droppedLines = status.droppedLines
            queuedBytes = status.queuedBytes
            rotations = status.rotations
        }
    }

    struct Reload: Codable, Sendable {
        var succeeded = 0
        var failed = 0
        /// What the last one came to.
        var message: String?
    }

    var version: String
    var processID: Int32
    var session: String
    var started: String
    var configuration: String
    var isReady: Bool
    /// What doesn't go on as it should; empty where everything does.
    var stuck: [String]
    var memoryBytes: Int64
    var workers: Int
    var backlog: Int
    var reloads: Reload
    var cameras: [Camera]
    var outputs: [Output]

    /// As JSON, the keys in snake case.
    func json() -> Data {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return (try? encoder.encode(self)) ?? Data()
    }
}
