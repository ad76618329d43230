import PathModel

/// Moves all windows of a picture at once onto the next, coarse to fine: a motion for all is a similarity, so that windows
/// with nothing but an edge in them help too, as walls and floors have. Gauss-Newton with weights that fall with a
/// window's own error (Geman and McClure 1987), so that what moves by itself hardly counts.
struct JointAlignment {
    let flow: OpticalFlow
    /// The windows' top left pixels in the earlier picture.
    let landmarks: [SIMD2<Int>]

    private static let steps = 8
    /// Pixels by which a window that fits may be off.
    private static let tolerance: Float = 0.8
    /// Pixels, at the picture's corners: a step below changes nothing.
    private static let leastStep = 0.01
    /// By how much of the strength of all windows a turn or a change of scale is held back.
    private static let reluctance = 0.01
    private static let middle = Double(Patch.side - 1) / 2

    private var size: PixelSize { flow.earlier[0].size }
    private var center: SIMD2<Double> { SIMD2(Double(size.width - 1), Double(size.height - 1)) / 2 }
    private var radius: Double { (center * center).sum().squareRoot() }

    /// The similarity reached from `start`, in pixels, and how many windows fit the later picture there.
    func align(from start: Similarity) -> (similarity: Similarity, agreeing: Int) {
        var similarity = start
        for level in flow.earlier.indices.reversed() {
            let templates = templates(level)
            for _ in 0..<Self.steps {
                guard let step = step(templates, at: similarity, level: level) else { break }
                similarity = similarity.changed(by: step, about: center, radius: radius)
                if (step * step).max() < Self.leastStep * Self.leastStep { break }
            }
        }
        return (similarity, agreeing(with: similarity, within: Self.tolerance))
    }

    /// How many windows fit the later picture within so many pixels of where a similarity puts them.
    func agreeing(with similarity: Similarity, within tolerance: Float) -> Int {
        templates(0).count { fits($0, at: similarity, within: tolerance) }
    }

    /// How far to the right and down the windows went as a whole, in pixels of the finest level: the shift at which their
    /// middles differ least in the coarsest pictures, in whole pixels of theirs. Finds what is too far for steps.
    func coarseShift() -> SIMD2<Double> {
        let level = flow.earlier.count - 1
        let (from, to) = (flow.earlier[level], flow.later[level])
        let (mostX, mostY) = (from.size.width / 4, from.size.height / 4)
        let middles = landmarks.map { ($0 &+ Patch.side / 2) &>> SIMD2(repeating: level) }
        var best = (difference: Int.max, shift: SIMD2(0, 0))
        // From the middle outwards, so that of equals the nearest counts.
        for y in (-mostY...mostY).sorted(by: { abs($0) < abs($1) }) {
            for x in (-mostX...mostX).sorted(by: { abs($0) < abs($1) }) {
                var difference = 0
                for middle in middles {
                    difference += from.difference(at: middle, from: to, at: middle &+ SIMD2(x, y))
                    if difference >= best.difference { break }
                }
                if difference < best.difference { best = (difference, SIMD2(x, y)) }
            }
        }
        return SIMD2(Double(best.shift.x), Double(best.shift.y)) * Double(1 << level)
    }

    private struct Window {
        let template: Template
        /// Its middle in the finest picture.
        let middle: SIMD2<Double>
    }

    private func templates(_ level: Int) -> [Window] {
        landmarks.compactMap { landmark in
            let middle = SIMD2(Double(landmark.x), Double(landmark.y)) + Self.middle
            let corner = Self.topLeft(middle, level)
            return Template(flow.earlier[level], x: corner.x, y: corner.y).map { Window(template: $0, middle: middle) }
        }
    }

    /// The top left of a window of a level around a place in the finest picture. Pixels of a coarser level are means, so
    /// their middles lie between those of the finer.
    private static func topLeft(_ middle: SIMD2<Double>, _ level: Int) -> SIMD2<Float> {
        SIMD2<Float>((middle + 0.5) / Double(1 << level) - 0.5 - Self.middle)
    }

    private func found(_ window: Window, at similarity: Similarity, level: Int) -> Patch? {
        let corner = Self.topLeft(similarity.moved(window.middle), level)
        return flow.later[level].patch(x: corner.x, y: corner.y)
    }

