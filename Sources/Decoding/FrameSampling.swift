/// Which frames of a video to analyse when not all are wanted.
///
/// A frame is wanted when a point of the grid `first + k / rate` lies after the frame before it, up to and including
/// its own time: the first frame at or after each grid point, whatever the spacing of frames.
package struct FrameSampling {
    /// Frames a second of the video.
    let rate: Double
    private var first: Int64?
    private var previous: Int64?

    package init(rate: Double) {
        self.rate = rate
    }

    /// Goes on where a window begins.
    init(rate: Double, window: SourceWindow?) {
        self.init(rate: rate)
        guard let window, window.beginsInside else { return }
        first = window.origin
        previous = window.previous
    }

    /// Whether the next frame in presentation order is wanted.
    ///
    /// - Parameter time: microseconds.
    package mutating func wants(_ time: Int64) -> Bool {
        defer { previous = time }
        guard let first, let previous else {
            self.first = time
            return true
        }
        return slot(time - first) != slot(previous - first)
    }

    /// Half a microsecond of grace: times were rounded to whole ones.
    private func slot(_ elapsed: Int64) -> Double {
        ((Double(elapsed) + 0.5) * rate / 1_000_000).rounded(.down)
    }
}
