import CFFmpeg
import PathModel

extension PacketScan {
    /// How many keyframes and how many packets and frames are looked at.
    private static let (enoughKeyframes, enoughFrames) = (4, 3000)

    /// A keyframe near the beginning of a file whose first frames refer to what isn't there, as recordings that were cut out of a
    /// stream do. Only decoding shows how many of them there are.
    ///
    /// - Returns: a window from that keyframe on; nil where there is none near.
    static func beginning(
        of source: SourceName, options: SourceOptions, interrupt: InterruptFlag
    ) throws(DecodingError) -> SourceWindow? {
        let keyframes = try keyframes(of: source, options: options, interrupt: interrupt)
        let reader = try RepeatableReader(source, options: options, fps: nil, threads: 1, interrupt: interrupt)
        var origin: Int64?, previous: Int64?
        do throws(DecodingError) {
            while let frame = try reader.next(), frame.info.index < enoughFrames {
                let (time, pts) = (frame.info.time.microseconds, frame.picture.frame.pointee.pts)
                if let origin, let previous, !frame.info.isTimeEstimated, keyframes.contains(pts) {
                    return SourceWindow(
                        seek: pts, firstFrame: frame.info.index, start: time, origin: origin, previous: previous)
                }
                origin = origin ?? time
                previous = time
            }
        } catch .broken {
            return nil
        }
        return nil
    }

    /// PTS of the first keyframes, but for that of the file's first packet.
    private static func keyframes(
        of source: SourceName, options: SourceOptions, interrupt: InterruptFlag
    ) throws(DecodingError) -> Set<Int64> {
        let demuxer = try Demuxer(source, options: options, interrupt: interrupt)
        var breakage: DecodingError?
        var keyframes: Set<Int64> = []
        var count = 0
        while keyframes.count < enoughKeyframes, count < enoughFrames,
            let packet = try demuxer.nextPacket(breakage: &breakage)
        {
            if count > 0, packet.isKeyframe, let pts = packet.pts { keyframes.insert(pts) }
            count += 1
        }
        return keyframes
    }
}
