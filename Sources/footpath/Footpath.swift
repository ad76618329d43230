import ArgumentParser

@main
struct Footpath: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "footpath",
        abstract: "Writes down where people were in a video, when, and where their faces were.",
        discussion: """
            Footpath follows anonymous tracks: it does not recognise who someone is, and no picture leaves the machine.

              footpath analyze lobby.mp4                     lobby.mp4.paths.jsonl, a JSON line per observation
              footpath analyze lobby.mp4 --annotate out.mp4  and a video to check them by
              footpath probe lobby.mp4                       what Footpath sees of the file
              footpath run --config footpath.yaml            follow cameras, for months
              footpath track det.txt                         tracks of detections that you have

            \(ExitStatus.help)
            """,
        version: Footpath.programVersion,
        subcommands: [
            Analyze.self, Probe.self, Run.self, Check.self, Reload.self, Faces.self, Measure.self, TrackDetections.self,
            CameraVerb.self,
        ])

    static let programVersion = "0.1.0"
}
