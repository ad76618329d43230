import CDrawing

/// A colour of the drawing, 0...1 each.
struct Ink: Hashable {
    var red, green, blue: Double
    var alpha = 1.0

    static let black = Ink(0, 0, 0)
    static let white = Ink(255, 255, 255)
    static let zone = Ink(255, 190, 60)
    static let line = Ink(80, 220, 255)

    /// Components of 0...255.
    init(_ red: Double, _ green: Double, _ blue: Double) {
        (self.red, self.green, self.blue) = (red / 255, green / 255, blue / 255)
    }

    /// Colours that differ clearly on most pictures, one after another; the same id always has the same.
    static func forTrack(_ id: Int) -> Ink {
        palette[((id - 1) % palette.count + palette.count) % palette.count]
    }

    private static let palette = [
        Ink(230, 60, 60), Ink(60, 190, 75), Ink(70, 130, 255), Ink(255, 200, 30), Ink(225, 80, 230),
        Ink(50, 215, 225), Ink(250, 130, 40), Ink(170, 255, 120), Ink(255, 150, 180), Ink(150, 110, 255),
    ]

    func faded(to alpha: Double) -> Ink {
        var ink = self
        ink.alpha *= alpha
        return ink
    }

    var value: footpath_color { footpath_color(red: red, green: green, blue: blue, alpha: alpha) }
}
