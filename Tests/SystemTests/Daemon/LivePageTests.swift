import Decoding
import Foundation
import PathModel
import TestSupport
import Testing

extension DaemonTests {
    /// The page for people, in a browser.
    @Suite struct LivePageTests {
        private struct Page: Decodable {
            struct Card: Decodable {
                let name, state, message, people, facts: String
                let zones, lines: [[String]]
                /// Pixels across; nil where there is none.
                let picture: Int?
            }

            let cards: [Card]
            let summary, trouble: String
            let renews: Bool
            let elements: Int
            let foreign, complaints: [String]
            let png: String?
        }

        private static let zones = """
            zones: [{name: "<b>\\"{{x}}😀", points: [[0, 0], [1, 0], [1, 1], [0, 1]]}], \
            lines: [{name: middle, points: [[0.5, 1], [0.5, 0]]}]
            """

        private func look(_ daemon: RunningDaemon, _ camera: String...) throws -> Page {
            try daemon.awaitLog("metrics at http://")
            let port = try #require(daemon.address).port
            if camera.isEmpty { return try Browser.run("live-page", "http://127.0.0.1:\(port)/") }
            return try Browser.run("live-page", "http://127.0.0.1:\(port)/", camera[0])
        }

        @Test("It shows what /status says, renews itself, and asks nobody else")
        func page() throws {
            let cameras = try TestCameras(["cam": Clips.camera])
            let daemon = try RunningDaemon([
                "film: \(Project.sample.path), \(Self.zones)", "cam: \(cameras.url("cam")), \(Self.zones)",
                "gone: rtsp://127.0.0.1:1/gone",
            ])
            try daemon.awaitEvent("session_end", of: "film")
            try daemon.awaitPoints("cam")
            let page = try look(daemon)
            let status = try daemon.camera("film")
            #expect(page.foreign.isEmpty && page.complaints.isEmpty && page.trouble.isEmpty && page.renews)
            #expect(page.cards.map(\.name) == ["film", "cam", "gone"])
            #expect(page.cards.map(\.state) == ["finished", "running", "waiting"])
            #expect(page.summary.hasPrefix("1 of 3 cameras running"))
            #expect(page.cards[2].message.contains("refused"))
            // A name is shown as it is, and becomes no part of the page: its script and its styles are all there is.
            let zone = try #require((status["zones"] as? [[String: Any]])?.first)
            #expect(page.cards[0].zones == [["<b>\"{{x}}😀", "–", "\(zone["entered"] as? Int ?? -1)"]])
            #expect(page.elements == 1)
            let line = try #require((status["lines"] as? [[String: Any]])?.first)
            #expect(page.cards[0].lines == [["middle", "\(line["in"] as? Int ?? -1)", "\(line["out"] as? Int ?? -1)"]])
            #expect((zone["entered"] as? Int ?? 0) > 0)
            #expect(page.cards.allSatisfy { $0.picture == nil })
            #expect(try daemon.get("/pictures/cam.jpg").status == 404)
        }

        /// How many pictures of a camera were made; nil where there are none to be made.
        private func made(_ daemon: RunningDaemon, _ camera: String) throws -> Int? {
            try daemon.camera(camera)["pictures"] as? Int
        }

        @Test("A picture is made only while somebody looks, with its masks black; none where none is wanted")
        func pictures() throws {
            let cameras = try TestCameras(["cam": Clips.camera])
            let daemon = try RunningDaemon([
                "open: \(cameras.url("cam")), pictures: true, masks: [[0.25, 0.25, 0.5, 0.5]], \(Self.zones)",
                "shut: \(cameras.url("cam"))",
            ])
            for name in ["open", "shut"] { try daemon.awaitPoints(name) }
            #expect(try made(daemon, "open") == 0 && made(daemon, "shut") == nil, "nobody has looked")
            #expect(try daemon.get("/metrics").body.contains("footpath_camera_pictures_total{camera=\"open\"} 0"))
            let page = try look(daemon, "open")
            #expect(page.foreign.isEmpty && page.complaints.isEmpty)
            #expect(page.cards.map(\.picture) == [768, nil])
            let png = try #require(page.png.flatMap { Data(base64Encoded: $0) })
            try daemon.place.write(png, "seen.png")
            let image = try #require(try Decoded(daemon.place.path("seen.png")).frames.first).picture.image()
            // Blocks of JPEG at the edge show some of what is beside it.
            let masked = (208..<560).flatMap { x in (124..<308).map { y in image.pixel(x, y).max() ?? 255 } }
            #expect(masked.max() == 0)
            #expect((image.pixel(60, 20).min() ?? 0) > 100)

            sleep(4)
            let count = try #require(try made(daemon, "open"))
            #expect(count > 0)
            sleep(2)
            #expect(try made(daemon, "open") == count, "nobody looks any more")
            #expect(try daemon.get("/pictures/shut.jpg").status == 404)
            #expect(try daemon.get("/pictures/../footpath.yaml").status == 404)
            #expect(try daemon.place.names == ["footpath.yaml", "open.jsonl", "seen.png", "shut.jsonl"])
        }

