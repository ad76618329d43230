import Decoding
import PathModel

/// What a message of a camera process may say. The process decodes what strangers send, and may have become theirs: a number
/// that no camera has would trap, or take memory, further on.
extension CaptureMessage {
    /// Whether everything in it is within bounds.
    var isPlausible: Bool {
        switch self {
        case .opened(let description): description.stream.isPlausible
        case .frame(let head): head.isPlausible
        case .reading: true
        case .ended(_, let counts): counts.isPlausible
        }
    }
}

/// Pixels along a side, of any picture.
private let sides = 1...(1 << 15)
/// Pixels across a picture as shown, where they are oblong.
private let shownSides = 1...(20 << 15)
/// Microseconds on any clock: within ten thousand years of its zero.
private let times: ClosedRange<Int64> = -315_537_897_600_000_000...315_537_897_600_000_000
/// More of anything than there ever are.
private let numbers = 0...(1 << 53)

extension PictureHead {
    fileprivate var isPlausible: Bool {
        numbers.contains(info.index) && times.contains(info.time.microseconds) && times.contains(facts.clockError)
            && facts.clockError >= 0 && (facts.clockSkew.map(times.contains) ?? true)
            && numbers.contains(facts.dropped) && facts.counts.isPlausible && layout.isPlausible
    }
}

extension PictureLayout {
    /// The size as shown is that as coded with its pixels made square, then turned.
    fileprivate var isPlausible: Bool {
        let upright = orientation.transposes ? PixelSize(width: size.height, height: size.width) : size
        return sides.contains(Int(width)) && sides.contains(Int(height)) && upright.height == Int(height)
            && shownSides.contains(upright.width) && colorRange < 8 && colorSpace < 256
    }
}

extension SourceCounts {
    fileprivate var isPlausible: Bool { numbers.contains(decoded) && numbers.contains(damaged) }
}

extension StreamDescription {
    fileprivate var isPlausible: Bool {
        [codedSize.width, codedSize.height].allSatisfy(sides.contains)
            && [frameSize.width, frameSize.height].allSatisfy(shownSides.contains)
            && (frameRate.map { $0 > 0 && $0 < 1e6 } ?? true) && (duration.map(times.contains) ?? true)
            && times.contains(start.microseconds) && [0, 90, 180, 270].contains(rotation)
    }
}
