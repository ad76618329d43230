import PathModel

extension GrayPicture {
    /// Places of windows with a corner or else an edge in them, the best of each cell of 16x16 pixels, as the windows'
    /// top left pixels.
    ///
    /// - Parameter isFree: false for windows that must not be used.
    func landmarks(where isFree: (_ x: Int, _ y: Int) -> Bool) -> [SIMD2<Int>] {
        let blocks = blockMoments()
        let (across, down) = (size.width / Self.block, size.height / Self.block)
        var landmarks: [SIMD2<Int>] = []
        for cellY in stride(from: 0, to: down, by: Self.cell) {
            for cellX in stride(from: 0, to: across, by: Self.cell) {
                var best: (score: Float, at: SIMD2<Int>)?
                // A window is two blocks by two, and its gradients need one more pixel on each side.
                for y in max(1, cellY)..<max(1, cellY, min(cellY + Self.cell, down - 2)) {
                    for x in max(1, cellX)..<max(1, cellX, min(cellX + Self.cell, across - 2)) {
                        let at = y * across + x
                        let sum = blocks[at] + blocks[at + 1] + blocks[at + across] + blocks[at + across + 1]
                        let moments = Moments(xx: sum.x, xy: sum.y, yy: sum.z)
                        // Any corner before any edge.
                        let score = moments.isCorner ? moments.weaker + 1e9 : moments.stronger
                        let place = SIMD2(x * Self.block, y * Self.block)
                        guard moments.isEdge, score > best?.score ?? 0, isFree(place.x, place.y) else { continue }
                        best = (score, place)
                    }
                }
                if let best { landmarks.append(best.at) }
            }
        }
        return landmarks
    }

    /// The gradients' second moments (xx, xy, yy), summed in blocks of 4x4 pixels.
    private func blockMoments() -> [SIMD4<Float>] {
        let (across, down) = (size.width / Self.block, size.height / Self.block)
        var moments = [SIMD4<Float>](repeating: .zero, count: across * down)
        for y in 1..<max(1, min(size.height - 1, down * Self.block)) {
            let row = y / Self.block * across
            for x in 1..<max(1, min(size.width - 1, across * Self.block)) {
                let at = y * size.width + x
                let dx = Int32(pixels[at + 1]) - Int32(pixels[at - 1])
                let dy = Int32(pixels[at + size.width]) - Int32(pixels[at - size.width])
                moments[row + x / Self.block] += SIMD4(Float(dx * dx), Float(dx * dy), Float(dy * dy), 0) / 4
            }
        }
        return moments
    }

    /// Pixels.
    private static let block = 4
    /// Blocks.
    private static let cell = 4
}
