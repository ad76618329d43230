import Analyzing
import Following
import Foundation
import PathModel
import Settings
import TestSupport
import Testing

/// Zones, lines and masks in a configuration file.
@Suite struct RegionConfigTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func read(_ text: String) throws -> DaemonConfig {
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path("c.yaml")))
        return try DaemonConfig(path: folder.path("c.yaml"), environment: [:], cores: 4)
    }

    /// What is wrong, without the folder's name.
    private func problems(_ text: String) -> [String] {
        do {
            _ = try read(text)
            return []
        } catch {
            return ((error as? SettingsError)?.problems ?? ["\(error)"]).map {
                $0.replacing(folder.url.path + "/", with: "")
            }
        }
    }

    @Test func zonesLinesAndMasksAreReadAndInherited() throws {
        let text = """
            output: {path: "-"}
            defaults:
              lines: [{name: entrance, points: [[0.2, 0.7], [0.8, 0.7]], anchor: head}]
              detail: paths
            cameras:
              - name: a
                source: rtsp://h/x
                masks: [[0.7, 0, 0.3, 0.4], [[0, 0], [0.5, 0], [0, 0.5]], [0, 1, 0.5, 1, 0, 0.5]]
                counts_interval: 15m
                counts_settle: 500ms
                zones:
                  - {name: door, points: [[0, 0.5], [0.3, 0.5], [0.3, 1]]}
                  - name: "a <b> {{c}}"
                    points: [[0, 0], [1, 0], [1, 1]]
                    anchor: center
                    loiter: 30s
                    crowd: {people: 5, for: 10s}
              - {name: b, source: rtsp://h/y, lines: []}
            """
        let cameras = try read(text).cameras
        let options = try #require(cameras.first).options
        #expect(options.masks.count == 3)
        #expect(
            options.masks[1]
                == .polygon(Polygon([Point(x: 0, y: 0), Point(x: 0.5, y: 0), Point(x: 0, y: 0.5)])))
        #expect(options.layout.zones.map(\.name) == ["door", "a <b> {{c}}"])
        let zone = options.layout.zones[1]
        #expect(zone.anchor == .center && zone.loiter == 30 && zone.crowd == .init(people: 5, seconds: 10))
        #expect(options.layout.lines.map(\.anchor) == [.head])
        #expect(options.layout.interval == 900 && options.layout.settle == 0.5 && options.detail == .paths)
        #expect(cameras[1].options.layout.isEmpty && cameras[1].options.detail == .paths)
    }

    @Test(
        "What is in is to the right of whoever walks along a line",
        arguments: [
            ([0.2, 0.5, 0.8, 0.5], "↓"), ([0.8, 0.5, 0.2, 0.5], "↑"), ([0.5, 1, 0.5, 0], "→"), ([0.5, 0, 0.5, 1], "←"),
            ([0, 0, 1, 1], "↙"), ([0.2, 0.5, 0.9, 0.9, 0.2, 0.5], "↓"),
        ])
    func arrow(numbers: [Double], arrow: String) throws {
        let text = numbers.map { "\($0)" }.joined(separator: ",")
        let options = try AnalysisOptions(["lines": ["a=\(text)"]], cores: 1)
        #expect(options.regions.count == 1 && options.regions[0].hasSuffix(", anchor feet, in is \(arrow)"))
    }

    @Test func allThatIsWrongWithRegionsIsToldWithItsLine() {
        let found = problems(
            """
            output: {path: "-"}
            cameras:
              - name: a
                source: rtsp://h/x
                masks: [[0, 0, 1, 1, 0, 1, 1, 0], [[0, 0], [1, 1]], [[0, 0], [1, 2], [0, 1]]]
                zones:
                  - {name: a, points: [[0, 0], [1, 1], [0, 1], [1, 0]]}
                  - {name: a, points: [[0, 0], [1, 0], [2, 1]]}
                  - {name: a/b, points: [[0, 0], [0, 1]]}
                  - {points: [[0, 0], [1, 0, 1], [1, 1]]}
                  - {name: c, points: [0, 1], loiter: 5, crowd: {for: 1s}, shape: round}
                  - {name: d}
                lines:
                  - {name: a, points: [[0.5, 0.5], [0.5, 0.5]]}
                  - {name: b, points: [], loiter: 3s, anchor: knee}
                counts_interval: 10ms
                detail: all
            """)
        let wanted = [
            "c.yaml:5: cameras[0].masks: 0,0,1,1,0,1,1,0: crosses itself", "c.yaml:5: cameras[0].masks: 0,0 1,1: ",
            "c.yaml:5: cameras[0].masks: 0,0,1,2,0,1: has points outside",
            "c.yaml:7: cameras[0].zones[0].points: crosses itself",
            "c.yaml:8: cameras[0].zones[1].name: a: another zone has this name",
            "c.yaml:8: cameras[0].zones[1].points: has points outside",
            "c.yaml:9: cameras[0].zones[2].name: has a name with",
            "c.yaml:9: cameras[0].zones[2].points: has fewer", "c.yaml:10: cameras[0].zones[3]: name is missing",
            "c.yaml:10: cameras[0].zones[3].points[1]: give [X, Y]",
            "c.yaml:11: cameras[0].zones[4].shape: no such key",
            "c.yaml:11: cameras[0].zones[4].points[0]: give a list",
            "c.yaml:11: cameras[0].zones[4].points[1]: give a list",
            "c.yaml:11: cameras[0].zones[4].loiter: 5: give a duration",
            "c.yaml:11: cameras[0].zones[4].crowd: people is missing",
            "c.yaml:12: cameras[0].zones[5]: points are missing",
            "c.yaml:14: cameras[0].lines[0].points: has no length",
            "c.yaml:15: cameras[0].lines[1].points: give points", "c.yaml:15: cameras[0].lines[1].loiter: no such key",
            "c.yaml:15: cameras[0].lines[1].anchor: knee: give one of feet, center, head",
            "c.yaml:16: cameras[0].counts_interval: 10ms: must be 1s to 1d",
            "c.yaml:17: cameras[0].detail: all: give one of",
        ]
        for start in wanted {
            #expect(found.contains { $0.hasPrefix(start) }, "\(start)\n\(found.joined(separator: "\n"))")
        }
        #expect(found.count == wanted.count, "\(found.joined(separator: "\n"))")
    }
}
