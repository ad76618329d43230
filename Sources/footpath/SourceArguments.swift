import ArgumentParser

/// How a video is opened.
struct SourceArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Refuse pictures of more pixels than one of this size has, since they take memory. Default: 8192x8192.",
            valueName: "WxH"))
    var maxPicture: String?
}
