import CFFmpeg
import PathModel

/// Cuts a region out of decoded pictures and scales it, in one swscale pass from the decoder's pixel format.
///
/// Keeps swscale contexts from call to call: making one takes longer than using it. For one thread at a time: each worker
/// makes its own.
public final class PictureScaler {
    /// The one that was used last comes last.
    private var contexts: [(conversion: Conversion, context: UnsafeMutableRawPointer)] = []
    private let mostContexts: Int
    private var scratch: UnsafeMutablePointer<UInt8>?
    private var scratchSize = 0

    /// A scaler without a context; the first call makes one.
    ///
    /// - Parameter conversions: for how many pairs of sizes contexts are kept, each some 100 kB.
    public init(conversions: Int = 1) {
        mostContexts = max(1, conversions)
    }

    deinit {
        contexts.forEach { footpath_scaler_free($0.context) }
        av_free(scratch)
    }

    /// Draws a region of a picture at the top left of a buffer and leaves the rest of the buffer as it is.
    ///
    /// Area averaging where it gets smaller, bilinear where it gets larger. Full range, with the source's matrix.
    ///
    /// - Parameters:
    ///   - region: in ratios of the picture as shown; drawn as `wholePixels(of:in:)` gives it.
    ///   - target: the size to scale to, at most the buffer's.
    /// - Throws: `DecodingError.unscalable` where swscale can't convert the picture.
    public func draw(
        _ picture: Picture, region: BoundingBox = .frame,
        scaledTo target: PixelSize, into buffer: inout PixelBuffer
    ) throws(DecodingError) {
        precondition(target.width <= buffer.size.width && target.height <= buffer.size.height)
        let crop = Self.crop(picture.orientation.codedRegion(of: region), of: picture.codedSize, format: picture.format)
        let unturned = picture.orientation.apply(to: target)
        let context = try context(for: Conversion(picture, cropped: crop.size, to: unturned, format: buffer.format))
        // Where nothing is to be scaled, swscale converts eight pixels at a time and leaves out the last ones for which the
        // row has no room (yuv2rgb, libswscale/x86/yuv2rgb_template.c).
        let stride = (((unturned.width + 7) & ~7) * PixelBuffer.channels + 63) & ~63
        try reserve(stride * unturned.height)
        try scale(picture, crop: crop, by: context, stride: stride)
        copy(into: &buffer, target: target, stride: stride, orientation: picture.orientation)
    }

    /// A region clipped to the picture and widened to whole pixels of the original; nil where it lies outside.
    public func wholePixels(of region: BoundingBox, in picture: Picture) -> BoundingBox? {
        guard region.intersectionArea(.frame) > 0 else { return nil }
        let coded = picture.codedSize
        let crop = Self.crop(picture.orientation.codedRegion(of: region), of: coded, format: picture.format)
        return picture.orientation.shownRegion(of: crop.ratio(of: coded))
    }

    /// The whole pixels that cover a region, on even coordinates where chroma is subsampled.
    private static func crop(_ region: BoundingBox, of size: PixelSize, format: AVPixelFormat) -> PixelRect {
        let (grainX, grainY) = av_pix_fmt_desc_get(format)?.pointee.grain(in: size) ?? (1, 1)
        func span(_ low: Double, _ high: Double, length: Int, grain: Int) -> (start: Int, length: Int) {
            // The grace keeps a region that is made of whole pixels as it is, in spite of rounding.
            let grace = 1e-6
            let low = min(max(low, 0), 1) * Double(length) + grace
            let high = min(max(high, 0), 1) * Double(length) - grace
            let start = min(max(0, length - 1), Int(low.rounded(.down))) / grain * grain
            let end = min(length, max(start + 1, Int(high.rounded(.up))))
            return (start, min(length - start, (end - start + grain - 1) / grain * grain))
        }
        let x = span(region.left, region.right, length: size.width, grain: grainX)
        let y = span(region.top, region.bottom, length: size.height, grain: grainY)
        return PixelRect(x: x.start, y: y.start, width: x.length, height: y.length)
    }

    private func context(for wanted: Conversion) throws(DecodingError) -> UnsafeMutableRawPointer {
        if let index = contexts.lastIndex(where: { $0.conversion == wanted }) {
            contexts.append(contexts.remove(at: index))
        } else {
            if contexts.count == mostContexts { footpath_scaler_free(contexts.removeFirst().context) }
            guard let context = wanted.makeContext() else {
                throw .unscalable(reason: "swscale does not convert \(wanted)")
            }
            contexts.append((wanted, context))
        }
        return contexts[contexts.count - 1].context
    }

    /// swscale may write past the end of a row, up to its SIMD width, so it gets memory of its own with padding.
    private func reserve(_ size: Int) throws(DecodingError) {
        guard size + 64 > scratchSize else { return }
        av_free(scratch)
        scratchSize = 0
        scratch = av_malloc(size + 64)?.assumingMemoryBound(to: UInt8.self)
        guard scratch != nil else { throw .unscalable(reason: "out of memory") }
        scratchSize = size + 64
    }

