import Announcing
import Foundation
import Settings
import TestSupport
import Testing

/// What the configuration says of an MQTT broker.
@Suite struct BrokerConfigTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try Data("hall:p@ss w:rd\n".utf8).write(to: URL(fileURLWithPath: folder.path("secret")))
    }

    private func read(_ mqtt: String) throws -> BrokerSettings? {
        let text = "output: {path: '-'}\nmqtt: \(mqtt)\ncameras: [{name: a, source: rtsp://h/x}]"
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path("c.yaml")))
        return try DaemonConfig(path: folder.path("c.yaml"), environment: [:], cores: 1).mqtt
    }

    @Test func aBrokerHasDefaults() throws {
        #expect(try read("{broker: mqtt://broker.lan}") == BrokerSettings(host: "broker.lan", port: 1883))
        var own = BrokerSettings(host: "::1", port: 9999, topic: "home/footpath")
        (own.isEncrypted, own.announcesToHomeAssistant, own.certificates) = (true, true, "/etc/ca.pem")
        (own.user, own.password) = ("hall", "p@ss w:rd")
        let text =
            "{broker: 'mqtts://[::1]:9999', credentials: \(folder.path("secret")), topic: home/footpath, "
            + "home_assistant: true, ca: /etc/ca.pem}"
        #expect(try read(text) == own)
        #expect(try read("{broker: mqtts://h}")?.port == 8883)
    }

    @Test(arguments: [
        ("{}", "broker is missing"), ("{broker: http://h}", "give mqtt://HOST"), ("{broker: h}", "give mqtt://HOST"),
        ("{broker: mqtt://h/x}", "give mqtt://HOST"), ("{broker: 'mqtt://u:hunter2@h'}", "have no place here"),
        ("{broker: mqtt://h, topic: a/#}", "without #, + and $"), ("{broker: mqtt://h, topic: /a}", "no / first"),
        ("{broker: mqtt://h, ca: /x}", "only mqtts://"), ("{broker: mqtt://h, home_assistant: maybe}", "true or false"),
        ("{broker: mqtt://h, credentials: /no/such}", "no such file"), ("{broker: mqtt://h, tls: true}", "no such key"),
    ])
    func otherwiseItSaysWhy(text: String, problem: String) throws {
        let error = #expect(throws: SettingsError.self) { try read(text) }
        #expect(
            error?.problems.count == 1 && error?.problems.first?.contains(problem) == true, "\(error?.problems ?? [])")
        #expect(error?.description.contains("hunter2") == false)
    }
}
