/// Who is made unrecognisable in pictures and videos for people.
public enum Blur: String, CaseIterable, Sendable {
    /// Faces where they were found shortly before or after, else the upper part of people.
    case faces
    /// The upper part of everyone.
    case heads
    /// Everyone, as a whole.
    case people
}
