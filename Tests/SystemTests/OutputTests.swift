import Foundation
import TestSupport
import Testing

@Suite("Where records go")
struct OutputTests {
    @Test("Nothing but the named output appears")
    func onlyTheOutput() throws {
        let place = try Workplace(Clips.oneFrame)
        #expect(try place.analyze("one.mp4", "--output", "out.jsonl", "--quiet").errors == "")
        #expect(try place.names == ["one.mp4", "out.jsonl"])
        _ = try place.records("out.jsonl")
    }

    @Test("An output that exists stays as it is, with 73, unless --force is given")
    func existingOutput() throws {
        let place = try Workplace(Clips.oneFrame)
        try place.write(Data("mine".utf8), "one.mp4.paths.jsonl")
        let refused = try place.analyze("one.mp4")
        #expect(refused.status == 73)
        #expect(refused.errors.contains("one.mp4.paths.jsonl: the file exists and is not overwritten"))
        #expect(try String(contentsOfFile: place.path("one.mp4.paths.jsonl"), encoding: .utf8) == "mine")
        #expect(try place.analyze("one.mp4", "--force").status == 0)
        #expect(try place.records("one.mp4.paths.jsonl").all("session_end").count == 1)
    }

    @Test("A video is never overwritten, by whatever name", arguments: ["one.mp4", "hard", "soft", "default"])
    func videoAsOutput(name: String) throws {
        let place = try Workplace(Clips.oneFrame)
        try FileManager.default.linkItem(atPath: place.path("one.mp4"), toPath: place.path("hard"))
        for link in ["soft", "one.mp4.paths.jsonl"] {
            try FileManager.default.createSymbolicLink(atPath: place.path(link), withDestinationPath: "one.mp4")
        }
        let output = name == "default" ? [] : ["--output", name]
        let result = try place.start(["one.mp4", "--force"] + output).wait()
        #expect(result.status == 73)
        #expect(result.errors.contains(": is one of the videos, and would be overwritten"))
        #expect(FileManager.default.contentsEqual(atPath: place.path("one.mp4"), andPath: Clips.oneFrame.path))
    }

    @Test("Whatever is wrong with an output alone ends with 73, and with what else is wrong with 64")
    func wrongOutputs() throws {
        let place = try Workplace(Clips.oneFrame)
        for name in ["r.jsonl", "drawn.mp4"] { try place.write(Data(), name) }
        try FileManager.default.createDirectory(atPath: place.path("dir"), withIntermediateDirectories: false)
        for (command, status, words) in [
            ("analyze one.mp4 --annotate drawn.mp4", 73, "--annotate drawn.mp4: the file exists"),
            ("analyze one.mp4 --annotate drawn.mp4 --fps 0", 64, "--fps 0"),
            ("analyze one.mp4 --annotate /dev/null", 73, "no container of that ending"),
            ("report r.jsonl -o r.jsonl -f", 73, "r.jsonl"), ("convert r.jsonl --to csv -o r.jsonl -f", 73, "r.jsonl"),
            ("draw one.mp4 -o one.mp4 -f", 73, "one.mp4"), ("analyze one.mp4 -o dir", 73, "dir: is a folder"),
            ("draw one.mp4 -o dir -f", 73, "dir: is a folder"),
        ] {
            let result = try place.shell("\"$PROGRAM\" \(command)").wait()
            #expect(Int(result.status) == status && result.errors.contains(words), "\(command): \(result.errors)")
        }
    }

    @Test("A page goes to standard output, too", arguments: ["draw one.mp4 -o -", "report r.jsonl -o -"])
    func page(command: String) throws {
        let place = try Workplace(Clips.oneFrame)
        try place.write(Data(), "r.jsonl")
        let result = try place.shell("exec \"$PROGRAM\" \(command)").wait()
        #expect(result.status == 0 && result.output.hasPrefix("<!") && result.errors == "")
        #expect(try place.names == ["one.mp4", "r.jsonl"])
    }

    @Test("A file's name can't steer a terminal")
    func controlCharacters() throws {
        let place = try Workplace()
        try place.add(Clips.oneFrame, as: "e\u{1B}[31m\n.mp4")
        let probed = try place.shell("exec \"$PROGRAM\" probe e*").wait()
        #expect(probed.output.hasPrefix(#"source        e\x1B[31m\x0A.mp4"# + "\n"))
        for command in ["analyze e*\u{7}", "report *\u{7} -o x", "analyze e* --\u{1B}"] {
            let result = try place.shell("exec \"$PROGRAM\" \(command)").wait()
            #expect(result.status != 0 && !result.errors.unicodeScalars.contains { $0 != "\n" && $0.value < 32 })
        }
    }

    @Test("A file whose name begins with a dash isn't a request for help")
    func dash() throws {
        let place = try Workplace()
        try place.add(Clips.oneFrame, as: "-dash.mp4")
        let refused = try place.shell("exec \"$PROGRAM\" analyze -dash.mp4 --force").wait()
        #expect(refused.status == 64 && refused.errors.contains("-dash.mp4: no such option") && refused.output == "")
        #expect(try place.analyze("./-dash.mp4").status == 0)
        for help in ["analyze -h", "-h", "help", "analyze --help -dash", ""] {
            #expect(try place.shell("exec \"$PROGRAM\" \(help)").wait().status == 0)
        }
    }

