import PathModel

/// Sees from the pictures of a stream how its camera moves.
///
/// It keeps one frame as the reference. While the picture still lies on it, a few dozen small windows are compared, one
/// step each, and nothing else is done. Once it doesn't, the way since the reference is measured outside of people, and
/// the frame becomes the next reference. So what a still camera costs is next to nothing, and slow
/// motions add up until they count.
///
/// Depends on the pictures in their order alone. As in BoT-SORT (Aharon, Orfaig, Bobrovsky, 2022), the motion is for
/// carrying tracks along.
public struct CameraMotionEstimator: Sendable {
    /// Windows whose places are known.
    private struct Reference: Sendable {
        let pyramid: [GrayPicture]
        let landmarks: [SIMD2<Int>]
        let templates: [Template]
        let time: Timestamp

        var size: PixelSize { pyramid[0].size }
    }

    private let masks: [BoundingBox]
    private var reference: Reference?
    /// Pictures in a row that could not be aligned, and the time of the last of them.
    private var failures = 0
    private var restedFrom = Timestamp(microseconds: 0)

    /// Pixels that the picture may be off the reference and still count as lying on it.
    private static let stillness: Float = 0.12
    /// Windows that must be seen to say anything.
    private static let fewestLandmarks = 10
    /// The share of the windows that must go the same way.
    private static let leastAgreement = 0.5
    /// Pixels by which those may differ: the world isn't flat.
    private static let tolerance = 0.8
    /// Seconds after which a reference is too old for the light.
    private static let longestUse = 2.0
    /// Seconds after which one that says nothing is replaced.
    private static let blindUse = 0.1
    /// Where this many pictures in a row say nothing, as in noise or rain, it looks again only after seconds.
    private static let mostFailures = 25
    private static let rest = 0.5
    /// Pixels.
    private static let leastMotion = 0.1
    /// A camera that turns or zooms by more from frame to frame has more likely been cut to another.
    private static let largestTurn = 0.25

    /// - Parameter masks: what covers that which is blacked out in the pictures, in ratios of the frame.
    public init(masks: [BoundingBox] = []) {
        self.masks = masks
    }

    /// Takes the next picture.
    ///
    /// - Parameters:
    ///   - people: who move by themselves, in ratios of the frame.
    ///   - time: of the picture, on the stream's clock.
    /// - Returns: how the scene moved since a motion was last returned; nil where it didn't, or where the pictures don't
    ///   say: too dark, too flat, too full of people, or of another scene.
    public mutating func follow(_ picture: GrayPicture, people: [BoundingBox], at time: Timestamp) -> CameraMotion? {
        let taken = Regions(people + masks, in: picture.size)
        guard let reference, reference.size == picture.size else {
            reference = Self.reference(of: picture.pyramid(), avoiding: taken, at: time)
            return nil
        }
        let usable = reference.landmarks.indices.filter { taken.areFree(reference.landmarks[$0]) }
        let isResting = time.seconds(since: restedFrom) < Self.rest && failures >= Self.mostFailures
        let isBlind = usable.count < Self.fewestLandmarks
        if isBlind || isResting || lies(picture, on: reference, usable) {
            if time.seconds(since: reference.time) >= (isBlind ? Self.blindUse : Self.longestUse) {
                self.reference = Self.reference(of: picture.pyramid(), avoiding: taken, at: time)
            }
            return nil
        }
        let pyramid = picture.pyramid()
        let found = similarity(OpticalFlow(earlier: reference.pyramid, later: pyramid), reference, usable)
        failures = found == nil ? failures + 1 : 0
        if found == nil { restedFrom = time }
        // What isn't counted now goes on adding up.
        guard found != Similarity() || time.seconds(since: reference.time) >= Self.longestUse else { return nil }
        self.reference = Self.reference(of: pyramid, avoiding: taken, at: time)
        return found.flatMap { Self.motion($0, in: picture) }
    }

    /// Whether the windows are where they were, by the medians of each quarter of the picture, across and down: in all of
    /// them, since a camera that turns or zooms leaves the mean where it is. A window with nothing but an edge in it
    /// says something of one direction only.
    private func lies(_ picture: GrayPicture, on reference: Reference, _ usable: [Int]) -> Bool {
        var quarters = [[Float]](repeating: [], count: 8)
        for index in usable {
            let (corner, template) = (reference.landmarks[index], reference.templates[index])
            let pull = template.pull(to: picture.patch(x: corner.x, y: corner.y))
            let quarter = (2 * corner.y > picture.size.height ? 4 : 0) + (2 * corner.x > picture.size.width ? 2 : 0)
            if template.moments.isCorner {
                let way = template.moments.solve(pull)
                quarters[quarter].append(way.x)
                quarters[quarter + 1].append(way.y)
            } else {
                let direction = template.moments.direction
                let isAcross = abs(direction.x) > abs(direction.y)
                let way = (direction * pull).sum() / template.moments.stronger
                let sign: Float = (isAcross ? direction.x : direction.y) < 0 ? -1 : 1
                quarters[quarter + (isAcross ? 0 : 1)].append(sign * way)
            }
        }
        return quarters.allSatisfy { $0.count < 3 || abs(Self.median($0)) <= Self.stillness }
    }

