import Foundation
import TestSupport
import Testing

@Suite("Rendering")
struct RenderTests {
    /// A folder with a clip of 25 frames and its records at 5 frames/s.
    private func analyzed(_ options: String...) throws -> Workplace {
        let place = try Workplace(Clips.clip)
        let result = try place.start(["clip.mp4", "--fps", "5", "--output", "r.jsonl"] + options).wait()
        try #require(result.status == 0, "\(result.errors)")
        return place
    }

    private func render(_ place: Workplace, _ arguments: String...) throws -> CommandResult {
        try place.shell("exec \"$PROGRAM\" render \"$@\"", arguments).wait()
    }

    private func streams(_ place: Workplace, _ name: String) throws -> String {
        try place.shell(
            "ffprobe -v error -count_packets -show_entries stream=codec_name,nb_read_packets -of csv=p=0 \(name)"
        ).wait().output
    }

    private func lines(_ place: Workplace) throws -> [Substring] {
        try String(contentsOfFile: place.path("r.jsonl"), encoding: .utf8).split(separator: "\n")
    }

    private func write(_ lines: [Substring], _ name: String, in place: Workplace) throws {
        try place.write(Data((lines.joined(separator: "\n") + "\n").utf8), name)
    }

    @Test("Every frame of the video is written, and nothing is overwritten without --force")
    func frames() throws {
        let place = try analyzed()
        let result = try render(place, "clip.mp4", "r.jsonl", "out.mp4")
        #expect(result.status == 0 && result.errors == "clip.mp4: 25 frames drawn -> out.mp4\n")
        #expect(try streams(place, "out.mp4") == "h264,25\n")
        let again = try render(place, "clip.mp4", "r.jsonl", "out.mp4")
        #expect(again.status == 73 && again.errors.contains("out.mp4") && again.errors.contains("--force"))
        #expect(try render(place, "clip.mp4", "r.jsonl", "out.mp4", "--force").status == 0)
        let own = try render(place, "clip.mp4", "r.jsonl", "clip.mp4", "--force")
        #expect(own.status == 73 && own.errors.contains("is the video, and would be overwritten"))
        #expect(try place.names == ["clip.mp4", "out.mp4", "r.jsonl"])
    }

    @Test("The same records give the same video, from a file, a pipe or compressed")
    func determinism() throws {
        let place = try analyzed()
        let script = """
            gzip -k r.jsonl
            "$PROGRAM" render clip.mp4 r.jsonl a.mkv -q && "$PROGRAM" render clip.mp4 r.jsonl.gz b.mkv -q &&
            "$PROGRAM" render clip.mp4 - c.mkv -q <r.jsonl && ffmpeg -v error -i a.mkv -f framemd5 a &&
            ffmpeg -v error -i b.mkv -f framemd5 b && ffmpeg -v error -i c.mkv -f framemd5 c && cmp a b && cmp a c
            """
        let result = try place.shell(script).wait()
        #expect(result.status == 0, "\(result.errors)")
    }

    @Test("Records of another video, or of none, are told by what doesn't fit, and nothing is left")
    func misfits() throws {
        let place = try analyzed()
        let lines = try lines(place)
        func replaced(_ old: String, _ new: String) -> [Substring] {
            lines.map { Substring($0.replacingOccurrences(of: old, with: new)) }
        }
        try write(replaced("\"frame_width\":768", "\"frame_width\":640"), "size", in: place)
        try write(replaced("\"duration_ms\":1000", "\"duration_ms\":7000"), "length", in: place)
        try write(replaced("\"pts_ms\":200", "\"pts_ms\":190"), "times", in: place)
        try write(replaced("\"v\":\"1.", "\"v\":\"2."), "version", in: place)
        try write(["hello", "world"], "text", in: place)
        try write(lines.filter { !$0.contains("stream_start") }, "torso", in: place)
        for (name, status, words) in [
            ("size", 65, ["size: line 2: ", "another video", "its frames are 768x432, theirs 640x432"]),
            ("length", 65, ["length: line 2: ", "it takes 1.0 s, theirs 7.0 s"]),
            ("times", 65, ["line ", "a point at 190 ms, where the video has no frame"]),
            ("version", 65, ["version: line 1: records of version 2."]), ("text", 65, ["text: line 1: not a record"]),
            ("torso", 65, ["there is no stream_start"]), ("missing", 66, ["can't read missing: "]),
        ] {
            let result = try render(place, "clip.mp4", name, "out.mp4")
            #expect(result.status == status, "\(name): \(result.errors)")
            #expect(words.allSatisfy(result.errors.contains), "\(name): \(result.errors)")
        }
        #expect(try place.names.allSatisfy { !$0.contains("out") })
    }