    private func scale(
        _ picture: Picture, crop: PixelRect, by context: UnsafeMutableRawPointer, stride: Int
    ) throws(DecodingError) {
        var view = av_frame_clone(picture.frame)
        defer { av_frame_free(&view) }
        guard let view else { throw .unscalable(reason: "out of memory") }
        view.pointee.crop_left = crop.x
        view.pointee.crop_top = crop.y
        view.pointee.crop_right = Int(view.pointee.width) - crop.x - crop.size.width
        view.pointee.crop_bottom = Int(view.pointee.height) - crop.y - crop.size.height
        let code = av_frame_apply_cropping(view, Int32(AV_FRAME_CROP_UNALIGNED))
        guard code >= 0 else { throw .unscalable(reason: message(averror: code)) }
        let rows = withUnsafeBytes(of: &view.pointee.data) { planes in
            withUnsafeBytes(of: &view.pointee.linesize) { strides in
                // swscale reads four planes, whatever the format.
                let target = [scratch, nil, nil, nil]
                let targetStrides = [Int32(stride), 0, 0, 0]
                return footpath_scaler_scale(
                    context, planes.bindMemory(to: UnsafePointer<UInt8>?.self).baseAddress,
                    strides.bindMemory(to: Int32.self).baseAddress, view.pointee.height, target, targetStrides)
            }
        }
        guard rows > 0 else { throw .unscalable(reason: "swscale returned \(rows)") }
    }

    private func copy(into buffer: inout PixelBuffer, target: PixelSize, stride: Int, orientation: Orientation) {
        guard let scratch else { return }
        let channels = PixelBuffer.channels
        let bufferStride = buffer.size.width * channels
        buffer.bytes.withUnsafeMutableBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return }
            for y in 0..<target.height {
                let row = base + y * bufferStride
                if orientation == .upright {
                    row.update(from: scratch + y * stride, count: target.width * channels)
                    continue
                }
                let shownY = orientation.mirrorsY ? target.height - 1 - y : y
                for x in 0..<target.width {
                    let shownX = orientation.mirrorsX ? target.width - 1 - x : x
                    let source =
                        orientation.transposes
                        ? scratch + shownX * stride + shownY * channels
                        : scratch + shownY * stride + shownX * channels
                    (row + x * channels).update(from: source, count: channels)
                }
            }
        }
    }
}

/// Everything that a swscale context depends on.
private struct Conversion: Hashable, CustomStringConvertible {
    let source: PixelSize
    let target: PixelSize
    let sourceFormat: AVPixelFormat
    let targetFormat: AVPixelFormat
    let color: PictureColor

    init(_ picture: Picture, cropped: PixelSize, to target: PixelSize, format: PixelBuffer.Format) {
        source = cropped
        self.target = target
        targetFormat = format == .bgr24 ? AV_PIX_FMT_BGR24 : AV_PIX_FMT_RGB24
        sourceFormat = picture.format.plain
        color = PictureColor(of: picture)
    }

    var description: String {
        let name = av_get_pix_fmt_name(sourceFormat).map { String(cString: $0) } ?? "an unknown pixel format"
        return "\(name) \(source) to \(target)"
    }

    func makeContext() -> UnsafeMutableRawPointer? {
        let context = footpath_scaler_make(
            Int32(source.width), Int32(source.height), sourceFormat, Int32(target.width), Int32(target.height),
            targetFormat, target.width > source.width ? 1 : 0)
        if let context { footpath_scaler_set_color(context, color.matrix, color.isFullRange ? 1 : 0) }
        return context
    }
}

extension Picture {
    package var format: AVPixelFormat { AVPixelFormat(frame.pointee.format) }
}

extension AVPixFmtDescriptor {
    /// The coordinates at which a picture can be cut are multiples of this.
    fileprivate func grain(in size: PixelSize) -> (x: Int, y: Int) {
        // Bits have no address, so one-bit pictures stay whole.
        if flags & UInt64(AV_PIX_FMT_FLAG_BITSTREAM) != 0 { return (size.width, size.height) }
        // The colour filter repeats every two pixels.
        if flags & UInt64(AV_PIX_FMT_FLAG_BAYER) != 0 { return (2, 2) }
        return (1 << Int(log2_chroma_w), 1 << Int(log2_chroma_h))
    }
}

extension PixelRect {
    /// This rectangle in ratios of a picture of `size`.
    fileprivate func ratio(of size: PixelSize) -> BoundingBox {
        BoundingBox(left: Double(x), top: Double(y), width: Double(self.size.width), height: Double(self.size.height))
            .scaled(x: 1 / Double(size.width), y: 1 / Double(size.height))
    }
}