    @Test("Several videos share one output")
    func sharedOutput() throws {
        let place = try Workplace(Clips.oneFrame, Clips.picture)
        let result = try place.analyze("one.mp4", "picture.png", "--output", "all.jsonl")
        #expect(result.status == 0, "\(result.errors)")
        let feeds: [String] = try place.records("all.jsonl").values("feed", of: "stream_end")
        #expect(feeds == ["one.mp4", "picture.png"])
    }

    @Test(
        "An annotated video that can't be written is told before anything is analysed",
        arguments: [("z.nope", "can't write z.nope: "), ("no/z.mp4", "no/z.mp4: could not open: ")])
    func unwritableAnnotation(name: String, complaint: String) throws {
        let place = try Workplace(Clips.oneFrame)
        let result = try place.analyze("one.mp4", "--annotate", name)
        #expect(result.status == 73)
        #expect(result.errors.hasPrefix("footpath: \(complaint)"))
        #expect(!FileManager.default.fileExists(atPath: place.path("one.mp4.paths.jsonl")))
    }

    @Test("An output that can't be created ends with 73", arguments: ["none/out.jsonl", "folder"])
    func uncreatable(name: String) throws {
        let place = try Workplace(Clips.oneFrame)
        try FileManager.default.createDirectory(atPath: place.path("folder"), withIntermediateDirectories: false)
        let result = try place.analyze("one.mp4", "--output", name)
        #expect(result.status == 73)
        #expect(result.errors.hasPrefix("footpath: \(name): "))
    }

    @Test(
        "A disk that is full as such ends with 74", arguments: ["--output - >/dev/full", "--output /dev/full"])
    func fullDevice(output: String) throws {
        let place = try Workplace(Clips.oneFrame)
        let result = try place.shell("\(Workplace.analyze) one.mp4 \(output)").wait()
        #expect(result.status == 74)
        #expect(result.errors.contains(": no space left. Free some space"))
    }

    @Test("A disk that fills up ends with 74 and keeps whole lines", .enabled(if: canMount, "needs unshare and mount"))
    func fillingDisk() throws {
        let place = try Workplace(Clips.clip)
        // In a mount namespace of its own the disk goes away with the script, however that ends.
        let script = """
            mkdir disk && mount -t tmpfs -o size=12k tmpfs disk
            \(Workplace.analyze) clip.mp4 --output disk/out.jsonl; status=$?
            cp disk/out.jsonl out.jsonl; exit $status
            """
        let result = try place.shell("unshare --mount --map-root-user sh -c '\(script)'").wait()
        #expect(result.status == 74)
        #expect(result.errors.contains("disk/out.jsonl: no space left. Free some space"))
        let records = try place.records("out.jsonl")
        #expect(records.lines.count > 5)
        #expect(records.all("session_end").isEmpty)
    }

