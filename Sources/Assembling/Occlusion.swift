import PathModel

/// A stretch in which somebody was out of sight, from one detection to the next.
///
/// Where the person was in between is where they were expected, corrected by as much of the error at the end as of the time
/// had passed.
package struct Occlusion {
    private let start: Timestamp
    private let seconds: Double
    /// How far each side's place, and the extents, were from what was expected at the end.
    private let error: BoundingBox
    /// Of whatever is put in between, 0...1.
    package let confidence: Double

    /// - Parameter expected: where the person was expected at the end; nil for somebody who is expected to stand still.
    package init(from last: Sighting, to next: Sighting, expected: BoundingBox? = nil) {
        let expected = expected ?? last.box
        (start, seconds) = (last.time, next.time.seconds(since: last.time))
        confidence = (last.confidence + next.confidence) / 2
        error = BoundingBox(
            left: next.box.left - expected.left, top: next.box.top - expected.top,
            width: next.box.width - expected.width, height: next.box.height - expected.height)
    }

    /// Whether it is no longer than `longest`, in seconds.
    package func isWithin(_ longest: Double) -> Bool { seconds <= longest }

    /// Where the person was at a time in between; nil outside of the frame.
    ///
    /// - Parameter expected: at that time.
    package func box(at time: Timestamp, expected: BoundingBox) -> BoundingBox? {
        let share = time.seconds(since: start) / seconds
        return BoundingBox(
            left: expected.left + share * error.left, top: expected.top + share * error.top,
            width: max(0, expected.width + share * error.width),
            height: max(0, expected.height + share * error.height)
        ).clippedToFrame
    }
}
