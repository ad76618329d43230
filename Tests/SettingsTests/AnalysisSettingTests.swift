import Analyzing
import Decoding
import Inference
import PathModel
import Settings
import Testing
import Tracking

@Suite struct AnalysisSettingTests {
    private func options(_ texts: [String: String] = [:], masks: [String] = [], cores: Int = 4) throws
        -> AnalysisOptions
    {
        var all = texts.mapValues { [$0] }
        if !masks.isEmpty { all["masks"] = masks }
        return try AnalysisOptions(all, cores: cores)
    }

    private func problems(_ texts: [String: String], masks: [String] = []) -> [String] {
        do {
            _ = try options(texts, masks: masks)
            return []
        } catch {
            return (error as? SettingsError)?.problems ?? []
        }
    }

    @Test func everyProblemIsToldAtOnce() {
        let found = problems(
            [
                "confidence": "101", "fps": "0", "face_fps": "-1", "workers": "0", "scales": "5",
                "input_size": "500x288",
                "start_time": "yesterday", "max_lost": "1h1s", "bridge": "61",
            ], masks: ["0,0,1,1", "0,0,1", "0,0,2,1"])
        let starts = [
            "--confidence 101: must be 0 to 100 percent", "--fps 0: must be 0.001 to 1000 frames a second",
            "--face-fps -1: must be 0 to 1000 times a second", "--workers 0: must be 1 to 128",
            "--scales 5: must be 1 to 4",
            "--input-size 500x288: give", "--mask 0,0,1: give", "--mask 0,0,2,1: give", "--start-time yesterday: give",
            "--max-lost 1h1s: must be up to 1h", "--bridge 61: must be up to 1m",
        ]
        for start in starts { #expect(found.contains { $0.hasPrefix(start) }, "\(start): \(found)") }
        #expect(found.count == starts.count)
    }

    @Test(arguments: ["0", "1", "100"]) func limitsBelongToTheirRange(confidence: String) throws {
        #expect(try options(["confidence": confidence]).minimumConfidence == Double(confidence).map { $0 / 100 })
    }

    @Test func aShareOfOneIsNotTakenForPercent() {
        #expect(
            Set(problems(["confidence": "0.5", "face_confidence": "0.75"])) == [
                "--confidence 0.5: is percent here; give 50 for 0.5",
                "--face-confidence 0.75: is percent here; give 75 for 0.75",
            ])
    }

    @Test(arguments: ["-0.1", "100.1", "nan", "inf", "", "x"]) func otherConfidencesAreRefused(confidence: String) {
        #expect(problems(["confidence": confidence]).count == 1)
    }

    @Test(arguments: [("2", 2), ("0", 0), ("500ms", 0.5), ("1m30s", 90)])
    func aDurationIsSecondsOrHasUnits(text: String, seconds: Double) throws {
        #expect(try options(["max_lost": text]).tracker.maxLost == seconds)
    }

    @Test func inYAMLItHasUnits() {
        #expect(throws: SettingsError.self) { try AnalysisOptions(["max_lost": ["2"]], .yaml, cores: 1) }
    }

    @Test func whoIsToBeRecordedIsFollowed() throws {
        let standard = try options().tracker
        #expect(try options(["confidence": "90"]).tracker == standard, "fewer records don't change who is followed")
        let weak = try options(["confidence": "20"]).tracker
        #expect(weak.lowConfidence == 0.2 && weak.seedConfidence == 0.2 && weak.birthConfidence == 0.25)
        #expect(weak.meanBirthConfidence == 0.2)
    }

    @Test func workersAreTheCoresUnlessTheUserSays() throws {
        #expect(try options(cores: 6).workers == 6)
        #expect(try options(["workers": "2"], cores: 6).workers == 2)
        #expect(try options(cores: 1000).workers == 128)
    }

    @Test func aQualityFitsTheInputToTheFrame() throws {
        #expect(try options().inputSize == .fitted(PixelSize(width: 448, height: 256)))
        #expect(try options(["quality": "fast"]).inputSize == .fitted(PixelSize(width: 320, height: 192)))
        #expect(try options(["quality": "balanced"]).inputSize == options().inputSize)
        #expect(try options(["quality": "best"]).inputSize == .fitted(PixelSize(width: 640, height: 384)))
    }