    @Test("A damaged video is told")
    func damagedVideo() throws {
        let place = try analyzed()
        let script = """
            ffmpeg -v error -i clip.mp4 -c copy -bsf:v noise=amount=2000 clip.ts
            "$PROGRAM" analyze clip.ts -o d.jsonl -q; "$PROGRAM" render clip.ts d.jsonl out.mp4; echo $?
            """
        let result = try place.shell(script).wait()
        #expect(result.output == "65\n" && result.errors.contains("clip.ts: damaged packets or frames: "), "\(result)")
    }

    @Test("Damaged lines and a cut last line are left out and told")
    func damage() throws {
        let place = try analyzed()
        var text = try String(contentsOfFile: place.path("r.jsonl"), encoding: .utf8)
        let third = try lines(place)[2]
        text = text.replacingOccurrences(of: third, with: "{\"v\":")
        text.removeLast(40)
        try place.write(Data(text.utf8), "r.jsonl")
        let result = try render(place, "clip.mp4", "r.jsonl", "out.mp4")
        #expect(result.status == 65)
        #expect(result.errors.contains("r.jsonl: left out: 1 damaged line (the first is line 3), a cut last line"))
        #expect(try streams(place, "out.mp4") == "h264,25\n")
        // Behind the last record nobody would be blurred.
        let half = text.split(separator: "\n").prefix { !$0.contains("\"pts_ms\":800") }
        try write(Array(half), "half.jsonl", in: place)
        let blurred = try render(place, "clip.mp4", "half.jsonl", "half.mp4", "--blur", "people")
        #expect(blurred.status == 65 && blurred.errors.contains("half.mp4: ends where the records do, at "))
        #expect(try streams(place, "half.mp4") != "h264,25\n")
    }

    @Test("Of several videos' records those of the video count; where two may be, --feed says which")
    func feeds() throws {
        let place = try analyzed()
        let lines = try lines(place)
        let other = lines.map {
            Substring(
                $0.replacingOccurrences(of: "clip.mp4", with: "b.mp4").replacingOccurrences(
                    of: "\"session\":\"", with: "\"session\":\"b"))
        }
        try write(other + lines, "both.jsonl", in: place)
        let renamed = try render(place, "clip.mp4", "both.jsonl", "a.mp4")
        #expect(renamed.status == 65 && renamed.errors.contains("the video may be b.mp4 or clip.mp4"))
        #expect(try render(place, "clip.mp4", "both.jsonl", "a.mp4", "--feed", "clip.mp4").status == 0)
        try write(lines + other, "both.jsonl", in: place)
        #expect(try render(place, "clip.mp4", "both.jsonl", "b.mp4").status == 0)
        let single = try place.shell("cp clip.mp4 c.mp4; exec \"$PROGRAM\" render c.mp4 r.jsonl c.out.mp4").wait()
        #expect(single.status == 0 && single.errors.contains("the records call their video clip.mp4"))
    }