    private static func median(_ values: [Float]) -> Float { values.sorted()[values.count / 2] }

    /// How the scene moved from the reference to a picture, in pixels: as corners went one by one or else, where there are
    /// few, they disagree or can't be found, as all landmarks go together.
    private func similarity(_ flow: OpticalFlow, _ reference: Reference, _ usable: [Int]) -> Similarity? {
        let alignment = JointAlignment(flow: flow, landmarks: usable.map { reference.landmarks[$0] })
        // What fits where it was outweighs what can be found elsewhere: people go the same way, too.
        let staying = alignment.agreeing(with: Similarity(), within: 2 * Self.stillness)
        guard 2 * staying < usable.count else { return Similarity() }
        let corners = usable.filter { reference.templates[$0].moments.isCorner }.map { reference.landmarks[$0] }
        let agreed = Similarity.agreed(by: flow.ways(of: corners), tolerance: Self.tolerance)
        if let agreed, Self.isCredible(agreed.similarity, agreed.agreeing, of: corners.count) {
            return agreed.similarity
        }
        let (near, far) = (
            alignment.align(from: Similarity()), alignment.align(from: Similarity(offset: alignment.coarseShift()))
        )
        let best = far.agreeing > near.agreeing ? far : near
        return Self.isCredible(best.similarity, best.agreeing, of: usable.count) ? best.similarity : nil
    }

    private static func isCredible(_ similarity: Similarity, _ agreeing: Int, of count: Int) -> Bool {
        agreeing >= fewestLandmarks && Double(agreeing) >= leastAgreement * Double(count)
            && abs(similarity.a - 1) <= largestTurn && abs(similarity.b) <= largestTurn
    }

    /// From pixels, the first one's middle at (0, 0), to frame heights.
    private static func motion(_ found: Similarity, in picture: GrayPicture) -> CameraMotion? {
        guard isVisible(found, in: picture.size) else { return nil }
        let unit = picture.frameHeight
        return CameraMotion(
            a: found.a, b: found.b,
            offset: Point(
                x: (found.offset.x + (1 - found.a + found.b) / 2) / unit,
                y: (found.offset.y + (1 - found.a - found.b) / 2) / unit))
    }

    /// Whether a corner of the picture moves by more than the error of the method.
    private static func isVisible(_ similarity: Similarity, in size: PixelSize) -> Bool {
        let (right, bottom) = (Double(size.width), Double(size.height))
        return [SIMD2(0, 0), SIMD2(right, 0), SIMD2(0, bottom), SIMD2(right, bottom)].contains { corner in
            let way = similarity.moved(corner) - corner
            return (way * way).sum() > leastMotion * leastMotion
        }
    }

    private static func reference(
        of pyramid: [GrayPicture], avoiding taken: Regions, at time: Timestamp
    ) -> Reference {
        var (landmarks, templates): ([SIMD2<Int>], [Template]) = ([], [])
        for landmark in pyramid[0].landmarks(where: { taken.areFree(SIMD2($0, $1)) }) {
            guard let template = Template(pyramid[0], x: Float(landmark.x), y: Float(landmark.y)) else { continue }
            landmarks.append(landmark)
            templates.append(template)
        }
        return Reference(pyramid: pyramid, landmarks: landmarks, templates: templates, time: time)
    }
}

/// Parts of a picture in which windows mustn't lie, in pixels.
private struct Regions {
    private let boxes: [BoundingBox]

    /// - Parameter boxes: in ratios of the picture.
    init(_ boxes: [BoundingBox], in size: PixelSize) {
        self.boxes = boxes.map { $0.scaled(x: Double(size.width), y: Double(size.height)) }
    }

    /// Whether the window at a place, and the pixel around it that its gradients need, is free.
    func areFree(_ corner: SIMD2<Int>) -> Bool {
        let side = Double(Patch.side) + 2
        let window = BoundingBox(left: Double(corner.x) - 1, top: Double(corner.y) - 1, width: side, height: side)
        return boxes.allSatisfy { $0.intersectionArea(window) == 0 }
    }
}
