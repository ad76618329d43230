import Decoding
import Foundation
import PathModel
import TestSupport
import Testing

@testable import Capturing

/// Real streams, from the network to the times of pictures.
@Suite struct LiveStreamTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A picture as a camera's process would give it.
    private struct Shot {
        let head: PictureHead
        /// Microseconds since 1970 UTC.
        let arrival: Int64
        var time: Int64 { head.info.time.microseconds }
        var facts: CaptureFacts { head.facts }
    }

    /// The first `count` pictures.
    private func shots(_ kind: String, _ arguments: String, count: Int) throws -> [Shot] {
        let isRTSP = kind == "rtsp"
        let file = folder.path(isRTSP ? "a.h264" : "a.jpg")
        let encoding =
            isRTSP ? ["-c:v", "libx264", "-g", "5", "-bf", "0", "-x264-params", "aud=1"] : ["-frames:v", "1"]
        try ffmpeg(["-f", "lavfi", "-i", Media.motion] + encoding + [file])
        let server = Project.root.appendingPathComponent("Tests/Servers/odd-camera").path
        let camera = try Command(server, [kind, file] + arguments.split(separator: " ").map(String.init))
        defer { camera.signal(SIGKILL) }
        let end = Date(timeIntervalSinceNow: 60)
        while !camera.output.contains("\n"), Date() < end { usleep(20_000) }
        let port = try #require(Int(camera.output.trimmingCharacters(in: .whitespacesAndNewlines)))

        var request = SourceRequest(source: "\(isRTSP ? "rtsp" : "http")://127.0.0.1:\(port)/a")
        request.options.isLive = true
        request.options.openTimeout = 10
        request.options.readTimeout = 10
        if isRTSP { request.options.parameters["rtsp_transport"] = "tcp" }
        let source = try VideoSource(
            SourceName(request.source), options: request.options, threads: 1, interrupt: InterruptFlag())
        var timing = PictureTiming(request)
        var shots: [Shot] = []
        while shots.count < count {
            let frame = try #require(try source.next())
            let arrival = Arrival.now()
            if let head = timing.head(of: frame, at: arrival, counts: source.counts) {
                shots.append(Shot(head: head, arrival: arrival.utc))
            }
        }
        #expect(shots.allSatisfy { !$0.facts.isClockStep })
        #expect(zip(shots, shots.dropFirst()).allSatisfy { $0.time < $1.time })
        return shots
    }

    /// Seconds by which pictures' times are behind their arrival: a tenth have less. Those that a busy machine reads late have
    /// more, and aren't the camera's doing.
    private func lag(_ shots: some Sequence<Shot>) -> Double {
        let lags = shots.map { Double($0.arrival - $0.time) / 1e6 }.sorted()
        return lags[lags.count / 10]
    }

    @Test func aCameraWhoseClockIsAheadIsFollowedByIt() throws {
        let isInTime = try isSo {
            let shots = try shots("rtsp", "--ahead 30 --stray 7:37600", count: 100)
            #expect(shots.allSatisfy { $0.facts.clock == .ntp })
            #expect((11...17).contains(shots.count { $0.head.info.isTimeEstimated }))
            // FFmpeg gives a picture when the next one begins.
            return (-30...(-29.8)).contains(lag(shots))
                && (29...30.1).contains(Double(shots.last?.facts.clockSkew ?? 0) / 1e6)
        }
        #expect(isInTime)
    }

    @Test func aCameraThatClaimsAnotherFrameRateIsFollowedByItsReports() throws {
        let isInTime = try isSo {
            let shots = try shots("rtsp", "--pace 0.8 --sharing 2", count: 125)
            #expect(shots.allSatisfy { $0.facts.clock == .ntp })
            // By its frame rate it would be 0.6 to 1 s behind.
            return abs(lag(shots.suffix(50))) < 0.5
        }
        #expect(isInTime)
    }

    @Test func aFirstReportThatComesLateEndsNothing() throws {
        let shots = try shots("rtsp", "--ahead -20 --late 1", count: 50)
        #expect(shots.first?.facts.clock == .arrival && shots.last?.facts.clock == .ntp)
    }

    @Test func aSlowCameraOpens() throws {
        let isInTime = try isDone(within: 8) {
            let start = Date()
            _ = try shots("rtsp", "--fps 1", count: 2)
            return Date().timeIntervalSince(start)
        }
        #expect(isInTime)
    }

    @Test(arguments: ["", " --bare-first"])
    func motionJPEGIsTimedByArrival(more: String) throws {
        let isInTime = try isSo {
            let shots = try shots("mjpeg", "--fps 10" + more, count: 20)
            #expect(shots.allSatisfy { $0.facts.clock == .arrival })
            let seconds = Double((shots.last?.time ?? 0) - (shots.first?.time ?? 0)) / 1e6
            return shots.allSatisfy { abs($0.arrival - $0.time) < 200_000 } && (1.7...2.1).contains(seconds)
        }
        #expect(isInTime)
    }
}
