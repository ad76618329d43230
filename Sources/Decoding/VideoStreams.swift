import CFFmpeg

/// Which of a container's streams is watched.
extension Demuxer {
    /// The video stream of a number, or else FFmpeg's choice, unless that is shorter than others: what is flagged as the
    /// default may be a cover picture beside the film.
    static func chooseVideo(
        in context: UnsafeMutablePointer<AVFormatContext>, source: SourceName, number: Int?
    ) throws(DecodingError) -> UnsafeMutablePointer<AVStream> {
        let streams = (0..<Int(context.pointee.nb_streams)).compactMap { context.pointee.streams[$0] }
            .filter { $0.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_VIDEO }
        if let number {
            if let chosen = streams.first(where: { Int($0.pointee.index) == number }) { return chosen }
            let numbers = streams.map { String($0.pointee.index) }.joined(separator: ", ")
            throw .noVideo(
                source: source.redacted,
                reason: "stream \(number) is no video stream" + (numbers.isEmpty ? "" : "; those are \(numbers)"))
        }
        let films = streams.filter { $0.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC == 0 }
        let best = av_find_best_stream(context, AVMEDIA_TYPE_VIDEO, -1, -1, nil, 0)
        guard let chosen = films.first(where: { $0.pointee.index == best }) ?? films.first else {
            throw .noVideo(source: source.redacted, reason: "there is no video stream in it")
        }
        let longest = films.compactMap(\.lengthInSeconds).max() ?? 0
        let long = films.filter { $0.lengthInSeconds.map { $0 >= 0.9 * longest } ?? !$0.holdsStills }
        return long.contains(chosen) ? chosen : long.first ?? chosen
    }
}

extension Demuxer {
    /// Whether a container's headers say all that is needed to decode its one video: MP4's and Matroska's do.
    static func headersTellAll(of context: UnsafeMutablePointer<AVFormatContext>) -> Bool {
        let format = String(cString: context.pointee.iformat.pointee.name)
        let videos = (0..<Int(context.pointee.nb_streams)).compactMap { context.pointee.streams[$0]?.pointee.codecpar }
            .filter { $0.pointee.codec_type == AVMEDIA_TYPE_VIDEO }
        guard format.hasPrefix("mov,") || format.hasPrefix("matroska,"), videos.count == 1 else { return false }
        return videos.allSatisfy {
            $0.pointee.codec_id != AV_CODEC_ID_NONE && $0.pointee.width > 0 && $0.pointee.extradata_size > 0
        }
    }
}

extension UnsafeMutablePointer<AVStream> {
    /// As the container says; nil where it doesn't. MP4 marks what is unknown by all ones, in 32 bits or 64 (ISO/IEC
    /// 14496-12, 8.2.2).
    var lengthInTicks: Int64? {
        let unknown: [Int64] = [Int64(UInt32.max), Int64(Int32.max), .max]
        return pointee.duration > 0 && !unknown.contains(pointee.duration) ? pointee.duration : nil
    }

    fileprivate var lengthInSeconds: Double? { lengthInTicks.map { Double($0) * av_q2d(pointee.time_base) } }

    /// Covers and thumbnails come so.
    fileprivate var holdsStills: Bool {
        [AV_CODEC_ID_MJPEG, AV_CODEC_ID_PNG, AV_CODEC_ID_BMP, AV_CODEC_ID_WEBP].contains(
            pointee.codecpar.pointee.codec_id)
    }
}
