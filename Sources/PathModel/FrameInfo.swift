/// Which frame of a stream, and when.
public struct FrameInfo: Hashable, Sendable, Codable {
    /// 0, 1, 2, ... over the decoded frames of the stream in presentation order. With frame sampling, numbers of frames
    /// that are not analysed are passed over, never reused, as far as the decoder was given them.
    public var index: Int
    /// Presentation time on the stream's clock.
    public var time: Timestamp
    /// True where the container gave no usable PTS and `time` follows from the frame rate.
    public var isTimeEstimated: Bool

    /// A frame's number and time.
    public init(index: Int, time: Timestamp, isTimeEstimated: Bool = false) {
        self.index = index
        self.time = time
        self.isTimeEstimated = isTimeEstimated
    }
}
