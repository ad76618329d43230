import CMosquitto
import Glibc

/// One connection to a broker. For one thread.
final class BrokerConnection {
    /// Why there is none, or none any more.
    struct Failure: Error, CustomStringConvertible {
        let description: String

        fileprivate init(_ error: Int32) { self.init(String(cString: footpath_mqtt_text(error))) }

        fileprivate init(_ text: String) { description = text.hasSuffix(".") ? String(text.dropLast()) : text }
    }

    /// Seconds in which a broker that is there must answer.
    private static let patience = 10.0

    // Freed in `deinit`, used between by this type alone.
    private let connection: OpaquePointer

    /// Connects, and waits for the broker's answer.
    ///
    /// - Parameters:
    ///   - will: what the broker publishes at `willTopic` where the connection breaks off.
    ///   - goesOn: asked about every fifth of a second.
    init(_ settings: BrokerSettings, willTopic: String, will: String, while goesOn: () -> Bool) throws(Failure) {
        var error: Int32 = 0
        guard
            let connection = footpath_mqtt_new(
                settings.user, settings.password, settings.isEncrypted, settings.certificates, willTopic, will, &error)
        else { throw Failure(error) }
        self.connection = connection
        error = footpath_mqtt_connect(connection, settings.host, Int32(settings.port), Int32(Self.patience))
        if error != 0 { throw Failure(error) }
        let end = ContinuousClock.now + .seconds(Self.patience)
        while footpath_mqtt_answer(connection) < 0 {
            error = footpath_mqtt_loop(connection, 200)
            // What it refuses by is more than that it does.
            if footpath_mqtt_answer(connection) > 0 { break }
            if error != 0 { throw Failure(error) }
            if ContinuousClock.now > end { throw Failure("it does not answer") }
            if !goesOn() { throw Failure("told to end") }
        }
        let answer = footpath_mqtt_answer(connection)
        if answer > 0 { throw Failure(String(cString: footpath_mqtt_answer_text(answer))) }
    }

    deinit {
        footpath_mqtt_close(connection)
    }

    /// Sends and receives, and waits for that at most so many milliseconds.
    func loop(milliseconds: Int32) throws(Failure) {
        let error = footpath_mqtt_loop(connection, milliseconds)
        if error != 0 { throw Failure(error) }
    }

    /// Whether something that was published waits to be sent.
    var isBusy: Bool { footpath_mqtt_is_busy(connection) }

    /// - Parameter isSure: whether it arrives at least once, or at most.
    /// - Returns: its id; nil where the broker would never take it.
    func publish(_ topic: String, _ text: String, isSure: Bool = false, isRetained: Bool = true) -> Int32? {
        var id: Int32 = 0
        let bytes = Array(text.utf8)
        let error = footpath_mqtt_publish(
            connection, topic, bytes, Int32(bytes.count), isSure ? 1 : 0, isRetained, &id)
        return error == 0 ? id : nil
    }

    /// Asks for what the broker keeps of topics.
    func find(_ pattern: String) { _ = footpath_mqtt_subscribe(connection, pattern) }

    /// The id of the next message that has arrived; nil where there is none.
    func acknowledged() -> Int32? {
        let id = footpath_mqtt_acknowledged(connection)
        return id == 0 ? nil : id
    }

    /// The next topic of which the broker keeps something; nil where there is none.
    func found() -> String? {
        guard let topic = footpath_mqtt_found(connection) else { return nil }
        defer { free(topic) }
        return String(cString: topic)
    }
}
