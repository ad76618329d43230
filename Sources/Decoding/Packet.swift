import CFFmpeg

/// A demuxed packet that can wait in a queue.
final class Packet {
    let pointer: UnsafeMutablePointer<AVPacket>
    /// Grows where the clock steps back: all of a segment is shown before all of the next.
    var segment = 0

    init() throws(DecodingError) {
        guard let pointer = av_packet_alloc() else {
            throw .broken(source: "demuxer", reason: "out of memory")
        }
        self.pointer = pointer
    }

    deinit {
        var pointer: UnsafeMutablePointer<AVPacket>? = pointer
        av_packet_free(&pointer)
    }

    /// In the stream's time base; nil where the container gives none.
    var pts: Int64? {
        pointer.pointee.pts == footpath_nopts() ? nil : pointer.pointee.pts
    }

    /// In the stream's time base; nil where the container gives none.
    var dts: Int64? {
        pointer.pointee.dts == footpath_nopts() ? nil : pointer.pointee.dts
    }

    /// Its PTS was put in place of one that was wrong.
    private(set) var isTimeEstimated = false

    func replacePTS(by pts: Int64) {
        pointer.pointee.pts = pts
        isTimeEstimated = true
    }

    /// Decoding can start here.
    var isKeyframe: Bool { pointer.pointee.flags & AV_PKT_FLAG_KEY != 0 }

    /// Decoded for others' sake but not shown (edit lists).
    var isDiscarded: Bool { pointer.pointee.flags & AV_PKT_FLAG_DISCARD != 0 }

    /// The demuxer found it incomplete or damaged.
    var isDamaged: Bool { pointer.pointee.flags & AV_PKT_FLAG_CORRUPT != 0 }
}
