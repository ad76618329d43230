import Analyzing
import ArgumentParser
import Decoding
import Foundation
import Inference
import PathModel
import Pipeline
import Recording
import Settings

/// `footpath faces`: what Footpath sees of a face in pictures.
struct Faces: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the face in each picture as a line of JSON.",
        discussion: """
            Looks for the most prominent face of each picture with the networks that analyze uses, to see how well they \
            do on faces of your own. One line a picture, in order; without "face" where none was found.

            \(ExitStatus.help)
            """)

    @Argument(
        help: ArgumentHelp("Pictures or videos; of a video the first frame.", valueName: "picture"),
        completion: .file())
    var pictures: [String]

    @OptionGroup
    var arguments: SettingArguments<FaceSettings>

    func run() throws {
        let console = Console(isQuiet: false)
        let interrupt = InterruptFlag()
        Signals.raise(interrupt)
        var status = ExitStatus.success
        do {
            let runtime = try RuntimeFolder()
            let finder = try FacePictures(
                engine: runtime.makeEngine(), modelFolder: runtime.models,
                options: AnalysisOptions(arguments.texts, cores: 1))
            let sink = DirectSink()
            for name in SourceName.named(by: pictures) where !interrupt.isRaised {
                do {
                    let (size, face) = try finder.find(in: name, interrupt: interrupt)
                    try sink.write(line: FaceLine(picture: name.redacted, size: size, face: face).text)
                } catch let error as DecodingError {
                    if case .interrupted = error { break }
                    console.error(error)
                    if status == .success { status = ExitStatus(of: error) }
                }
            }
            try sink.finish()
        } catch {
            console.error(error)
            if status == .success { status = ExitStatus(of: error) }
        }
        throw ExitCode((interrupt.isRaised ? ExitStatus.interrupted : status).rawValue)
    }
}
