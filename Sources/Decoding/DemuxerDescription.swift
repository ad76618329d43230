import CFFmpeg
import PathModel

/// What the container says of its video stream.
extension Demuxer {
    /// How a viewer turns the pictures.
    var orientation: Orientation {
        guard let matrix = footpath_display_matrix(stream) else { return .upright }
        return Orientation(displayMatrix: Array(UnsafeBufferPointer(start: matrix, count: 9)))
    }

    /// Frames a second; nil where unknown.
    var frameRate: Double? {
        for rate in [stream.pointee.avg_frame_rate, stream.pointee.r_frame_rate] where rate.num > 0 && rate.den > 0 {
            return av_q2d(rate)
        }
        return nil
    }

    /// Converts the stream's time base to microseconds.
    func microseconds(_ time: Int64) -> Int64 {
        av_rescale_q(time, stream.pointee.time_base, footpath_microseconds())
    }

    /// Length in microseconds; nil where unknown.
    var duration: Int64? {
        if stream.pointee.duration != footpath_nopts() { return microseconds(stream.pointee.duration) }
        return context.pointee.duration > 0 ? context.pointee.duration : nil
    }

    /// The error to report where the stream ended long before the container says it does: a file cut short reads like
    /// one that is whole.
    func shortfall(after last: Timestamp?) -> DecodingError? {
        // Other containers state the length of their longest stream, or guess it from the file's size.
        guard stream.pointee.duration != footpath_nopts(), stream.pointee.start_time != footpath_nopts(),
            let last, let frameRate, stream.pointee.nb_frames != 1
        else { return nil }
        let end = microseconds(stream.pointee.start_time + stream.pointee.duration)
        let tolerance = 500_000 + 3_000_000 / frameRate
        guard Double(end - last.microseconds) > tolerance else { return nil }
        let seconds = { (time: Int64) in (Double(time) / 100_000).rounded() / 10 }
        return .broken(
            source: source.redacted,
            reason: "it breaks off at \(seconds(last.microseconds)) s of \(seconds(end)) s: the file is cut short")
    }

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

/// FFmpeg's errors come back as codes and are told once, by Footpath. FFmpeg's own lines could name credentials.
func silenceFFmpeg() {
    av_log_set_level(AV_LOG_QUIET)
}