        @Test("Who is to be blurred in it can't be made out, and all else can")
        func blur() throws {
            // Somebody who doesn't move, so that two pictures of two cameras show the same.
            let folder = try TemporaryFolder()
            let film = folder.path("still.h264")
            try ffmpeg("-ss", "3", "-i", Project.sample.path, "-frames:v", "1", folder.path("still.png"))
            let coding = "-c:v libx264 -profile:v baseline -pix_fmt yuv420p -g 25 -bf 0 -x264-params aud=1"
            try ffmpeg(
                ["-loop", "1", "-i", folder.path("still.png"), "-t", "4"]
                    + coding.split(separator: " ").map(String.init)
                    + [film])
            let cameras = try TestCameras(["cam": URL(fileURLWithPath: film)])
            let url = cameras.url("cam")
            let daemon = try RunningDaemon([
                "plain: \(url), pictures: true", "blurred: \(url), pictures: true, blur: heads",
            ])
            let images = try ["plain", "blurred"].map { name in
                try daemon.awaitPoints(name)
                let port = try #require(daemon.address).port
                let file = daemon.place.path("\(name).jpg")
                // The first answer is that there is none yet, and when to ask again.
                let url = "http://127.0.0.1:\(port)/pictures/\(name).jpg"
                #expect(try run("curl", ["-sf", "--retry", "20", "-o", file, url]).status == 0)
                return try #require(try Decoded(file).frames.first).picture.image()
            }
            let points = daemon.lines("plain").filter { $0["event"] as? String == "path" }
            let box = try #require(points.last?["box"] as? [String: Double])
            let (left, top) = (try #require(box["left"]) * 768, try #require(box["top"]) * 432)
            let (width, height) = (try #require(box["width"]) * 768, try #require(box["height"]) * 432)
            /// How much neighbours differ in a part of the person's box.
            func detail(_ image: PixelBuffer, _ rows: ClosedRange<Double>) -> Int {
                (Int(top + rows.lowerBound * height)...Int(top + rows.upperBound * height)).reduce(0) { sum, y in
                    (Int(left + 0.25 * width)...Int(left + 0.75 * width)).reduce(sum) { sum, x in
                        sum + zip(image.pixel(x, y), image.pixel(x + 1, y)).map { abs($0 - $1) }.reduce(0, +)
                    }
                }
            }
            #expect(detail(images[1], 0.1...0.3) * 3 < detail(images[0], 0.1...0.3))
            #expect(detail(images[1], 0.7...0.9) * 3 > detail(images[0], 0.7...0.9) * 2)
        }

        @Test("Its policy lets nothing in or out; only GET and HEAD are answered")
        func policy() throws {
            let daemon = try RunningDaemon(["gone: rtsp://127.0.0.1:1/gone"])
            try daemon.awaitLog("metrics at http://")
            let port = try #require(daemon.address).port
            let head = try run("curl", ["-s", "-m", "5", "-I", "http://127.0.0.1:\(port)/"]).output
            let policy = head.split(whereSeparator: \.isNewline).first { $0.hasPrefix("Content-Security-Policy: ") }?
                .dropFirst("Content-Security-Policy: ".count)
            #expect(policy?.hasPrefix("default-src 'none'; script-src 'sha256-") == true)
            #expect(policy?.contains("connect-src 'self'") == true && policy?.contains("unsafe") == false)
            #expect(policy?.hasSuffix("frame-ancestors 'none'") == true)
            #expect(try daemon.get("/", method: "POST").status == 405)
            let stranger = ["-s", "-m", "5", "-o", "/dev/null", "-w", "%{http_code}", "-H", "Host: evil.example"]
            #expect(try run("curl", stranger + ["http://127.0.0.1:\(port)/live.json"]).output == "421")
        }
    }
}
