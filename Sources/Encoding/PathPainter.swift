import PathModel

/// Draws paths on the frames they belong to: boxes, ids, trails of the last seconds, faces and landmarks.
struct PathPainter {
    /// How long a trail stays, in seconds.
    private static let trailSeconds = 3.0

    private struct TrailPoint {
        let time: Timestamp
        let foot: Point
    }

    private var trails: [Int: [TrailPoint]] = [:]

    /// A painter that has seen no frame.
    init() {}

    /// Draws the points of one frame; frames must come in order.
    ///
    /// - Parameters:
    ///   - points: the recorded points of this frame, in ratios of it.
    ///   - image: the frame, RGB, as a viewer shows it.
    mutating func paint(_ points: [PathPoint], at time: Timestamp, on image: PixelBuffer) -> PixelBuffer {
        var canvas = Canvas(image)
        let unit = max(1, min(image.size.width, image.size.height) / 240)
        let (width, height) = (Double(image.size.width), Double(image.size.height))
        for point in points {
            let foot = Point(x: point.box.center.x * width, y: point.box.bottom * height)
            trails[point.track, default: []].append(TrailPoint(time: time, foot: foot))
        }
        forgetOldTrails(at: time)
        for (id, trail) in trails.sorted(by: { $0.key < $1.key }) {
            for (from, to) in zip(trail, trail.dropFirst()) {
                canvas.line(from: from.foot, to: to.foot, thickness: unit, .forTrack(id))
            }
        }
        for point in points {
            let color = Color.forTrack(point.track)
            let box = point.box.scaled(x: width, y: height)
            // Where somebody was expected is drawn thinner.
            canvas.outline(box, thickness: point.source == .measured ? unit + 1 : unit, color)
            canvas.label(point.track, x: Int(box.left), y: Int(box.top), scale: unit + 1, color)
            guard let face = point.face else { continue }
            canvas.outline(face.box.scaled(x: width, y: height), thickness: unit, color)
            for landmark in face.landmarks {
                let at = Point(x: landmark.position.x * width, y: landmark.position.y * height)
                canvas.dot(at, side: unit * 2 + 1, Color(red: 255, green: 255, blue: 255))
            }
        }
        return canvas.image
    }

    private mutating func forgetOldTrails(at time: Timestamp) {
        trails = trails.compactMapValues { trail in
            let kept = trail.filter { time.seconds(since: $0.time) <= Self.trailSeconds }
            return kept.isEmpty ? nil : kept
        }
    }
}
