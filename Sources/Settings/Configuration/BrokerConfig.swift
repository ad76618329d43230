import Announcing
import Foundation

/// Reads what the configuration says of an MQTT broker.
struct BrokerConfig {
    let secrets: Secrets

    private static let ports = ["mqtt": 1883, "mqtts": 8883]
    private static let longestTopic = 200

    func broker(_ value: ConfigValue) -> BrokerSettings? {
        guard let mapping = value.mapping(["broker", "credentials", "topic", "home_assistant", "ca"]) else {
            return nil
        }
        guard let broker = mapping.needed("broker", "broker is missing, such as broker: mqtt://127.0.0.1") else {
            return nil
        }
        let topic = mapping["topic"].flatMap(topic)
        let announces = mapping["home_assistant"]?.flag() ?? false
        guard let text = broker.text(), var settings = settings(text, broker) else { return nil }
        settings.topic = topic ?? settings.topic
        settings.announcesToHomeAssistant = announces
        if let ca = mapping["ca"] {
            settings.certificates = ca.file(unless: [])
            if !settings.isEncrypted { ca.fail("only mqtts:// brokers show certificates") }
        }
        if let credentials = mapping["credentials"] { logIn(credentials, text, &settings) }
        return settings
    }

    private func settings(_ text: String, _ value: ConfigValue) -> BrokerSettings? {
        guard let url = URLComponents(string: text), let scheme = url.scheme, let port = Self.ports[scheme],
            let host = url.host, !host.isEmpty, ["", "/"].contains(url.path), url.query == nil
        else {
            value.fail("\(value.shown(text)): give mqtt://HOST, mqtts://HOST, or one of them with :PORT")
            return nil
        }
        if url.user != nil || url.password != nil {
            value.fail("a user and a password have no place here; credentials: keeps them apart")
        }
        let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        var settings = BrokerSettings(host: bare, port: url.port ?? port)
        settings.isEncrypted = scheme == "mqtts"
        return settings
    }

    /// User and password, as a camera's.
    private func logIn(_ value: ConfigValue, _ text: String, _ settings: inout BrokerSettings) {
        guard let whole = secrets.apply(value, to: text), secrets.areNeeded else { return }
        guard let url = URLComponents(string: whole), let user = url.user else {
            value.fail("the file must hold USER:PASSWORD")
            return
        }
        (settings.user, settings.password) = (user, url.password)
    }

    private func topic(_ value: ConfigValue) -> String? {
        guard let text = value.text() else { return nil }
        let isText = text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        let isLevel = text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { !$0.isEmpty }
        if !isText || !isLevel || text.contains(where: { "#+$".contains($0) }) || text.utf8.count > Self.longestTopic {
            value.fail("give up to \(Self.longestTopic) bytes without #, + and $, no / first or last")
            return nil
        }
        return text
    }
}
