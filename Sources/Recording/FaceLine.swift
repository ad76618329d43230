import PathModel

/// What is known of a picture's face, as one line of JSON.
public struct FaceLine {
    /// The line without its newline. Keys: picture, width, height, and `face` as in a path record where one was found.
    public let text: String

    /// The line of a picture.
    ///
    /// - Parameters:
    ///   - picture: its name, without credentials.
    ///   - size: in pixels, as shown.
    public init(picture: String, size: PixelSize, face: Face?) {
        var line = JSONLine(textLimit: 4096)
        line.add("picture", picture)
        line.add("width", size.width)
        line.add("height", size.height)
        if let face { line.addObject("face") { $0.add(face) } }
        text = line.closed()
    }
}
