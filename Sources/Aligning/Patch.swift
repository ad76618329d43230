import PathModel

/// A window of 8x8 pixels.
struct Patch {
    static let side = 8
    var rows = InlineArray<8, SIMD8<Float>>(repeating: .zero)

    /// The sum of the products of both patches' pixels.
    func dot(_ other: Patch) -> Float {
        var sums = SIMD8<Float>.zero
        for row in 0..<Self.side { sums += rows[row] * other.rows[row] }
        return sums.sum()
    }

    var mean: Float {
        var sums = SIMD8<Float>.zero
        for row in 0..<Self.side { sums += rows[row] }
        return sums.sum() / Float(Self.side * Self.side)
    }

    func minus(_ other: Patch, scaledBy factor: Float = 1) -> Patch {
        var result = self
        for row in 0..<Self.side { result.rows[row] = (rows[row] - other.rows[row]) * factor }
        return result
    }

    func minus(_ value: Float) -> Patch {
        var result = self
        for row in 0..<Self.side { result.rows[row] -= value }
        return result
    }
}

extension GrayPicture {
    /// The window whose top left pixel is (`x`, `y`); it must lie inside.
    func patch(x: Int, y: Int) -> Patch {
        var patch = Patch()
        for row in 0..<Patch.side { patch.rows[row] = eight(from: (y + row) * size.width + x) }
        return patch
    }

    /// The window whose top left is (`x`, `y`) between pixels, bilinear; nil where it doesn't lie inside.
    func patch(x: Float, y: Float) -> Patch? {
        guard x >= 0, y >= 0, x < Float(size.width - Patch.side), y < Float(size.height - Patch.side) else {
            return nil
        }
        let (left, top) = (Int(x), Int(y))
        let (shareX, shareY) = (x - Float(left), y - Float(top))
        func row(_ y: Int) -> SIMD8<Float> {
            let start = y * size.width + left
            let pixels = eight(from: start)
            return pixels + (eight(from: start + 1) - pixels) * shareX
        }
        var patch = Patch()
        var above = row(top)
        for index in 0..<Patch.side {
            let below = row(top + index + 1)
            patch.rows[index] = above + (below - above) * shareY
            above = below
        }
        return patch
    }

    private func eight(from start: Int) -> SIMD8<Float> {
        let bytes = SIMD8<UInt8>(
            pixels[start], pixels[start + 1], pixels[start + 2], pixels[start + 3], pixels[start + 4],
            pixels[start + 5], pixels[start + 6], pixels[start + 7])
        return SIMD8<Float>(bytes)
    }
}
