import Announcing
import Following
import Foundation
import PathModel
import Recording
import Settings

/// How the daemon is doing, as `/status` tells it.
struct DaemonStatus: Encodable, Sendable {
    /// A camera as it is shown: texts here, numbers from `FeedFigure`'s table.
    struct Camera: Encodable, Sendable {
        var name: String
        var source: FeedSettings.Source
        var framesPerSecond: Double
        /// Seconds since its thread last showed that it lives.
        var silence: Double
        /// Made for people so far; nil where nobody may see any.
        var pictures: Int?
        var status: FeedStatus

        private struct Key: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }

            init(stringValue: String) { self.stringValue = stringValue }

            init?(intValue: Int) { nil }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            func put(_ key: String, _ value: (some Encodable)?) throws {
                try container.encodeIfPresent(value, forKey: Key(stringValue: key))
            }
            try put("name", name)
            try put("source", source.redacted)
            try put("state", status.state.rawValue)
            try put("message", status.message)
            try put("decoder", status.decoder)
            try put("clock", status.clock?.rawValue)
            try put("clock_error_milliseconds", status.clockError)
            try put("frame_width", status.frameSize?.width)
            try put("frame_height", status.frameSize?.height)
            try put("frames_per_second", framesPerSecond)
            try put("gaps", Dictionary(uniqueKeysWithValues: status.gaps.map { ($0.key.rawValue, $0.value) }))
            try put("last_frame", status.lastFrame.map { UTCTime(milliseconds: $0).description })
            try put("process_id", status.processID)
            try put("silence", silence)
            try put("pictures", pictures)
            try put("zones", status.regions.zones)
            try put("lines", status.regions.lines)
            try put("observed", status.regions.observed)
            try put("observed_seconds", status.observedSeconds)
            for figure in FeedFigure.all { try put(figure.key, figure.value(status)) }
        }
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

    /// The MQTT broker.
    struct Broker: Encodable, Sendable {
        var isUp: Bool
        var trouble: String?
        var connections: Int
        var events: Int
        var lostEvents: Int
        var queuedBytes: Int

        init(_ status: Announcer.Status) {
            (isUp, trouble, connections) = (status.isConnected, status.trouble, status.connections)
            (events, lostEvents, queuedBytes) = (status.arrived, status.lost, status.queuedBytes)
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
    /// Nil where this machine follows all cameras.
    var shard: Shard?
    /// This machine's and others'.
    var configuredCameras: Int
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
    /// Nil where nobody is told by MQTT.
    var mqtt: Broker?

    /// As JSON, the keys in snake case.
    func json() -> Data {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return (try? encoder.encode(self)) ?? Data()
    }
}
