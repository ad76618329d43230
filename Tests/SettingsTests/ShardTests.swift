import Following
import Foundation
import Recording
import TestSupport
import Testing

@testable import Settings

@Suite struct ShardTests {
    /// Names as people give them: numbered, of places, drawn by lot.
    private static let names: [[String]] = [
        (0..<1000).map { "camera-\($0)" },
        ["hall", "door", "till", "yard"].flatMap { place in (0..<250).map { "\(place)_\($0).north" } },
        {
            var random = ScriptedRandom(seed: 5)
            return (0..<1000).map { _ in String(UInt64.random(in: 0 ... .max, using: &random), radix: 36) }
        }(),
    ]

    @Test(
        "One machine more gets its share, of each of the others' about as much, and nothing else moves",
        arguments: names)
    func oneMore(names: [String]) {
        for count in [1, 2, 5, 12, 30] {
            let before = names.map { Shard.owner(of: $0, among: count) }
            let after = names.map { Shard.owner(of: $0, among: count + 1) }
            let moved = zip(before, after).filter { $0 != $1 }
            #expect(moved.allSatisfy { $0.1 == count + 1 }, "to the new machine only")
            let share = Double(names.count) / Double(count + 1)
            // Five standard deviations of a binomial distribution.
            func isAbout(_ found: Int, _ expected: Double) -> Bool {
                abs(Double(found) - expected) <= 5 * expected.squareRoot() + 1
            }
            #expect(isAbout(moved.count, share), "\(moved.count) of \(names.count) moved to the \(count + 1)th")
            for number in 1...count {
                #expect(isAbout(moved.count { $0.0 == number }, share / Double(count)), "from \(number)")
                #expect(isAbout(before.count { $0 == number }, Double(names.count) / Double(count)))
            }
        }
    }

    /// `for n in 1 2 3 4 5 6; do printf '%s %s\n' "$(printf 'till/%s' $n | sha256sum)" $n; done | sort | tail -n 1`
    @Test("Everybody can find out who has a camera by sha256sum, today and tomorrow")
    func digests() {
        func owners(_ count: Int) -> [Int] {
            ["door", "hall", "till", "yard", "stairs"].map { Shard.owner(of: $0, among: count) }
        }
        #expect(owners(1) == [1, 1, 1, 1, 1])
        #expect(owners(2) == [1, 2, 2, 1, 1])
        #expect(owners(5) == [1, 3, 5, 4, 1])
        #expect(owners(6) == [1, 6, 5, 4, 1])
    }

    @Test(
        "A share is said by the option, or else by the environment",
        arguments: [
            (nil, [:], nil), ("2/5", [:], "2/5"), ("2/5", ["FOOTPATH_SHARD": "nonsense"], "2/5"),
            (nil, ["FOOTPATH_SHARD": "1/1000"], "1/1000"), (nil, ["FOOTPATH_SHARD": "", "FOOTPATH_SHARDS": ""], nil),
            (nil, ["FOOTPATH_SHARD": "footpath-0", "FOOTPATH_SHARDS": "5"], "1/5"),
            (nil, ["FOOTPATH_SHARD": "4", "FOOTPATH_SHARDS": "5"], "5/5"),
            (nil, ["FOOTPATH_SHARD": "2/5", "FOOTPATH_SHARDS": "5"], "2/5"),
        ] as [(String?, [String: String], String?)])
    func chosen(option: String?, environment: [String: String], shard: String?) throws {
        #expect(try Shard.chosen(option: option, environment: environment)?.description == shard)
    }

    @Test(
        "What is no share is told by its name",
        arguments: [
            ("0/5", [:], "--shard 0/5"), ("6/5", [:], "--shard 6/5"), ("2", [:], "--shard 2"), ("", [:], "--shard "),
            ("2/5/1", [:], "--shard"), ("+2/5", [:], "--shard"), ("1/1001", [:], "at most 1000"),
            ("99999999999999999999/5", [:], "--shard"), ("²/5", [:], "--shard"),
            (nil, ["FOOTPATH_SHARD": "footpath-1"], "FOOTPATH_SHARDS=5"),
            (nil, ["FOOTPATH_SHARDS": "5"], "FOOTPATH_SHARD must say which"),
            (nil, ["FOOTPATH_SHARD": "footpath", "FOOTPATH_SHARDS": "5"], "ends in its ordinal"),
            (nil, ["FOOTPATH_SHARD": "footpath-5", "FOOTPATH_SHARDS": "5"], "are 0 to 4"),
            (nil, ["FOOTPATH_SHARD": "footpath-1", "FOOTPATH_SHARDS": "many"], "FOOTPATH_SHARDS=many"),
            (nil, ["FOOTPATH_SHARD": "2/5", "FOOTPATH_SHARDS": "6"], "leave one of them out"),
        ] as [(String?, [String: String], String)])
    func wrong(option: String?, environment: [String: String], message: String) throws {
        let error = #expect(throws: SettingsError.self) {
            try Shard.chosen(option: option, environment: environment)
        }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }

    // MARK: - The configuration

    private func read(_ cameras: [String], _ shards: [Shard]?, path: String = "-") throws -> DaemonConfig {
        let folder = try TemporaryFolder()
        let file = try folder.file("c.yaml", "output: {path: '\(path)'}\ncameras:\n" + cameras.joined(separator: "\n"))
        return try DaemonConfig(path: file, shards: shards, environment: [:], cores: 1)
    }

    private func cameras(_ names: [String]) -> [String] { names.map { "  - {name: \($0), source: rtsp://h/\($0)}" } }

    @Test("Each camera is one machine's, and a mistake in another's is found by all")
    func shares() throws {
        let names = Self.names[0].prefix(40)
        let lines = cameras(Array(names))
        let followed = try Shard.all(5).map { try read(lines, [$0]) }
        #expect(followed.flatMap { $0.cameras.map(\.name) }.sorted() == names.sorted())
        #expect(followed.allSatisfy { $0.names == Array(names) })
        for shard in Shard.all(5) {
            #expect(throws: SettingsError.self) {
                try read(lines + ["  - {name: x, source: rtsp://h/x, fps: 0}"], [shard])
            }
        }
        #expect(try read(cameras(["door"]), Shard("2/5").map { [$0] }).cameras.isEmpty)
    }

    @Test("More cameras than one machine can follow are told with what helps")
    func tooMany() throws {
        let lines = cameras(Self.names[0].prefix(300).map(\.self))
        func problem(_ shards: [Shard]) -> String {
            do {
                _ = try read(lines, shards)
                return ""
            } catch { return "\(error)" }
        }
        #expect(
            problem([.whole]).contains("cameras: are 300 cameras, and one footpath run follows at most 90; divide them")
        )
        #expect(problem(Shard.all(5)) == "")
        let narrow = problem(Shard.all(3)).split(separator: "\n")
        #expect(narrow.count == 3 && narrow[0].contains("shard 1/3 would have "))
        #expect(try read(lines, nil).cameras.count == 300)
    }

    @Test func aMachinesNumberMayStandInTheOutputsPath() throws {
        let shard = try #require(Shard("2/5"))
        let output = try read(cameras(["till"]), [shard], path: "/x/{feed}.{shard}.jsonl").output
        #expect(output.target(for: "till") == .file(path: "/x/till.2.jsonl"))
        #expect(try read(cameras(["till"]), [.whole], path: "/x/{shard}.jsonl").output.path == "/x/1.jsonl")
    }
}
