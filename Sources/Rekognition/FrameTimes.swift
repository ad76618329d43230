/// Timestamps of a video's frames from which clients get the frames' numbers back.
///
/// They compute `int(Timestamp * FrameRate / 1000)`, or round that. Of a frame's time itself, which is seldom a whole number of
/// milliseconds, the first gives the number of the frame before where it is rounded down, the second where it is far off. So the
/// timestamp is the smallest whole millisecond not before the frame for which both give its number: at constant rates at most
/// a millisecond later than the frame, or two at rates whose sixth decimal is rounded. A frame at a variable rate that lies within
/// half a frame of where a constant rate would have it is treated alike; any other has its time, rounded to the nearest.
struct FrameTimes {
    /// Frames a second, as the clients are told it; greater than 0.
    let rate: Double

    /// Nil where there is no rate that a video has.
    init?(rate: Double?) {
        guard let rate, 0.01...100_000 ~= rate else { return nil }
        self.rate = rate
    }

    /// - Parameters:
    ///   - frame: its number in the log.
    ///   - time: milliseconds from the video's start, rounded.
    func timestamp(frame: Int, time: Int64) -> Int64 {
        guard let number = number(frame, time) else { return time }
        let begin = begin(of: number)
        // The log's times are rounded, and so is its start.
        let earliest = Int64(begin.rounded(.up))
        var timestamp = abs(Double(time) - begin) <= 1 ? earliest : max(time, earliest - 1)
        while numberTimesThousand(timestamp) < (number + 0.5) * 1000 {
            let computed = Double(timestamp) * rate / 1000
            if computed >= number, computed < number + 0.5 { return timestamp }
            timestamp += 1
        }
        return time
    }

    /// The number that clients shall get. A decoder that passes frames over doesn't number them.
    private func number(_ frame: Int, _ time: Int64) -> Double? {
        if abs(Double(time) - begin(of: Double(frame))) <= 500 / rate { return Double(frame) }
        let nearest = (Double(time) * rate / 1000).rounded()
        return abs(Double(time) - begin(of: nearest)) <= 1 ? nearest : nil
    }

    private func begin(of number: Double) -> Double { number * 1000 / rate }

    private func numberTimesThousand(_ timestamp: Int64) -> Double { Double(timestamp) * rate }
}
