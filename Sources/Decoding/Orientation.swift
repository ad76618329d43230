import PathModel

/// One of the eight ways to turn and mirror a picture by right angles.
package struct Orientation: Hashable, Sendable, Codable {
    /// Rows become columns first.
    package var transposes = false
    /// Then left and right change places.
    var mirrorsX = false
    /// Then top and bottom change places.
    var mirrorsY = false

    static let upright = Orientation()

    /// The nearest orientation to a display matrix.
    ///
    /// - Parameter matrix: `[a, b, u, c, d, v, x, y, w]` in 16.16 fixed point: a coded point (p, q) is shown at
    ///   (a p + c q, b p + d q) (libavutil/display.h).
    init(displayMatrix matrix: [Int32]) {
        let (a, b, c, d) = (Double(matrix[0]), Double(matrix[1]), Double(matrix[3]), Double(matrix[4]))
        transposes = abs(b) + abs(c) > abs(a) + abs(d)
        mirrorsX = (transposes ? c : a) < 0
        mirrorsY = (transposes ? b : d) < 0
    }

    package init(transposes: Bool = false, mirrorsX: Bool = false, mirrorsY: Bool = false) {
        self.transposes = transposes
        self.mirrorsX = mirrorsX
        self.mirrorsY = mirrorsY
    }

    /// The size of a coded picture as shown, or of a shown one as coded.
    func apply(to size: PixelSize) -> PixelSize {
        transposes ? PixelSize(width: size.height, height: size.width) : size
    }

    /// Where a region of the shown picture lies in the coded one; both in ratios.
    func codedRegion(of shown: BoundingBox) -> BoundingBox {
        let left = mirrorsX ? 1 - shown.right : shown.left
        let top = mirrorsY ? 1 - shown.bottom : shown.top
        return transposes
            ? BoundingBox(left: top, top: left, width: shown.height, height: shown.width)
            : BoundingBox(left: left, top: top, width: shown.width, height: shown.height)
    }

    /// Where a region of the coded picture is shown; both in ratios.
    func shownRegion(of coded: BoundingBox) -> BoundingBox {
        let turned =
            transposes
            ? BoundingBox(left: coded.top, top: coded.left, width: coded.height, height: coded.width) : coded
        return BoundingBox(
            left: mirrorsX ? 1 - turned.right : turned.left, top: mirrorsY ? 1 - turned.bottom : turned.top,
            width: turned.width, height: turned.height)
    }
}
