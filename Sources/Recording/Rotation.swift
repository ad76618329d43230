/// When a file of records is put aside and a new one begun.
public struct Rotation: Hashable, Sendable {
    /// A file this large gets no more lines; nil sets no limit.
    public var maximumBytes: Int64?
    /// A file this old gets no more lines; nil sets no limit.
    public var maximumAge: Duration?
    /// How many old files are kept.
    public var keep: Int
    /// Whether old files are compressed.
    public var compresses: Bool

    /// A rotation by size, age or both.
    public init(maximumBytes: Int64?, maximumAge: Duration?, keep: Int, compresses: Bool) {
        self.maximumBytes = maximumBytes
        self.maximumAge = maximumAge
        self.keep = keep
        self.compresses = compresses
    }
}