    static let canMount =
        (try? run("unshare", ["--mount", "--map-root-user", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status) == 0

    @Test(
        "An annotated video that finds the disk full ends with 74, and there is none; the records are whole",
        .enabled(if: canMount, "needs unshare and mount"))
    func annotationOnAFullDisk() throws {
        let place = try Workplace(Clips.clip)
        let script = """
            mkdir disk && mount -t tmpfs -o size=12k tmpfs disk
            \(Workplace.analyze) clip.mp4 --output out.jsonl --annotate disk/drawn.mp4; status=$?
            ls disk; exit $status
            """
        let result = try place.shell("unshare --mount --map-root-user sh -c '\(script)'").wait()
        #expect(result.status == 74)
        #expect(result.errors.contains("can't write disk/drawn.mp4 to its end: No space left on device"))
        #expect(result.output == "")
        #expect(try place.records("out.jsonl").all("session_end").count == 1)
    }

    @Test(
        "What is of no use in half is written whole or not at all: a disk that fills up ends with 74",
        .enabled(if: canMount, "needs unshare and mount"),
        arguments: [
            "draw clip.mp4 -o", "report records.jsonl -o", "track records.jsonl --image-size 960x540 --output",
            "track records.jsonl --image-size 960x540 --output tracks.txt --records",
            "convert records.jsonl --to csv --output", "convert records.jsonl --to rekognition --output",
            "convert records.jsonl --to rekognition --page 100 --output",
        ])
    func wholeOnAFullDisk(command: String) throws {
        let place = try Workplace(Clips.clip)
        try #require(place.analyze("clip.mp4", "--output", "records.jsonl", "--face-fps", "0").status == 0)
        let script = """
            mkdir disk && mount -t tmpfs -o size=4k tmpfs disk && head -c 4096 /dev/zero >disk/other
            "$PROGRAM" \(command) disk/out; status=$?
            ls -A disk; exit $status
            """
        let result = try place.shell("unshare --mount --map-root-user sh -c '\(script)'").wait()
        #expect(result.status == 74 && result.output == "other\n", "\(result.errors)")
        #expect(result.errors.contains("disk/out: no space left. Free some space"))
    }

    @Test("Messages that nobody can read cost neither work nor code", arguments: ["2>/dev/full", "2>&-"])
    func lostMessages(errors: String) throws {
        let place = try Workplace(Clips.oneFrame)
        let result = try place.shell("\(Workplace.analyze) missing.mp4 one.mp4 --output out.jsonl \(errors)").wait()
        #expect(result.status == 66)
        #expect(try place.records("out.jsonl").all("session_end").count == 1)
    }

    @Test(
        "What is printed and can't be is an error",
        arguments: ["probe one.mp4", "--help", "--version", "help track", "--generate-completion-script bash"],
        [">/dev/full", ">&-"])
    func printedForNobody(verb: String, output: String) throws {
        let place = try Workplace(Clips.oneFrame)
        let result = try place.shell("\"$PROGRAM\" \(verb) \(output)").wait()
        #expect(result.status == 74)
        #expect(result.errors.hasPrefix("footpath: standard output: "))
    }

    @Test(
        "A closed descriptor is no other file's",
        arguments: [("one.mp4 --output - >&-", 74), ("- --output out.jsonl <&-", 66)])
    func closedDescriptors(arguments: String, status: Int) throws {
        let place = try Workplace(Clips.oneFrame)
        let result = try place.shell("\(Workplace.analyze) \(arguments)").wait()
        #expect(Int(result.status) == status)
        #expect(try place.names == ["one.mp4"])
    }

    @Test("Films of one name, and one film twice, are different sessions", arguments: [true, false])
    func sessions(isOneOutput: Bool) throws {
        let place = try Workplace(Clips.oneFrame)
        for folder in ["08", "09"] {
            try FileManager.default.createDirectory(atPath: place.path(folder), withIntermediateDirectories: false)
            try place.add(Clips.oneFrame, as: folder + "/30.mp4")
        }
        var records: [Records] = []
        if isOneOutput {
            #expect(
                try place.analyze("08/30.mp4", "09/30.mp4", "08/30.mp4", "one.mp4", "--output", "all").status == 0)
            records = [try place.records("all")]
        } else {
            #expect(try place.analyze("08/30.mp4", "09/30.mp4", "one.mp4").status == 0)
            records = try ["08/30.mp4", "09/30.mp4", "one.mp4"].map { try place.records($0 + ".paths.jsonl") }
        }
        let sessions = records.flatMap { $0.values("session", of: "session_start") as [String] }
        #expect(sessions.count == (isOneOutput ? 4 : 3) && Set(sessions).count == sessions.count)
    }

    @Test("A stream without a name has the session of its content")
    func pipedSessions() throws {
        let place = try Workplace(Clips.clip, Clips.streamed)
        try ffmpeg("-i", Clips.clip.path, "-vf", "negate", "-t", "0.2", place.path("other.mkv"))
        let sessions = try ["clip.mkv", "clip.mkv", "other.mkv"].enumerated().flatMap { index, name -> [String] in
            #expect(
                try place.shell("cat \(name) | \(Workplace.analyze) - --fps 5 --output \(index)").wait().status == 0)
            return try place.records("\(index)").values("session", of: "session_start")
        }
        #expect(sessions[0] == sessions[1] && sessions[1] != sessions[2])
    }

    @Test("A reader that goes away ends with 74")
    func readerGone() throws {
        let place = try Workplace(Clips.clip)
        let script = "{ \(Workplace.analyze) clip.mp4 --output -; echo $? >status; } | head -n 1 >first"
        let result = try place.shell(script).wait()
        #expect(try String(contentsOfFile: place.path("status"), encoding: .utf8) == "74\n")
        #expect(
            result.errors
                == "footpath: standard output: whoever read it stopped reading, so the rest could not be written.\n")
        #expect(try place.records("first").all("session_start").count == 1)
    }

    @Test("No progress bar in a pipe")
    func pipe() throws {
        let result = try Workplace(Clips.clip).analyze("clip.mp4")
        #expect(result.errors.hasPrefix("clip.mp4: 25 frames analysed, "))
        #expect(!result.errors.contains("\r"))
        #expect(result.output == "")
    }

    @Test("A progress bar on a terminal", arguments: [false, true])
    func terminal(isQuiet: Bool) throws {
        let place = try Workplace(Clips.clip)
        let command = "'\(Workplace.analyze) clip.mp4 \(isQuiet ? "--quiet" : "")'"
        let result = try place.shell("script --quiet --return --command \(command) /dev/null").wait()
        #expect(result.status == 0)
        #expect(result.output.contains("frames/s") == !isQuiet)
        #expect(result.output.contains("] ") == !isQuiet)
        if isQuiet { #expect(result.output.trimmingCharacters(in: .whitespacesAndNewlines) == "") }
    }
}
