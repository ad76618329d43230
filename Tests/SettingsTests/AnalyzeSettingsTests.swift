import Analyzing
import Decoding
import Inference
import PathModel
import Settings
import Testing
import Tracking

@Suite struct AnalyzeSettingsTests {
    private func options(cores: Int = 4, _ change: (inout AnalyzeSettings) -> Void = { _ in }) throws
        -> AnalysisOptions
    {
        var settings = AnalyzeSettings()
        change(&settings)
        return try settings.options(cores: cores)
    }

    private func problems(_ change: (inout AnalyzeSettings) -> Void) -> [String] {
        var settings = AnalyzeSettings()
        change(&settings)
        do {
            _ = try settings.options(cores: 4)
            return []
        } catch {
            return error.problems
        }
    }

    @Test func everyProblemIsToldAtOnce() {
        let found = problems {
            $0.confidence = 101
            $0.fps = 0
            $0.faceFPS = -1
            $0.workers = 0
            $0.scales = 5
            $0.inputSize = "500x288"
            $0.masks = ["0,0,1,1", "0,0,1", "0,0,2,1"]
            $0.startTime = "yesterday"
        }
        let starts = [
            "--confidence 101: must be 0 to 100 percent", "--fps 0: must be 0.001 to 1000 frames a second",
            "--face-fps -1: ", "--workers 0: must be 1 to 128", "--scales 5: must be 1 to 4", "--input-size 500x288: ",
            "--mask 0,0,1: ", "--mask 0,0,2,1: ", "--start-time yesterday: ",
        ]
        #expect(found.count == starts.count)
        for (problem, start) in zip(found, starts) { #expect(problem.hasPrefix(start), "\(problem)") }
    }

    @Test(arguments: [0, 1, 100]) func limitsBelongToTheirRange(confidence: Double) throws {
        #expect(try options { $0.confidence = confidence }.minimumConfidence == confidence / 100)
    }

    @Test func whoIsToBeRecordedIsFollowed() throws {
        let standard = try options { _ in }.tracker
        #expect(try options { $0.confidence = 90 }.tracker == standard, "fewer records don't change who is followed")
        let weak = try options { $0.confidence = 20 }.tracker
        #expect(weak.lowConfidence == 0.2 && weak.seedConfidence == 0.2 && weak.birthConfidence == 0.25)
    }

    @Test func aShareOfOneIsNotTakenForPercent() {
        var settings = AnalyzeSettings()
        (settings.confidence, settings.faceConfidence) = (0.5, 0.75)
        let error = #expect(throws: SettingsError.self) { try settings.options(cores: 1) }
        #expect(
            error?.problems == [
                "--confidence 0.5: is percent here; give 50 for 0.5",
                "--face-confidence 0.75: is percent here; give 75 for 0.75",
            ])
    }

    @Test(arguments: [-0.1, 100.1, .nan, .infinity]) func otherConfidencesAreRefused(confidence: Double) {
        #expect(problems { $0.confidence = confidence }.count == 1)
    }

    @Test func workersAreTheCoresUnlessTheUserSays() throws {
        #expect(try options(cores: 6).workers == 6)
        #expect(try options(cores: 6) { $0.workers = 2 }.workers == 2)
        #expect(try options(cores: 1000).workers == 128)
    }

    @Test func aQualityFitsTheInputToTheFrame() throws {
        #expect(try options().inputSize == .fitted(PixelSize(width: 448, height: 256)))
        #expect(try options { $0.quality = .fast }.inputSize == .fitted(PixelSize(width: 320, height: 192)))
        #expect(try options { $0.quality = .balanced }.inputSize == options().inputSize)
        #expect(try options { $0.quality = .best }.inputSize == .fitted(PixelSize(width: 640, height: 384)))
    }

    @Test func anInputSizeIsTakenExactly() throws {
        #expect(
            try options { $0.inputSize = "512x288" }.inputSize == .exact(PixelSize(width: 512, height: 288)))
    }

    @Test(arguments: ["512", "512x", "x288", "512x288x3", "512X288", "-32x32", "0x32", "511x288", "4128x32", "a x b"])
    func otherInputSizesAreRefused(size: String) {
        #expect(problems { $0.inputSize = size }.count == 1)
    }

    @Test func theLargestPictureIsASize() throws {
        #expect(try options().sourceOptions.largestPicture == PixelSize(width: 8192, height: 8192))
        let own = try options { $0.maxPicture = "1920x1080" }
        #expect(own.sourceOptions.largestPicture == PixelSize(width: 1920, height: 1080))
        #expect(
            problems { $0.maxPicture = "1920" } == ["--max-picture 1920: give WIDTHxHEIGHT, such as 3840x2160"])
        #expect(
            problems { $0.maxPicture = "8x99999" } == ["--max-picture 8x99999: width and height must be 16 to 32768"])
    }

    @Test func qualityAndInputSizeExcludeEachOther() {
        let found = problems {
            $0.quality = .best
            $0.inputSize = "512x288"
        }
        #expect(found.count == 1 && found.first?.hasPrefix("--quality and --input-size") == true)
    }

    @Test func aNetworkOfTheUsersOwnKeepsItsSizeAndSeesOneScale() throws {
        let own = try options { $0.model = "other.onnx" }
        #expect(own.personNetwork == .file("other.onnx"))
        #expect(own.inputSize == .network)
        #expect(own.scales == 1)
        let asked = try options {
            $0.model = "other.onnx"
            $0.quality = .fast
            $0.scales = 2
        }
        #expect(asked.inputSize == .fitted(PixelSize(width: 320, height: 192)))
        #expect(asked.scales == 2)
        #expect(try options().personNetwork == .embeddedPersonNetwork)
    }

    @Test func masksAreRatiosOfTheFrame() throws {
        #expect(
            try options { $0.masks = ["0.7,0,0.3,0.4"] }.masks
                == [BoundingBox(left: 0.7, top: 0, width: 0.3, height: 0.4)])
    }

    @Test(arguments: [
        "", "0,0,1", "0,0,1,1,1", "0,0,0,1", "0,0,1,0", "-0.1,0,1,1", "0,0,100,50", "0,0,1,nan", "a,0,1,1",
    ])
    func otherMasksAreRefused(mask: String) {
        #expect(problems { $0.masks = [mask] }.count == 1)
    }

    @Test func aStartTimeIsMillisecondsSince1970() throws {
        #expect(try options { $0.startTime = "2026-03-01T08:00:00.250Z" }.startTime == 1_772_352_000_250)
        #expect(try options { $0.startTime = "2026-03-01T09:00:00.250+01:00" }.startTime == 1_772_352_000_250)
        #expect(try options().startTime == nil)
    }
}
