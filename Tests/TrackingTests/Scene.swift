import Foundation
import PathModel

@testable import Tracking

/// splitmix64: the same numbers in every run.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// A synthetic person: where they are at a time in seconds (the box's middle, ratios) and how surely they are detected.
struct Walker {
    var width = 0.06
    var height = 0.3
    /// nil: not detected.
    var confidence: @Sendable (Double) -> Double? = { _ in 0.9 }
    /// nil: not looked at.
    var appearance: @Sendable (Double) -> Appearance? = { _ in nil }
    var position: @Sendable (Double) -> Point

    func box(at time: Double) -> BoundingBox {
        let center = position(time)
        return BoundingBox(left: center.x - width / 2, top: center.y - height / 2, width: width, height: height)
    }

    func detection(at time: Double) -> Detection? {
        confidence(time).map { Detection(box: box(at: time), confidence: $0, appearance: appearance(time)) }
    }

    /// The same without a picture.
    var undressed: Walker {
        Walker(width: width, height: height, confidence: confidence, position: position)
    }
}

/// What a tracker made of a scene.
struct Replay {
    var updates: [(time: Double, update: TrackerUpdate)] = []

    /// Every id that a track had.
    var ids: Set<Int> { Set(updates.flatMap { $0.update.tracks.compactMap(\.id) }) }
    var removals: [TrackRemoval] { updates.flatMap(\.update.removals) }

    /// The ids of the measured tracks whose box is the walker's own.
    func ids(of walker: Walker) -> Set<Int> {
        Set(
            updates.flatMap { time, update in
                update.tracks.filter { $0.source == .measured && $0.box == walker.box(at: time) }.compactMap(\.id)
            })
    }
}

/// Tracks `walkers` at `times` (seconds) on a clock that starts at `offset` microseconds.
func replay(
    _ walkers: [Walker], at times: [Double], offset: Int64 = 0, options: ByteTracker.Options = .init(),
    noise: (Double) -> [Detection] = { _ in [] }, reorder: ([Detection]) -> [Detection] = { $0 }
) -> Replay {
    var tracker = ByteTracker(options: options, aspectRatio: 16.0 / 9)
    return Replay(
        updates: times.map { time in
            let detections = walkers.compactMap { $0.detection(at: time) } + noise(time)
            let timestamp = Timestamp(microseconds: offset + Int64((time * 1e6).rounded()))
            return (time, tracker.step(reorder(detections), at: timestamp))
        })
}

/// Times from 0 up to `seconds` at a steady rate.
func times(_ seconds: Double, fps: Double) -> [Double] {
    (0..<Int(seconds * fps)).map { Double($0) / fps }
}