    @Test("Of two videos with the same name, size and length none gets the other's records")
    func namesakes() throws {
        let place = try analyzed()
        let lines = try lines(place)
        let other = lines.map {
            Substring(
                $0.replacingOccurrences(of: "\"source\":\"clip.mp4\"", with: "\"source\":\"elsewhere/clip.mp4\"")
                    .replacingOccurrences(of: "\"session\":\"", with: "\"session\":\"b"))
        }
        try write(other + lines, "both.jsonl", in: place)
        let unsure = try render(place, "clip.mp4", "both.jsonl", "a.mp4", "--blur", "heads")
        #expect(
            unsure.status == 65 && unsure.errors.contains("may be elsewhere/clip.mp4 or clip.mp4"), "\(unsure.errors)")
        #expect(try !place.names.contains("a.mp4"))
        try write(lines + other, "both.jsonl", in: place)
        #expect(try render(place, "./clip.mp4", "both.jsonl", "a.mp4", "--blur", "heads").status == 0)
    }

    @Test("Records without points can't blur anybody")
    func detail() throws {
        let place = try analyzed()
        let lines = try lines(place).map {
            Substring($0.replacingOccurrences(of: "\"settings\":{", with: "\"settings\":{\"detail\":\"counts\","))
        }
        try write(lines.filter { !$0.contains("\"event\":\"path") }, "counts.jsonl", in: place)
        let result = try render(place, "clip.mp4", "counts.jsonl", "out.mp4", "--blur", "heads")
        #expect(result.status == 65 && result.errors.contains("the records have no points (detail: counts)"))
    }

    @Test("Sound is left out, or copied with --audio")
    func sound() throws {
        let place = try analyzed()
        let add = "ffmpeg -v error -i clip.mp4 -f lavfi -i sine=d=1 -c:v copy"
        try #require(try place.shell("\(add) -c:a aac s.mp4 && \(add) -c:a pcm_alaw s.mkv").wait().status == 0)
        for (video, out, packets) in [("s.mp4", "out.mp4", 30...60), ("s.mkv", "out.mkv", 5...200)] {
            let silent = try render(place, video, "r.jsonl", out)
            #expect(silent.status == 0, "\(silent.errors)")
            #expect(try streams(place, out) == "h264,25\n")
            let loud = try render(place, video, "r.jsonl", out, "--audio", "--force")
            #expect(loud.status == 0, "\(loud.errors)")
            let parts = try streams(place, out).split(separator: "\n")
            #expect(parts.first == "h264,25" && parts.count == 2)
            #expect(
                parts.last?.split(separator: ",").last.flatMap { Int($0) }.map(packets.contains) == true, "\(parts)")
        }
        let alien = try render(place, "s.mkv", "r.jsonl", "alaw.mp4", "--audio")
        #expect(alien.status == 73 && alien.errors.contains("mp4 holds no sound of its kind (pcm_alaw)"))
        let none = try render(place, "clip.mp4", "r.jsonl", "none.mp4", "--audio")
        #expect(none.status == 66 && none.errors.contains("it has no sound"))
    }

    @Test("A disk that fills up ends with 74, and there is no video", .enabled(if: OutputTests.canMount))
    func fullDisk() throws {
        let place = try analyzed()
        let script = """
            mkdir disk && mount -t tmpfs -o size=12k tmpfs disk
            "$PROGRAM" render clip.mp4 r.jsonl disk/out.mp4; status=$?
            ls disk; exit $status
            """
        let result = try place.shell("unshare --mount --map-root-user sh -c '\(script)'").wait()
        #expect(result.status == 74 && result.output == "", "\(result.errors)")
        #expect(result.errors.contains("can't write disk/out.mp4 to its end: No space left on device"))
    }

    @Test("A progress bar on a terminal")
    func terminal() throws {
        let place = try analyzed()
        let command = "'\"$PROGRAM\" render clip.mp4 r.jsonl out.mp4'"
        let result = try place.shell("script --quiet --return --command \(command) /dev/null").wait()
        #expect(result.status == 0)
        #expect(result.output.contains("clip.mp4 [") && result.output.contains("frames/s"), "\(result.output)")
    }

    @Test("Of the faces in every frame none is found once people are blurred by records of 5 frames/s")
    func blurred() throws {
        let place = try analyzed()
        /// The middle and the width of each frame's face, in pixels; of the one who walks from left to right.
        func faces(_ video: String) throws -> [SIMD3<Double>?] {
            let script = """
                mkdir -p \(video).d && ffmpeg -v error -i \(video) -vf crop=300:216:30:160 \(video).d/%02d.png &&
                "$PROGRAM" faces \(video).d/*.png
                """
            return try place.shell(script).wait().output.split(separator: "\n").map { line in
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                guard let box = (object?["face"] as? [String: Any])?["box"] as? [String: Double],
                    let left = box["left"], let top = box["top"], let width = box["width"], let height = box["height"]
                else { return nil }
                return SIMD3(300 * (left + width / 2), 216 * (top + height / 2), 300 * width)
            }
        }
        let before = try faces("clip.mp4")
        #expect(before.count == 25 && before.count { $0 != nil } >= 20)
        for kind in ["faces", "heads", "people"] {
            #expect(try render(place, "clip.mp4", "r.jsonl", "\(kind).mp4", "--blur", kind).status == 0)
            // What the network takes for a face elsewhere is none of these.
            let left = try zip(before, faces("\(kind).mp4")).count { face, other in
                guard let face, let other else { return false }
                return abs(face.x - other.x) < face.z && abs(face.y - other.y) < face.z
            }
            #expect(left == 0, "\(kind)")
        }
    }
}
