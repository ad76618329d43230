import PathModel

/// Where in the frame people's feet were, and for how long.
struct HeatMap {
    static let columns = 96
    static let rows = 54

    /// Seconds of people in each cell, row by row; empty while nobody was there.
    private(set) var seconds: [Float] = []

    /// Adds a stay.
    ///
    /// - Parameter feet: in ratios of the frame; what lies outside counts at its edge.
    @inline(__always)
    mutating func add(_ time: Double, at feet: Point) {
        if seconds.isEmpty { seconds = [Float](repeating: 0, count: Self.columns * Self.rows) }
        let column = Self.cell(feet.x, Self.columns), row = Self.cell(feet.y, Self.rows)
        seconds[row * Self.columns + column] += Float(time)
    }

    @inline(__always)
    private static func cell(_ ratio: Double, _ count: Int) -> Int {
        min(count - 1, max(0, Int(ratio * Double(count))))
    }
}

/// A person's way, thinned out as it grows.
struct Trail {
    private static let most = 64

    private(set) var points: [Point] = []
    private var stride = 1
    private var passed = 0
    private var last: Point?

    /// Adds where the feet are now.
    mutating func add(_ point: Point) {
        last = point
        defer { passed += 1 }
        guard passed % stride == 0 else { return }
        if points.count == Self.most {
            points = points.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
            stride *= 2
            if passed % stride != 0 { return }
        }
        points.append(point)
    }

    /// The whole way, with its last point, without what lies on a straight line to a five-hundredth of the frame.
    var simplified: [Point] {
        var all = points
        if let last, all.last != last { all.append(last) }
        guard all.count > 2 else { return all }
        var keeps = [Bool](repeating: false, count: all.count)
        (keeps[0], keeps[all.count - 1]) = (true, true)
        Self.split(all, 0, all.count - 1, &keeps)
        return zip(all, keeps).filter(\.1).map(\.0)
    }

    /// Douglas and Peucker, "Algorithms for the reduction of the number of points", 1973.
    private static func split(_ points: [Point], _ first: Int, _ last: Int, _ keeps: inout [Bool]) {
        guard last - first > 1 else { return }
        let (start, end) = (points[first], points[last])
        let (across, down) = (end.x - start.x, end.y - start.y)
        let length = (across * across + down * down).squareRoot()
        var farthest = (distance: 0.002, index: -1)
        for index in first + 1..<last {
            let (x, y) = (points[index].x - start.x, points[index].y - start.y)
            let distance =
                length > 0 ? abs(x * down - y * across) / length : (x * x + y * y).squareRoot()
            if distance > farthest.distance { farthest = (distance, index) }
        }
        guard farthest.index > 0 else { return }
        keeps[farthest.index] = true
        split(points, first, farthest.index, &keeps)
        split(points, farthest.index, last, &keeps)
    }
}
