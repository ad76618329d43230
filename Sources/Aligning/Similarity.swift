/// Moves, turns and scales points of a plane: x' = a x - b y + offset.x, y' = b x + a y + offset.y.
struct Similarity: Equatable {
    var a = 1.0
    var b = 0.0
    var offset = SIMD2<Double>.zero

    func moved(_ point: SIMD2<Double>) -> SIMD2<Double> {
        SIMD2(a * point.x - b * point.y, b * point.x + a * point.y) + offset
    }

    /// How far from its end a way's start is moved, squared.
    func squaredError(_ way: OpticalFlow.Way) -> Double {
        let difference = moved(way.from) - way.to
        return (difference * difference).sum()
    }
}

extension Similarity {
    /// The one with the least sum of squared errors; nil where the starts coincide.
    init?(leastSquares ways: [OpticalFlow.Way]) {
        guard !ways.isEmpty else { return nil }
        let count = Double(ways.count)
        let from = ways.reduce(.zero) { $0 + $1.from } / count
        let to = ways.reduce(.zero) { $0 + $1.to } / count
        var (along, across, spread) = (0.0, 0.0, 0.0)
        for way in ways {
            let (p, q) = (way.from - from, way.to - to)
            along += (p * q).sum()
            across += p.x * q.y - p.y * q.x
            spread += (p * p).sum()
        }
        guard spread > 0 else { return nil }
        a = along / spread
        b = across / spread
        offset = to - SIMD2(a * from.x - b * from.y, b * from.x + a * from.y)
    }

    /// The one that most ways agree on, and how many do; nil where there are none. Those that go elsewhere, as people and
    /// leaves do, don't count: a sample of two proposes, all judge (RANSAC, Fischler and Bolles 1981, with the squared
    /// errors up to a bound as cost: MSAC, Torr and Zisserman 2000).
    ///
    /// - Parameter tolerance: by how many pixels those who agree may be off.
    static func agreed(by ways: [OpticalFlow.Way], tolerance: Double) -> (similarity: Similarity, agreeing: Int)? {
        guard ways.count >= 2 else { return nil }
        let bound = tolerance * tolerance
        var best: (cost: Double, similarity: Similarity)?
        // The same pairs each time, so that the same pictures give the same motion: a step through the ways that is
        // coarse enough for the two to lie apart.
        for round in 0..<samples {
            let first = round * 7919 % ways.count
            let second = (first + 1 + round * 104_729 % (ways.count - 1)) % ways.count
            guard let similarity = Similarity(leastSquares: [ways[first], ways[second]]) else { continue }
            let cost = ways.reduce(0) { $0 + min(bound, similarity.squaredError($1)) }
            if cost < best?.cost ?? .infinity { best = (cost, similarity) }
        }
        guard var similarity = best?.similarity else { return nil }
        var agreeing = ways.filter { similarity.squaredError($0) <= bound }
        for _ in 0..<3 {
            guard let refined = Similarity(leastSquares: agreeing) else { break }
            similarity = refined
            agreeing = ways.filter { similarity.squaredError($0) <= bound }
        }
        return (similarity, agreeing.count)
    }

    private static let samples = 100
}