    @Test func anInputSizeIsTakenExactly() throws {
        #expect(try options(["input_size": "512x288"]).inputSize == .exact(PixelSize(width: 512, height: 288)))
    }

    @Test(arguments: ["512", "512x", "x288", "512x288x3", "512X288", "-32x32", "0x32", "511x288", "4128x32", "a x b"])
    func otherInputSizesAreRefused(size: String) {
        #expect(problems(["input_size": size]).count == 1)
    }

    @Test func theLargestPictureIsASize() throws {
        #expect(try options().sourceOptions.largestPicture == PixelSize(width: 8192, height: 8192))
        let own = try options(["max_picture": "1920x1080"])
        #expect(own.sourceOptions.largestPicture == PixelSize(width: 1920, height: 1080))
        for size in ["1920", "8x99999"] { #expect(problems(["max_picture": size]).count == 1) }
    }

    @Test func qualityAndInputSizeExcludeEachOther() {
        let found = problems(["quality": "best", "input_size": "512x288"])
        #expect(found.count == 1 && found.first?.hasPrefix("--quality and --input-size") == true)
    }

    @Test func aNetworkOfTheUsersOwnKeepsItsSizeAndSeesOneScale() throws {
        let own = try options(["model": "other.onnx"])
        #expect(own.personNetwork == .file("other.onnx"))
        #expect(own.inputSize == .network)
        #expect(own.scales == 1)
        let asked = try options(["model": "other.onnx", "quality": "fast", "scales": "2"])
        #expect(asked.inputSize == .fitted(PixelSize(width: 320, height: 192)))
        #expect(asked.scales == 2)
        #expect(try options().personNetwork == .embeddedPersonNetwork)
    }

    @Test func masksAreRatiosOfTheFrame() throws {
        #expect(
            try options(masks: ["0.7,0,0.3,0.4", "0,0,1,0.1"]).masks == [
                .rectangle(BoundingBox(left: 0.7, top: 0, width: 0.3, height: 0.4)),
                .rectangle(BoundingBox(left: 0, top: 0, width: 1, height: 0.1)),
            ])
        let corners = [Point(x: 0, y: 0.5), Point(x: 1, y: 0.5), Point(x: 0.5, y: 1)]
        let own = try options(masks: ["0.7,0,0.3,0.4", "0,0.5,1,0.5,0.5,1"])
        #expect(own.masks[1] == .polygon(Polygon(corners)))
        #expect(try options(masks: ["0,0.5,1,0.5,0.5,1,0,0.5"]).masks == [own.masks[1]], "a closed ring")
        let recorded = try #require(own.recorded.first { $0.key == "masks" })
        #expect(recorded.value == .text("0.7,0.0,0.3,0.4 0,0.5,1,0.5,0.5,1"))
    }

    @Test(arguments: [
        "", "0,0,1", "0,0,1,1,1", "0,0,1,1,0,1,1,0", "0,0,1,1,2,2", "0,0,0.5,0.5,1,1", "0,0,1,0,1", "0,0,1,0,nan,1",
        "0,0,0,1", "0,0,1,0", "-0.1,0,1,1", "0,0,100,50", "0,0,1,nan", "a,0,1,1",
    ])
    func otherMasksAreRefused(mask: String) {
        #expect(problems([:], masks: [mask]).count == 1)
    }

    private func regions(_ zones: [String], _ lines: [String] = []) -> [String] {
        do {
            _ = try AnalysisOptions(["zones": zones, "lines": lines], cores: 1)
            return []
        } catch {
            return error.problems
        }
    }

    @Test func zonesAndLinesHaveNamesAndPoints() throws {
        let options = try AnalysisOptions(
            [
                "zones": ["a=b <script>=0,0,1,0,1,1"], "lines": ["to the door=0.2,0.7,0.8,0.7,1,1"],
                "counts_settle": ["0.5"], "counts_interval": ["1h"], "detail": ["counts"],
            ], cores: 1)
        let zone = try #require(options.layout.zones.first)
        #expect(zone.name == "a=b <script>" && zone.polygon.vertices.count == 3 && zone.anchor == .feet)
        let line = try #require(options.layout.lines.first)
        #expect(line.name == "to the door" && line.polyline.vertices.count == 3)
        #expect(options.layout.settle == 0.5 && options.layout.interval == 3600)
        #expect(options.detail == .counts && options.faceFPS == 0, "nobody's face is looked for that isn't recorded")
    }

