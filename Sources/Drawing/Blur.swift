import PathModel

extension Blur {
    /// What is blurred of one person.
    ///
    /// - Parameters:
    ///   - person: in ratios of the frame.
    ///   - face: theirs, where it is known.
    ///   - isFresh: whether the face is where it was found just now; otherwise the upper part of the person is blurred, too.
    ///   - frame: its size as shown; ratios alone don't say how a head is shaped.
    public func part(
        of person: BoundingBox, face: BoundingBox?, isFresh: Bool = true, frame: PixelSize
    ) -> Scene.BlurredPart {
        let head = Self.head(of: person, frame: frame)
        switch (self, face) {
        case (.people, _): return Scene.BlurredPart(box: person.grown(by: 0.08), coarseness: 0.25)
        case (.faces, let face?) where isFresh: return Scene.BlurredPart(box: face.grown(by: 0.35), coarseness: 0.25)
        case (_, let face?): return Scene.BlurredPart(box: head.union(face.grown(by: 0.6)), coarseness: 0.14)
        case (_, nil): return Scene.BlurredPart(box: head, coarseness: 0.14)
        }
    }

    /// The upper part of a person: as wide as the box of someone seen to the waist, or less than half as high as that of
    /// someone standing. Measured: each face that was found, on five videos, lies within.
    private static func head(of person: BoundingBox, frame: PixelSize) -> BoundingBox {
        let (width, height) = (Double(frame.width), Double(frame.height))
        let box = person.scaled(x: width, y: height)
        let side = min(max(box.width, 0.4 * box.height), 1.2 * min(box.width, box.height)) * 1.1
        return BoundingBox(left: box.center.x - side / 2, top: box.top - 0.12 * side, width: side, height: 0.85 * side)
            .scaled(x: 1 / width, y: 1 / height)
    }
}
