import CFFmpeg
import PathModel

/// FFmpeg's demuxers.
public enum Demuxers {
    /// The long name of a demuxer, such as `QuickTime / MOV`; the name itself where this FFmpeg has none such.
    public static func longName(of name: String) -> String {
        guard let format = av_find_input_format(name), let text = format.pointee.long_name else { return name }
        return String(cString: text)
    }
}

/// What the container says of its video stream.
extension Demuxer {
    /// How a viewer turns the pictures.
    var orientation: Orientation {
        guard let matrix = footpath_display_matrix(stream) else { return .upright }
        return Orientation(displayMatrix: Array(UnsafeBufferPointer(start: matrix, count: 9)))
    }

    /// Frames a second; nil where unknown. FFmpeg gives ticks a second where it hasn't measured it.
    var frameRate: Double? {
        [stream.pointee.avg_frame_rate, stream.pointee.r_frame_rate]
            .filter { $0.num > 0 && $0.den > 0 }.map(av_q2d).first { $0 <= 1000 }
    }

    /// Whether times are the stream's own. What FFmpeg gives bare pictures, such as Motion JPEG over HTTP, is counted.
    var hasTimes: Bool {
        let name = String(cString: context.pointee.iformat.pointee.name)
        return context.pointee.iformat.pointee.flags & AVFMT_NOTIMESTAMPS == 0 && !name.hasSuffix("pipe")
    }

    /// Converts the stream's time base to microseconds, at most 285 years: sums of hostile times must not overflow.
    func microseconds(_ time: Int64) -> Int64 {
        let limit: Int64 = 1 << 53
        return min(max(av_rescale_q(time, stream.pointee.time_base, footpath_microseconds()), -limit), limit)
    }

    /// Converts microseconds to the stream's time base; at least one tick.
    func ticks(_ microseconds: Int64) -> Int64 {
        max(1, av_rescale_q(microseconds, footpath_microseconds(), stream.pointee.time_base))
    }

    /// Length in microseconds; nil where unknown.
    var duration: Int64? {
        if let sequence { return microseconds(Int64(sequence.count)) }
        if let ticks = stream.lengthInTicks { return microseconds(ticks) }
        return context.pointee.duration > 0 && !isLengthDenied ? context.pointee.duration : nil
    }

    /// The container's length, too, is made of the stream's where that is marked as unknown.
    private var isLengthDenied: Bool { stream.pointee.duration > 0 && stream.lengthInTicks == nil }

    /// The error to report where the stream ended long before the container says it does: a file cut short reads like
    /// one that is whole.
    var shortfall: DecodingError? {
        guard let statedEnd, let end else { return nil }
        let tolerance = 500_000 + 3_000_000 / (frameRate ?? 25)
        guard Double(statedEnd - end) > tolerance else { return nil }
        let seconds = { (time: Int64) in (Double(time) / 100_000).rounded() / 10 }
        return .broken(
            source: source.redacted,
            reason: "it breaks off at \(seconds(end)) s of \(seconds(statedEnd)) s: the file is cut short")
    }

    /// Where the stream ends at the earliest if the container is right, in microseconds; nil where it doesn't say.
    private var statedEnd: Int64? {
        let start = stream.pointee.start_time
        if start != footpath_nopts(), let ticks = stream.lengthInTicks {
            return microseconds(start) + microseconds(ticks)
        }
        guard !isLengthDenied else { return nil }
        // The length of the longest stream; some containers count it from zero, some from the start.
        let isStated = context.pointee.duration_estimation_method == AVFMT_DURATION_FROM_STREAM
        return isStated && context.pointee.nb_streams == 1 && context.pointee.duration > 0
            ? context.pointee.duration : nil
    }

    /// Whether every packet holds one shown frame. H.264 may put the fields of a frame into packets of their own, VP8
    /// has packets with frames that are only referred to.
    var hasPacketPerFrame: Bool {
        let parameters = stream.pointee.codecpar.pointee
        switch parameters.codec_id {
        case AV_CODEC_ID_H264: return [AV_FIELD_UNKNOWN, AV_FIELD_PROGRESSIVE].contains(parameters.field_order)
        case AV_CODEC_ID_VP8: return false
        default: return true
        }
    }

    /// Whether the order of packets isn't that of frames.
    var reorders: Bool { stream.pointee.codecpar.pointee.video_delay > 0 }

    /// What was opened, given its first frame.
    func describe(first: DecodedFrame) -> StreamDescription {
        let parameters = stream.pointee.codecpar.pointee
        let picture = first.picture
        let turns: [(Orientation, Int)] = [
            (Orientation(transposes: true, mirrorsX: true), 90), (Orientation(mirrorsX: true, mirrorsY: true), 180),
            (Orientation(transposes: true, mirrorsY: true), 270),
        ]
        return StreamDescription(
            codec: String(cString: avcodec_get_name(parameters.codec_id)),
            container: String(cString: context.pointee.iformat.pointee.name),
            frameSize: picture.size, codedSize: picture.codedSize, frameRate: frameRate, duration: duration,
            pixelFormat: av_get_pix_fmt_name(picture.format).map { String(cString: $0) } ?? "unknown",
            colorRange: av_color_range_name(picture.frame.pointee.color_range).map { String(cString: $0) } ?? "unknown",
            rotation: turns.first { $0.0 == picture.orientation }?.1 ?? 0,
            start: first.info.time, isTimeEstimated: first.info.isTimeEstimated, creationTime: tag("creation_time"))
    }

    private func tag(_ key: String) -> String? {
        for metadata in [stream.pointee.metadata, context.pointee.metadata] {
            if let entry = av_dict_get(metadata, key, nil, 0) { return String(cString: entry.pointee.value) }
        }
        return nil
    }
}