    @Test func allThatIsWrongWithZonesAndLinesIsToldAtOnce() {
        let long = String(repeating: "é", count: 33)
        let found = regions(
            [
                "0,0,1,0,1,1", "=0,0,1,0,1,1", "a/b=0,0,1,0,1,1", "a#=0,0,1,0,1,1", "+=0,0,1,0,1,1",
                "b\u{7}=0,0,1,0,1,1",
                "\(long)=0,0,1,0,1,1", "two=0,0,1,1", "eight=0,0,1,1,1,0,0,1", "flat=0,0,0.5,0.5,1,1",
                "out=0,0,2,0,1,1",
                "odd=0,0,1,0,1", "door=0,0,1,0,1,1", "door=0,0,1,0,0,1",
            ], ["point=0.5,0.5,0.5,0.5", "door=0,0,1,1", "one=0,0", "gone=0,0,1,nan"])
        for (start, reason) in [
            ("--zone 0,0,1,0,1,1", "give NAME="), ("--zone =0", "has no name"), ("--zone a/b=", "/, # or +"),
            ("--zone a#=", "/, # or +"), ("--zone +=", "/, # or +"), ("--zone b\u{7}=", "control characters"),
            ("--zone \(long)", "more than 64 bytes"), ("--zone two=", "fewer than 3 corners"),
            ("--zone eight=", "crosses itself"), ("--zone flat=", ""), ("--zone out=", "outside 0...1"),
            ("--zone odd=", "give NAME="), ("--line point=", "no length"), ("--line one=", "fewer than 2"),
            ("--line gone=", "give NAME="), ("--zone door", "another zone has this name"),
        ] { #expect(found.contains { $0.hasPrefix(start) && $0.contains(reason) }, "\(start): \(found)") }
        #expect(found.count == 16, "\(found)")
        let many = (0..<30).map { "\($0)=0,0,1,0,1,1" }
        #expect(regions(many, many).contains { $0.contains("at most 50") })
    }

    @Test func aStartTimeIsMillisecondsSince1970() throws {
        #expect(try options(["start_time": "2026-03-01T08:00:00.250Z"]).startTime == 1_772_352_000_250)
        #expect(try options(["start_time": "2026-03-01T09:00:00.250+01:00"]).startTime == 1_772_352_000_250)
        #expect(try options().startTime == nil)
    }

    @Test func whatChangesResultsIsRecordedByItsName() throws {
        func recorded(_ options: AnalysisOptions) -> [String] { options.recorded.map { "\($0.key)=\($0.value)" } }
        let standard = try recorded(options())
        #expect(
            standard == [
                "confidence=number(50.0)", #"input_size=text("up to 448x256")"#, "scales=number(1.0)",
                #"camera_motion=text("auto")"#, #"clothes=text("auto")"#, #"still=text("keep")"#,
                "max_lost=number(2.0)", "bridge=number(2.0)",
                "predicted=flag(false)",
                "face_fps=number(5.0)", "face_confidence=number(50.0)", "min_face=number(20.0)",
                #"landmarks=text("five")"#, "raw_landmarks=flag(false)",
            ], "the order is part of a session's id")
        // Whatever else is set is seen in the records, but where they come from and how fast.
        let examples = [
            "input_size": "512x288", "fps": "5", "masks": "0,0,1,1", "bridge": "1", "confidence": "60",
            "zones": "a=0,0,1,0,1,1",
            "lines": "a=0,0,1,1", "detail": "paths",
        ]
        for setting in AnalysisSetting.all
        where ![
            "workers", "start_time", "model", "face_model", "quality", "max_picture", "counts_settle",
            "counts_interval",
        ].contains(setting.key) {
            let other: String =
                examples[setting.key]
                ?? ["scales": "2", "camera_motion": "off", "clothes": "off", "still": "mark", "landmarks": "all"][
                    setting.key]
                ?? (setting.form == .flag ? "true" : "42")
            #expect(try recorded(AnalysisOptions([setting.key: [other]], cores: 4)) != standard, "\(setting.key)")
        }
    }
}
