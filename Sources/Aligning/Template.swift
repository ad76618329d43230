/// A patch of one picture that can be found in another near by, by Lucas and Kanade's method ("An Iterative Image
/// Registration Technique", IJCAI 1981). The mean doesn't count, so that a picture that gets lighter doesn't move.
struct Template {
    private let patch: Patch
    /// Per pixel, without their means.
    private let gradientX: Patch
    private let gradientY: Patch
    /// The gradients' second moments.
    let moments: Moments
    /// Standard deviation of the pixels, grey values.
    let contrast: Float

    /// Nil where the window touches the picture's edge or has neither edge nor corner in it.
    init?(_ picture: GrayPicture, x: Float, y: Float) {
        guard let patch = picture.patch(x: x, y: y), let left = picture.patch(x: x - 1, y: y),
            let right = picture.patch(x: x + 1, y: y), let above = picture.patch(x: x, y: y - 1),
            let below = picture.patch(x: x, y: y + 1)
        else { return nil }
        let (acrossX, acrossY) = (right.minus(left, scaledBy: 0.5), below.minus(above, scaledBy: 0.5))
        self.patch = patch
        gradientX = acrossX.minus(acrossX.mean)
        gradientY = acrossY.minus(acrossY.mean)
        moments = Moments(
            xx: gradientX.dot(gradientX), xy: gradientX.dot(gradientY), yy: gradientY.dot(gradientY))
        let centered = patch.minus(patch.mean)
        contrast = (centered.dot(centered) / Float(Patch.side * Patch.side)).squareRoot()
        guard moments.isEdge else { return nil }
    }

    /// How far to the right and down the template lies from a place where `found` is, as one step of Gauss and Newton
    /// has it, times `moments`.
    func pull(to found: Patch) -> SIMD2<Float> {
        let difference = patch.minus(found)
        return SIMD2(gradientX.dot(difference), gradientY.dot(difference))
    }

    /// The error up to which it may be taken for found: a place without anything in it has one of `contrast`.
    var tolerableError: Float { 1 + 0.4 * contrast }

    /// Root of the mean squared difference of the pixels, means apart.
    func error(to found: Patch) -> Float {
        let difference = patch.minus(found)
        let centered = difference.minus(difference.mean)
        return (centered.dot(centered) / Float(Patch.side * Patch.side)).squareRoot()
    }
}

/// The second moments of a window's gradients, a symmetric 2x2 matrix. Its eigenvalues say how well the window is told
/// from itself moved along each axis (Shi, Tomasi, "Good Features to Track", CVPR 1994).
struct Moments {
    var xx: Float
    var xy: Float
    var yy: Float

    /// The larger eigenvalue.
    var stronger: Float { (xx + yy) / 2 + spread }
    /// The smaller one.
    var weaker: Float { (xx + yy) / 2 - spread }
    /// Whether one direction can be told, at least.
    var isEdge: Bool { stronger >= Self.least }
    /// Whether both can.
    var isCorner: Bool { weaker >= Self.least }

    /// The direction of `stronger`, of length 1.
    var direction: SIMD2<Float> {
        let vector = xx > yy ? SIMD2(stronger - yy, xy) : SIMD2(xy, stronger - xx)
        let length = (vector * vector).sum().squareRoot()
        return length > 0 ? vector / length : SIMD2(1, 0)
    }

    /// What gives `pull` times the matrix; of a corner.
    func solve(_ pull: SIMD2<Float>) -> SIMD2<Float> {
        SIMD2(yy * pull.x - xy * pull.y, xx * pull.y - xy * pull.x) / (xx * yy - xy * xy)
    }

    private var spread: Float {
        let half = (xx - yy) / 2
        return (half * half + xy * xy).squareRoot()
    }

    /// Gradients of 1.25 grey values a pixel: with less, a window moves with the sensor's noise.
    static let least = Float(Patch.side * Patch.side) * 1.25 * 1.25
}
