/// What somebody wears, as far as a small picture says: how bright, of which colour and how patterned the upper and the
/// lower body are.
///
/// Enough to tell people apart who cross; many wear the like, so it recognises nobody. It is held in memory with the
/// track that it belongs to and written nowhere.
public struct Appearance: Hashable, Sendable {
    /// Means over one part of a body.
    public struct Part: Hashable, Sendable {
        /// Brightness, 0...157; how blue and how red for that brightness, 0 for grey; deviation of the brightness within
        /// the part.
        public var values: SIMD4<Float>
        /// The share of the part that lies in the picture and behind nobody, 0...1; of 0 the values say nothing.
        public var visibility: Float

        /// A part of a body.
        public init(values: SIMD4<Float> = .zero, visibility: Float = 0) {
            self.values = values
            self.visibility = visibility
        }
    }

    /// From the shoulders to the hips.
    public var upper: Part
    /// From there to the ankles.
    public var lower: Part

    /// What somebody wears.
    public init(upper: Part, lower: Part) {
        self.upper = upper
        self.lower = lower
    }
}
