import Glibc
import PathModel

/// A turned square in a frame, in pixels of the frame: what a face network looks at.
struct Square {
    /// Its middle.
    var center: Point
    /// Its side.
    var side: Double
    /// Clockwise, in radians: where the square's x axis points.
    var angle: Double

    /// The point of the frame at (`u`, `v`) of the square, 0...1 along its sides.
    func point(u: Double, v: Double) -> Point {
        let (x, y) = ((u - 0.5) * side, (v - 0.5) * side)
        return Point(
            x: center.x + x * cos(angle) - y * sin(angle), y: center.y + x * sin(angle) + y * cos(angle))
    }

    /// The square whose picture is the one that MediaPipe takes of this one: it samples from corner to corner instead of
    /// from middle to middle of pixels, in coordinates where a pixel's middle is whole. Its networks learnt from such
    /// pictures.
    func asMediaPipeSamples(pixels: Int) -> Square {
        let step = side / Double(pixels) / 2
        var shifted = self
        shifted.center.x += 0.5 - step * (cos(angle) - sin(angle))
        shifted.center.y += 0.5 - step * (cos(angle) + sin(angle))
        return shifted
    }

    /// The upright rectangle around it.
    var bounds: BoundingBox {
        let extent = side * (abs(cos(angle)) + abs(sin(angle)))
        return BoundingBox(
            left: center.x - extent / 2, top: center.y - extent / 2, width: extent, height: extent)
    }

    /// The frame's picture of this square and a little around it, at the scale at which the square has `pixels` a side;
    /// nil where it lies outside the frame.
    func patch(from cutter: any PictureCutter, pixels: Int) -> FramePatch? {
        let (width, height) = (Double(cutter.frameSize.width), Double(cutter.frameSize.height))
        let extent = max(1, Int((bounds.width / side * Double(pixels)).rounded(.up)))
        guard side >= 1,
            let cut = cutter.cut(
                bounds.scaled(x: 1 / width, y: 1 / height), size: PixelSize(width: extent, height: extent))
        else { return nil }
        return FramePatch(image: cut.image, region: cut.region.scaled(x: width, y: height))
    }

    /// The square as a picture of `pixels` by `pixels`, black where it lies outside the frame.
    func picture(from cutter: any PictureCutter, pixels: Int) -> PixelBuffer? {
        patch(from: cutter, pixels: pixels)?.picture(of: self, pixels: pixels)
    }
}

/// A piece of a frame, scaled.
struct FramePatch {
    let image: PixelBuffer
    /// What it shows, in pixels of the frame.
    let region: BoundingBox

    /// How many of its pixels there are to one of the frame.
    var scale: Double { Double(image.size.width) / region.width }

    /// A square of it as a picture of `pixels` by `pixels` by bilinear sampling, black where it lies outside.
    func picture(of square: Square, pixels: Int) -> PixelBuffer {
        let (scaleX, scaleY) = (scale, Double(image.size.height) / region.height)
        let step = Point(
            x: square.side / Double(pixels) * cos(square.angle), y: square.side / Double(pixels) * sin(square.angle))
        let corner = square.point(u: 0.5 / Double(pixels), v: 0.5 / Double(pixels))
        return image.turned(
            from: Point(x: (corner.x - region.left) * scaleX - 0.5, y: (corner.y - region.top) * scaleY - 0.5),
            across: Point(x: step.x * scaleX, y: step.y * scaleY),
            down: Point(x: -step.y * scaleX, y: step.x * scaleY), side: pixels)
    }

    /// The same at half the scale.
    func halved() -> FramePatch {
        let half = PixelSize(width: (image.size.width + 1) / 2, height: (image.size.height + 1) / 2)
        var target = PixelBuffer(size: half, format: image.format)
        _ = image.halve(image.size, into: &target)
        return FramePatch(image: target, region: region)
    }
}

extension PixelBuffer {
    /// A square picture sampled from this one along two directions, bilinear; black half a pixel and more outside.
    ///
    /// - Parameters:
    ///   - start: the place of the result's first pixel, in units of this picture's pixel centres.
    ///   - across: from one column of the result to the next.
    ///   - down: from one row to the next.
    fileprivate func turned(from start: Point, across: Point, down: Point, side: Int) -> PixelBuffer {
        var result = PixelBuffer(size: PixelSize(width: side, height: side), format: format)
        let (source, width, height, channels) = (bytes, size.width, size.height, Self.channels)
        var target = 0
        for row in 0..<side {
            for column in 0..<side {
                defer { target += channels }
                let x = start.x + Double(column) * across.x + Double(row) * down.x
                let y = start.y + Double(column) * across.y + Double(row) * down.y
                guard x > -1, y > -1, x < Double(width), y < Double(height) else { continue }
                let (left, top) = (Int(x + 1) - 1, Int(y + 1) - 1)
                // Weights in 256ths, rounded: the pictures have 8 bits.
                let (right, below) = (Int((x - Double(left)) * 256 + 0.5), Int((y - Double(top)) * 256 + 0.5))
                let rows = (max(0, top) * width, min(height - 1, top + 1) * width)
                let columns = (max(0, left), min(width - 1, left + 1))
                for channel in 0..<channels {
                    let upper =
                        Int(source[(rows.0 + columns.0) * channels + channel]) * (256 - right)
                        + Int(source[(rows.0 + columns.1) * channels + channel]) * right
                    let lower =
                        Int(source[(rows.1 + columns.0) * channels + channel]) * (256 - right)
                        + Int(source[(rows.1 + columns.1) * channels + channel]) * right
                    result.bytes[target + channel] = UInt8((upper * (256 - below) + lower * below + 32768) >> 16)
                }
            }
        }
        return result
    }
}
