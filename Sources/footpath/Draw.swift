import Analyzing
import ArgumentParser
import Capturing
import Decoding
import Encoding
import Following
import Foundation
import PathModel
import Recording
import Settings
import Showing

/// `footpath draw`: a page to draw zones, lines and masks on.
struct Draw: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a page on which zones, lines and masks are drawn.",
        discussion: """
            SOURCE is a picture, a video, a camera's URL, or, with --config, a camera's name there. The page holds one \
            picture of it and works in any browser without a network: draw with mouse, finger or keyboard, then copy the \
            lines for the configuration or the options for a command line. It asks nobody and sends nothing. The masks \
            of the configuration are black in the picture.

              footpath draw lobby.mp4 -o draw.html
              footpath draw entrance --config footpath.yaml -o draw.html
              footpath draw still.jpg --config footpath.yaml --camera entrance -o draw.html

            \(ExitStatus.help)
            """)

    @Argument(
        help: ArgumentHelp("A picture, a video, a URL, or a camera's name.", valueName: "source"),
        completion: .file())
    var source: String

    @Option(
        name: [.short, .long], help: ArgumentHelp("Where the page goes; -: standard output.", valueName: "draw.html"),
        completion: .file())
    var output: String

    @Flag(name: [.short, .long], help: "Overwrite existing output.")
    var force = false

    @Option(
        help: ArgumentHelp(
            "A configuration whose zones, lines and masks are there to begin with.", valueName: "file"),
        completion: .file())
    var config: String?

    @Option(help: ArgumentHelp("Which of its cameras. Default: SOURCE, or the only one.", valueName: "name"))
    var camera: String?

    @OptionGroup
    var arguments: SettingArguments<SourceSettings>

    /// More is of no use to a hand.
    private static let largest = PixelSize(width: 1280, height: 1280)

    func run() throws { try Signals.run { try write($0, interrupt: $1) } }

    private func write(_ console: Console, interrupt: InterruptFlag) throws {
        let options = try AnalysisOptions(arguments.texts, cores: 1)
        if source == "-" { throw SettingsError(problems: ["-: give a file, a URL or a camera's name"]) }
        if output != "-", NewFile.areOnePlace(source, output) {
            throw SettingsError(problems: [], outputs: ["--output \(output): is the source, and would be overwritten"])
        }
        if force { OpenedFiles.watch() }
        let camera = try chosenCamera()
        let still =
            try camera.flatMap { $0.name == source ? $0 : nil }.map { try StillSource(camera: $0) }
            ?? StillSource(SourceName.named(by: [source])[0], options: options.sourceOptions)
        try WholeOutput(output, force: force, interrupt: interrupt).write { sink in
            var image = try still.picture(within: Self.largest, interrupt: interrupt)
            let masks = camera?.options.masks ?? []
            if !masks.isEmpty { image.fill(PixelCover(masks, size: image.size), with: 0) }
            let page = DrawPage(
                source: camera?.name ?? still.title, picture: try JPEGPicture.encode(image), size: image.size,
                layout: camera?.options.layout ?? CountingLayout(), masks: masks.map(\.polygon))
            try sink.write(String(decoding: page.html, as: UTF8.self))
        }
        if output != "-" { console.note("\(output): open it in a browser, draw, and copy what it shows") }
    }

    /// The camera whose shapes are there; nil without a configuration.
    private func chosenCamera() throws(SettingsError) -> FeedSettings? {
        guard let config else {
            if let camera {
                throw SettingsError(problems: ["--camera \(camera): is one of a configuration; give that by --config"])
            }
            return nil
        }
        let cameras = try DaemonConfig(path: config, shards: nil, needsSecrets: false).cameras
        let names = cameras.map(\.name).joined(separator: ", ")
        if let name = camera ?? (cameras.contains { $0.name == source } ? source : nil) {
            guard cameras.contains(where: { $0.name == name }) else {
                throw SettingsError(problems: ["--camera \(name): \(config) has \(names)"])
            }
            // Secrets are read where they are used.
            let all = name == source ? try DaemonConfig(path: config, shards: nil).cameras : cameras
            return all.first { $0.name == name }
        }
        if cameras.count == 1 { return cameras[0] }
        throw SettingsError(problems: [
            "\(config) has several cameras, \(names): say by --camera whose shapes are to be there"
        ])
    }
}