    /// What is to be added to the scale and the angle, both as pixels at the picture's corners, and to the place; nil
    /// where the windows don't say.
    private func step(_ windows: [Window], at similarity: Similarity, level: Int) -> SIMD4<Double>? {
        var (matrix, right) = ([SIMD4<Double>](repeating: .zero, count: 4), SIMD4<Double>.zero)
        for window in windows {
            guard let found = found(window, at: similarity, level: level) else { continue }
            let template = window.template
            let relative = template.error(to: found) / (2 + 0.3 * template.contrast)
            let trust = 1 / (1 + relative * relative)
            let weight = Double(trust * trust)
            let place = (window.middle - center) / radius
            // How the window's x and y change with each of the four.
            let (x, y) = (SIMD4(place.x, -place.y, 1, 0), SIMD4(place.y, place.x, 0, 1))
            let (moments, pull) = (template.moments, SIMD2<Double>(template.pull(to: found)) * Double(1 << level))
            let byX = weight * (Double(moments.xx) * x + Double(moments.xy) * y)
            let byY = weight * (Double(moments.xy) * x + Double(moments.yy) * y)
            for row in 0..<4 { matrix[row] += x[row] * byX + y[row] * byY }
            right += weight * (pull.x * x + pull.y * y)
        }
        let strength = matrix[2].z + matrix[3].w
        guard strength > 0 else { return nil }
        // Cameras seldom turn or zoom much in a step: where the windows hardly tell, they didn't.
        let (zoom, turn) = ((similarity.a - 1) * radius, similarity.b * radius)
        right -= strength * Self.reluctance * SIMD4(zoom, turn, 0, 0)
        for row in 0..<4 { matrix[row][row] += strength * (row < 2 ? Self.reluctance : 1e-3) }
        return solve(matrix, right)
    }

    private func fits(_ window: Window, at similarity: Similarity, within tolerance: Float) -> Bool {
        guard let found = found(window, at: similarity, level: 0) else { return false }
        let template = window.template
        let off = (template.pull(to: found) * template.moments.direction).sum() / template.moments.stronger
        return abs(off) < tolerance && template.error(to: found) < template.tolerableError
    }

    /// Solves a symmetric, positive definite system by elimination; nil where it isn't that.
    private func solve(_ matrix: [SIMD4<Double>], _ right: SIMD4<Double>) -> SIMD4<Double>? {
        var (matrix, right) = (matrix, right)
        for pivot in 0..<4 {
            guard matrix[pivot][pivot] > 0 else { return nil }
            for row in 0..<4 where row != pivot {
                let factor = matrix[row][pivot] / matrix[pivot][pivot]
                matrix[row] -= factor * matrix[pivot]
                right[row] -= factor * right[pivot]
            }
        }
        let result = right / SIMD4(matrix[0][0], matrix[1][1], matrix[2][2], matrix[3][3])
        return (0..<4).allSatisfy { result[$0].isFinite } ? result : nil
    }
}

extension Similarity {
    /// Scaled, turned and moved a little further about `center`; the first two of `step` count at `radius` from it.
    fileprivate func changed(by step: SIMD4<Double>, about center: SIMD2<Double>, radius: Double) -> Similarity {
        var changed = Similarity(a: a + step.x / radius, b: b + step.y / radius)
        changed.offset = moved(center) + SIMD2(step.z, step.w) - changed.moved(center)
        return changed
    }
}

extension GrayPicture {
    /// The sum of the absolute differences of the 4x4 pixels around two places. What lies outside differs much, and what
    /// moved by itself by no more.
    fileprivate func difference(at place: SIMD2<Int>, from other: GrayPicture, at otherPlace: SIMD2<Int>) -> Int {
        let most = 16 * 24
        guard isInside(place), other.isInside(otherPlace) else { return most }
        var sum = 0
        for row in -2..<2 {
            let (here, there) = (
                (place.y + row) * size.width + place.x, (otherPlace.y + row) * other.size.width + otherPlace.x
            )
            for column in -2..<2 { sum += abs(Int(pixels[here + column]) - Int(other.pixels[there + column])) }
        }
        return min(sum, most)
    }

    private func isInside(_ place: SIMD2<Int>) -> Bool {
        place.x >= 2 && place.y >= 2 && place.x + 2 <= size.width && place.y + 2 <= size.height
    }
}
