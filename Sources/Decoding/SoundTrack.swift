import CFFmpeg
import PathModel

/// The packets of the sound that goes with a video, as they are coded. For one thread at a time.
///
/// It opens the source once more, so it must be one that can be read twice.
package final class SoundTrack {
    private let demuxer: Demuxer
    /// Read, and later than what was asked for.
    private var waiting: Packet?
    private var isAtEnd = false

    /// - Throws: `DecodingError`, as opening a video does; `noVideo` where it has no sound.
    package init(_ source: SourceName, options: SourceOptions, interrupt: InterruptFlag) throws(DecodingError) {
        demuxer = try Demuxer(source, options: options, interrupt: interrupt)
        guard demuxer.turnToSound() else { throw .noVideo(source: source.redacted, reason: "it has no sound") }
    }

    /// How the packets are coded. Valid for as long as the track.
    package var parameters: UnsafeMutablePointer<AVCodecParameters> { demuxer.stream.pointee.codecpar }
    /// The unit of the packets' times.
    package var timeBase: AVRational { demuxer.stream.pointee.time_base }

    /// The next packet, if it begins before a time; nil where it doesn't, or there is none left.
    ///
    /// - Parameter microseconds: on the video's clock.
    /// - Throws: `DecodingError.interrupted`. A source that breaks off ends here as it does for the video.
    package func next(before microseconds: Int64) throws(DecodingError) -> UnsafeMutablePointer<AVPacket>? {
        if waiting == nil, !isAtEnd { waiting = try read() }
        guard let packet = waiting, demuxer.microseconds(packet.pointer.pointee.dts) < microseconds else { return nil }
        given = packet
        waiting = nil
        return packet.pointer
    }

    /// Kept until the next one is asked for.
    private var given: Packet?

    private func read() throws(DecodingError) -> Packet? {
        while true {
            var breakage: DecodingError?
            guard let packet = try demuxer.nextPacket(breakage: &breakage) else {
                isAtEnd = true
                return nil
            }
            if packet.pointer.pointee.dts == footpath_nopts() {
                packet.pointer.pointee.dts = packet.pointer.pointee.pts
            }
            if packet.pointer.pointee.dts != footpath_nopts() { return packet }
        }
    }
}
