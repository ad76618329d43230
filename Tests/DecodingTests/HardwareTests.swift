import CFFmpeg
import PathModel
import TestSupport
import Testing

@testable import Decoding

/// Decoding on a device, as far as a machine without one can show it: one that turns every stream down.
@Suite struct HardwareTests {
    private static let clips = [
        Media("H.264", "a.mp4", "-c:v libx264 -g 5"), Media("HEVC", "b.mkv", "-c:v libx265 -x265-params log-level=0"),
    ]
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A device that nobody set up: what is to be decoded on it fails.
    private static func deadDevice(_ codec: UnsafePointer<AVCodec>) -> HardwareDevice? {
        av_hwdevice_ctx_alloc(AV_HWDEVICE_TYPE_VAAPI).map {
            HardwareDevice(owning: $0, kind: AV_HWDEVICE_TYPE_VAAPI, codec: codec)
        }
    }

    private static let hasVAAPI: Bool = {
        var device = av_hwdevice_ctx_alloc(AV_HWDEVICE_TYPE_VAAPI)
        defer { av_buffer_unref(&device) }
        return device != nil
    }()

    private func decoder(of media: Media) throws -> (Demuxer, Decoder) {
        FFmpegLog.listen()
        let demuxer = try Demuxer(
            SourceName(try media.make(in: folder)), options: SourceOptions(), interrupt: InterruptFlag())
        return (demuxer, try Decoder(for: demuxer, threads: 1, openDevice: Self.deadDevice))
    }

    @Test("The processor decodes what a device turns down", .enabled(if: hasVAAPI), arguments: clips)
    func fallback(media: Media) throws {
        let (demuxer, decoder) = try decoder(of: media)
        let reader = try FrameReader(demuxer, decoder: decoder, fps: nil)
        var pictures: [PixelBuffer] = []
        while let frame = try reader.next() { pictures.append(try frame.picture.image()) }
        #expect(pictures.count == 20)
        #expect(pictures == (try Decoded(folder.path(media.file)).frames.map { try $0.picture.image() }))
        #expect(reader.counts.damaged == 0)
        #expect(!decoder.hasComplained)
        #expect(decoder.device == "software")
    }

    @Test("The device's pixel format is asked for, and what was logged stays counted", .enabled(if: hasVAAPI))
    func choice() throws {
        let codec = try #require(avcodec_find_decoder(AV_CODEC_ID_H264))
        let device = try #require(Self.deadDevice(codec))
        let context = try #require(footpath_decoder_make(codec))
        defer { footpath_decoder_free(context) }
        #expect(device.use(for: context))
        let choose = try #require(context.pointee.get_format)
        #expect(choose(context, [AV_PIX_FMT_YUV420P, AV_PIX_FMT_VAAPI, AV_PIX_FMT_NONE]) == AV_PIX_FMT_VAAPI)
        #expect(choose(context, [AV_PIX_FMT_CUDA, AV_PIX_FMT_YUV420P, AV_PIX_FMT_NONE]) == AV_PIX_FMT_YUV420P)
        #expect(footpath_decoder_complaints(context, 0) == 0)
        #expect(footpath_decoder_complaints(context, 1) == 0)
    }

    @Test("A device that fails again and again is given up in mid-stream", .enabled(if: hasVAAPI))
    func givingUp() throws {
        let media = Media("", "a.mp4", "-c:v libx264 -g 5 -bf 0")
        let (demuxer, decoder) = try decoder(of: media)
        let garbage = try Packet()
        try #require(av_new_packet(garbage.pointer, 64) == 0)
        memset(garbage.pointer.pointee.data, 0xff, 64)
        var failures = 0
        for _ in 0..<60 where decoder.send(garbage.pointer) == .damaged { failures += 1 }
        #expect(failures == 60)
        let errors = decoder.errorsLogged
        #expect(errors >= 60)
        let reader = try FrameReader(demuxer, decoder: decoder, fps: nil)
        var count = 0
        while try reader.next() != nil { count += 1 }
        #expect(count == 20)
        #expect(decoder.errorsLogged == errors)
    }

    @Test("A decoder with nothing to complain of doesn't, so that files keep their threads", arguments: clips)
    func quiet(media: Media) throws {
        FFmpegLog.listen()
        let demuxer = try Demuxer(
            SourceName(try media.make(in: folder)), options: SourceOptions(), interrupt: InterruptFlag())
        let decoder = try Decoder(for: demuxer, threads: 4)
        let reader = try FrameReader(demuxer, decoder: decoder, fps: nil)
        while try reader.next() != nil {}
        #expect(!decoder.hasComplained)
    }

    @Test func aPictureThatIsOnNoDeviceIsNotFetched() throws {
        var frame = av_frame_alloc()
        defer { av_frame_free(&frame) }
        let picture = try #require(frame)
        picture.pointee.format = AV_PIX_FMT_VAAPI.rawValue
        #expect(!HardwareDevice.fetch(picture))
        #expect(picture.pointee.format == AV_PIX_FMT_VAAPI.rawValue)
    }
}
