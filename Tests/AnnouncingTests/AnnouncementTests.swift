import Foundation
import TestSupport
import Testing

@testable import Announcing

@Suite struct AnnouncementTests {
    private var settings: BrokerSettings {
        var settings = BrokerSettings(host: "h", port: 1883, topic: "home/footpath")
        settings.announcesToHomeAssistant = true
        return settings
    }

    private func camera(zones: [String] = ["door"], lines: [String] = ["gate"]) -> Announcement.Camera {
        .init(
            name: "hall-1", state: "running", people: 2, zones: zones.map { .init(name: $0, people: 1) },
            lines: lines.map { .init(name: $0, inward: 5, outward: 3) })
    }

    @Test func valuesStandUnderTheirCamera() {
        var plain = settings
        plain.announcesToHomeAssistant = false
        #expect(
            Announcement.states(of: [camera()], plain, version: "1") == [
                "home/footpath/hall-1/state": "running", "home/footpath/hall-1/people": "2",
                "home/footpath/hall-1/zone/door/people": "1", "home/footpath/hall-1/line/gate/in": "5",
                "home/footpath/hall-1/line/gate/out": "3",
            ])
    }

    @Test func homeAssistantIsToldOfEachValue() throws {
        let states = Announcement.states(of: [camera()], settings, version: "1.2")
        let entities = try states.filter { $0.key.hasPrefix("homeassistant/") }.map { topic, text in
            #expect(topic.wholeMatch(of: /homeassistant\/sensor\/[a-zA-Z0-9_-]+\/[a-zA-Z0-9_-]+\/config/) != nil)
            return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        }
        #expect(entities.count == 4)
        #expect(Set(entities.compactMap { $0["unique_id"] as? String }).count == 4)
        for entity in entities {
            let topic = try #require(entity["state_topic"] as? String)
            #expect(states[topic] != nil)
            #expect(entity["state_class"] as? String == (topic.contains("/line/") ? "total_increasing" : "measurement"))
            let availability = try #require(entity["availability"] as? [[String: Any]])
            #expect(
                availability.map { $0["topic"] as? String } == ["home/footpath/status", "home/footpath/hall-1/state"])
        }
    }

    @Test(arguments: [
        #"</script>"#, #"""#, "{{x}}", "a b", String(repeating: "🚶", count: 16), "a-62", "ab", "ä", "%s", "$SYS",
    ])
    func anyNameIsShownAsItIs(name: String) throws {
        let states = Announcement.states(of: [camera(zones: [name, "\(name)x"])], settings, version: "1")
        #expect(states["home/footpath/hall-1/zone/\(name)/people"] == "1")
        let titles = try states.filter { $0.key.hasPrefix("homeassistant/") }.values.compactMap { text in
            (try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])?["name"] as? String
        }
        #expect(titles.contains("\(name) people"))
    }

    @Test("Of several machines each says for itself whether it is there, and values are its cameras' own")
    func machines() throws {
        var second = settings
        second.machine = 2
        #expect(Announcement.statusTopic(settings) == "home/footpath/status")
        #expect(Announcement.statusTopic(second) == "home/footpath/status/2")
        let (alone, shared) = (
            Announcement.states(of: [camera()], settings, version: "1"),
            Announcement.states(of: [camera()], second, version: "1")
        )
        #expect(alone.keys.sorted() == shared.keys.sorted(), "a camera that moves keeps its topics")
        #expect(shared.values.count { $0.contains("home/footpath/status/2\"") } == 4)
    }

    @Test(arguments: ["hall-1", "a_b.c", "A-62", "0", "zone", "-"])
    func whateverIsKeptIsOfItsCamera(name: String) {
        let kept = Announcement.states(
            of: [.init(name: name, state: "running", people: 0, zones: [.init(name: "x_y/z", people: 0)], lines: [])],
            settings, version: "1")
        #expect(kept.count == 5)
        for topic in kept.keys { #expect(Announcement.camera(of: topic, settings) == name, "\(topic)") }
        #expect(Announcement.camera(of: "elsewhere/\(name)/state", settings) == nil)
    }

    @Test func whateverIsKeptCanBeFoundAgain() {
        let patterns = Announcement.patterns(settings).map { $0.split(separator: "/") }
        for topic in Announcement.states(of: [camera()], settings, version: "1").keys {
            let levels = topic.split(separator: "/")
            let isFound = patterns.contains { pattern in
                pattern.count == levels.count && zip(pattern, levels).allSatisfy { $0 == "+" || $0 == $1 }
            }
            #expect(isFound, "\(topic)")
        }
    }

    // MARK: - What is kept

    private func drain(_ kept: inout KeptStates) -> [String: String] {
        var all: [String: String] = [:]
        while let next = kept.next() { all[next.topic] = next.value }
        return all
    }

    @Test func whatChangesIsSentAndEverythingAtANewConnection() {
        var kept = KeptStates()
        kept.want(["a": "1", "b": "2"])
        #expect(drain(&kept) == ["a": "1", "b": "2"])
        kept.want(["a": "1", "b": "3"])
        #expect(drain(&kept) == ["b": "3"])
        #expect(kept.isSettled)
        kept.forget()
        #expect(drain(&kept) == ["a": "1", "b": "3"])
    }

    @Test func whatOthersMayHaveWrittenOverIsSentAgainAndWhatLeftStaysWithdrawn() {
        var kept = KeptStates()
        kept.want(["a": "1", "b": "2"])
        _ = drain(&kept)
        kept.want(["a": "1"])
        kept.renew()
        #expect(drain(&kept) == ["a": "1", "b": ""])
    }

    @Test func whatLeavesIsWithdrawnWhoeverLeftItThere() {
        var kept = KeptStates()
        kept.want(["a": "1", "b": "2"])
        _ = drain(&kept)
        kept.want(["a": "1"])
        #expect(drain(&kept) == ["b": ""])
        kept.find("a")
        kept.find("old")
        #expect(drain(&kept) == ["old": ""])
        kept.want(["a": "1", "b": "4"])
        #expect(drain(&kept) == ["b": "4"], "it is there again")
    }

    // MARK: - Events

    private func event(_ number: Int, bytes: Int = 1) -> EventQueue.Event {
        .init(topic: "\(number)", text: String(repeating: "x", count: bytes))
    }

    @Test func theOldestAreLostAndCounted() {
        var queue = EventQueue()
        for number in 0..<30 { queue.add(event(number, bytes: EventQueue.capacity / 10)) }
        #expect(queue.lost == 20 && queue.bytes <= EventQueue.capacity && queue.next?.topic == "20")
        queue.add(event(99, bytes: 2 * EventQueue.capacity))
        #expect(queue.lost == 31 && queue.bytes == 0 && queue.isEmpty)
    }

    @Test func whatWasOnItsWayIsSentAgainInOrder() {
        var queue = EventQueue()
        for number in 0..<30 { queue.add(event(number)) }
        var id: Int32 = 0
        while queue.next != nil {
            id += 1
            queue.send(as: id)
        }
        #expect(id == 20, "no more are on their way")
        queue.acknowledge(2)
        queue.acknowledge(1)
        queue.acknowledge(1)
        queue.acknowledge(77)
        #expect(queue.arrived == 2 && queue.next?.topic == "20")
        queue.disconnect()
        #expect(queue.next?.topic == "2" && queue.lost == 0)
        queue.end()
        #expect(queue.lost == 28 && queue.bytes == 0)
    }
}
