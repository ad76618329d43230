import CDrawing

/// Text on a ground, ready to be drawn.
final class Label {
    let pointer: OpaquePointer
    let width: Int
    let height: Int

    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
        width = Int(footpath_label_width(pointer))
        height = Int(footpath_label_height(pointer))
    }

    deinit { footpath_label_free(pointer) }
}

/// Labels by their texts: most are drawn on many pictures.
final class Labels {
    private struct Key: Hashable {
        let text: String
        let ground: Ink
    }

    /// More than are on one picture.
    private static let most = 512
    /// Characters that are looked at: what is longer than this is cut off anyway.
    private static let mostCharacters = 200

    private let type: OpaquePointer
    private let mostWidth: Int32
    private var labels: [Key: Label] = [:]

    /// - Parameters:
    ///   - height: of the type, in pixels.
    ///   - mostWidth: pixels that a text may take; longer ones end in an ellipsis.
    init?(height: Double, mostWidth: Int) {
        guard let type = footpath_type_make(height) else { return nil }
        self.type = type
        self.mostWidth = Int32(clamping: mostWidth)
    }

    deinit { footpath_type_free(type) }

    /// Whether the machine has a font at all.
    var haveFont: Bool { footpath_type_has_font(type) != 0 }

    /// Nil where there is no memory for it.
    func label(_ text: String, on ground: Ink, ink: Ink = .black) -> Label? {
        let key = Key(text: text, ground: ground)
        if let label = labels[key] { return label }
        let shown = Self.shown(text)
        guard
            let pointer = footpath_label_make(
                type, shown, Int32(clamping: shown.utf8.count), mostWidth, ink.value, ground.value)
        else { return nil }
        if labels.count >= Self.most { labels = [:] }
        let label = Label(pointer)
        labels[key] = label
        return label
    }

    /// Control characters have no shape, and a zero would end the text for Pango.
    private static func shown(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.prefix(mostCharacters).unicodeScalars.prefix(8 * mostCharacters) {
            scalars.append(scalar.properties.generalCategory == .control ? "\u{FFFD}" : scalar)
        }
        return String(scalars)
    }
}
