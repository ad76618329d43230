import PathModel

/// Where small windows of one picture went in the next: Lucas and Kanade's method from coarse to fine (Bouguet, "Pyramidal
/// Implementation of the Lucas Kanade Feature Tracker", Intel, 2001).
struct OpticalFlow {
    /// A window's way.
    struct Way {
        /// Where its middle was, and where it went, in pixels; the first pixel's middle is (0, 0).
        let from: SIMD2<Double>
        let to: SIMD2<Double>
    }

    /// From fine to coarse.
    let earlier: [GrayPicture]
    let later: [GrayPicture]

    private static let mostSteps = 8
    /// Pixels: a step below changes nothing.
    private static let leastStep: Float = 0.01
    private static let middle = Float(Patch.side - 1) / 2

    /// The ways of windows, without those that can't be found.
    ///
    /// - Parameter corners: their top left pixels in the earlier picture.
    func ways(of corners: [SIMD2<Int>]) -> [Way] {
        corners.compactMap { corner in
            let from = SIMD2(Float(corner.x), Float(corner.y)) + Self.middle
            guard let moved = follow(from) else { return nil }
            return Way(from: SIMD2<Double>(from), to: SIMD2<Double>(from + moved))
        }
    }

    private func follow(_ from: SIMD2<Float>) -> SIMD2<Float>? {
        var moved = SIMD2<Float>.zero
        for level in earlier.indices.reversed() {
            moved *= 2
            // Pixels of a coarser level are means, so their middles lie between those of the finer.
            let start = (from + 0.5) / Float(1 << level) - 0.5 - Self.middle
            guard let template = Template(earlier[level], x: start.x, y: start.y) else {
                if level == 0 { return nil }
                continue
            }
            guard let refined = refine(template, from: start, moved: moved, level: level) else {
                if level == 0 { return nil }
                continue
            }
            moved = refined
        }
        return moved
    }

    private func refine(
        _ template: Template, from start: SIMD2<Float>, moved: SIMD2<Float>, level: Int
    ) -> SIMD2<Float>? {
        var moved = moved
        for _ in 0..<Self.mostSteps {
            guard let found = later[level].patch(x: start.x + moved.x, y: start.y + moved.y) else { return nil }
            guard template.moments.isCorner else { return nil }
            let step = template.moments.solve(template.pull(to: found))
            moved += step
            if (step * step).sum() < Self.leastStep * Self.leastStep { break }
        }
        guard level == 0 else { return moved }
        guard let found = later[0].patch(x: start.x + moved.x, y: start.y + moved.y),
            template.error(to: found) <= template.tolerableError
        else { return nil }
        return moved
    }
}
