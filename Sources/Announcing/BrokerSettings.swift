/// An MQTT broker, and what is sent to it.
public struct BrokerSettings: Hashable, Sendable {
    /// Its name or address.
    public var host: String
    /// Usually 1883, or 8883 where it is encrypted.
    public var port: Int
    /// Whether by TLS.
    public var isEncrypted: Bool
    /// A file of certificates to believe; nil believes the system's.
    public var certificates: String?
    /// Who connects; nil is nobody.
    public var user: String?
    public var password: String?
    /// What all topics begin with.
    public var topic: String
    /// This machine's number, where several share the topics and each has cameras of its own; nil for one alone.
    public var machine: Int?
    /// Whether Home Assistant is told of each value.
    public var announcesToHomeAssistant: Bool

    /// A broker without encryption and login.
    public init(host: String, port: Int, topic: String = "footpath") {
        (self.host, self.port, self.topic) = (host, port, topic)
        isEncrypted = false
        announcesToHomeAssistant = false
    }

    /// As it is told to people.
    var name: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }
}
