import Foundation

/// What brokers keep of the program's cameras: a value by its topic, and, where Home Assistant is to know, what each is.
public enum Announcement {
    /// A camera now.
    public struct Camera: Sendable {
        /// A zone now.
        public struct Zone: Sendable {
            let name: String
            let people: Int

            /// A zone by its name.
            public init(name: String, people: Int) {
                (self.name, self.people) = (name, people)
            }
        }

        /// A line, and how often it was crossed.
        public struct Line: Sendable {
            let name: String
            let inward: Int
            let outward: Int

            /// A line by its name.
            public init(name: String, inward: Int, outward: Int) {
                (self.name, self.inward, self.outward) = (name, inward, outward)
            }
        }

        let name: String
        let state: String
        let people: Int
        let zones: [Zone]
        let lines: [Line]

        /// A camera by its name.
        public init(name: String, state: String, people: Int, zones: [Zone], lines: [Line]) {
            (self.name, self.state, self.people) = (name, state, people)
            (self.zones, self.lines) = (zones, lines)
        }
    }

    /// What Home Assistant listens at unless it is told otherwise.
    static let homeAssistant = "homeassistant"

    /// What is kept of these cameras, by topics.
    public static func states(
        of cameras: [Camera], _ settings: BrokerSettings, version: String
    ) -> [String: String] {
        var states: [String: String] = [:]
        for camera in cameras {
            let place = "\(settings.topic)/\(camera.name)"
            states["\(place)/state"] = camera.state
            for value in values(of: camera) {
                let topic = "\(place)/\(value.topic)"
                states[topic] = "\(value.number)"
                guard settings.announcesToHomeAssistant else { continue }
                let id = "\(slug(camera.name))_\(slug(value.topic))"
                states["\(homeAssistant)/sensor/\(node(settings))/\(id)/config"] = discovery(
                    value, topic, id: id, of: camera, settings, version)
            }
        }
        return states
    }

    /// Where the program says whether it is there.
    static func statusTopic(_ settings: BrokerSettings) -> String {
        "\(settings.topic)/status" + (settings.machine.map { "/\($0)" } ?? "")
    }

    /// Whose value a topic of `states` has; nil where it is none of them.
    static func camera(of topic: String, _ settings: BrokerSettings) -> String? {
        let discoveries = "\(homeAssistant)/sensor/\(node(settings))/"
        if topic.hasPrefix(discoveries) { return name(ofSlug: topic.dropFirst(discoveries.count).prefix { $0 != "_" }) }
        guard topic.hasPrefix(settings.topic + "/") else { return nil }
        return String(topic.dropFirst(settings.topic.count + 1).prefix { $0 != "/" })
    }

    /// All topics of which anything may ever have been kept.
    static func patterns(_ settings: BrokerSettings) -> [String] {
        ["state", "people", "zone/+/people", "line/+/in", "line/+/out"].map { "\(settings.topic)/+/\($0)" }
            + ["\(homeAssistant)/sensor/\(node(settings))/+/config"]
    }

    /// Part of the topics under which Home Assistant is told of this program's values.
    static func node(_ settings: BrokerSettings) -> String { "footpath_\(slug(settings.topic))" }

    private struct Value {
        let topic: String
        let title: String
        let number: Int
        let onlyGrows: Bool
    }

    private static func values(of camera: Camera) -> [Value] {
        [Value(topic: "people", title: "People", number: camera.people, onlyGrows: false)]
            + camera.zones.map {
                Value(topic: "zone/\($0.name)/people", title: "\($0.name) people", number: $0.people, onlyGrows: false)
            }
            + camera.lines.flatMap { line in
                [("in", line.inward), ("out", line.outward)].map {
                    Value(
                        topic: "line/\(line.name)/\($0.0)", title: "\(line.name) \($0.0)", number: $0.1, onlyGrows: true
                    )
                }
            }
    }

    /// Letters and digits as they are, other bytes by their number: topics and ids of Home Assistant take no others, and no two
    /// names become one.
    private static func slug(_ name: String) -> String {
        name.utf8.map { byte in
            let isPlain = UnicodeScalar(byte).properties.isAlphabetic && byte < 128 || (48...57).contains(byte)
            return isPlain ? String(UnicodeScalar(byte)) : "-\(String(byte, radix: 16))"
        }.joined()
    }

    private static func name(ofSlug slug: Substring) -> String? {
        let parts = slug.split(separator: "-", omittingEmptySubsequences: false)
        var bytes = Array(parts[0].utf8)
        for part in parts.dropFirst() {
            guard part.utf8.count >= 2, let byte = UInt8(part.prefix(2), radix: 16) else { return nil }
            bytes.append(byte)
            bytes += part.utf8.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private struct Entity: Encodable {
        struct Availability: Encodable {
            let topic: String
            var value_template: String?
        }

        struct Device: Encodable {
            let identifiers: [String]
            let name: String
            let manufacturer = "Footpath"
            let sw_version: String
        }

        struct Origin: Encodable {
            let name = "footpath"
            let sw_version: String
        }

        let name: String
        let unique_id: String
        let state_topic: String
        let state_class: String
        let unit_of_measurement = "people"
        let icon: String
        let availability: [Availability]
        let availability_mode = "all"
        let device: Device
        let origin: Origin
    }

    /// https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery
    private static func discovery(
        _ value: Value, _ topic: String, id: String, of camera: Camera, _ settings: BrokerSettings, _ version: String
    ) -> String {
        let entity = Entity(
            name: value.title, unique_id: "\(node(settings))_\(id)", state_topic: topic,
            state_class: value.onlyGrows ? "total_increasing" : "measurement",
            icon: value.onlyGrows ? "mdi:counter" : "mdi:account-group",
            availability: [
                .init(topic: statusTopic(settings)),
                .init(
                    topic: "\(settings.topic)/\(camera.name)/state",
                    value_template: "{{ 'online' if value == 'running' else 'offline' }}"),
            ],
            device: .init(
                identifiers: ["\(node(settings))_\(slug(camera.name))"], name: "Footpath \(camera.name)",
                sw_version: version), origin: .init(sw_version: version))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(entity)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
