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

    /// The upright rectangle around it.
    var bounds: BoundingBox {
        let extent = side * (abs(cos(angle)) + abs(sin(angle)))
        return BoundingBox(
            left: center.x - extent / 2, top: center.y - extent / 2, width: extent, height: extent)
    }

    /// The square as a picture of `pixels` by `pixels`, black where it lies outside the frame.
    ///
    /// The scaler reduces by area, then this turns by bilinear sampling at about the final scale.
    func picture(from cutter: any PictureCutter, pixels: Int) -> PixelBuffer? {
        let (width, height) = (Double(cutter.frameSize.width), Double(cutter.frameSize.height))
        let extent = max(1, Int((bounds.width / side * Double(pixels)).rounded(.up)))
        guard side >= 1,
            let cut = cutter.cut(
                bounds.scaled(x: 1 / width, y: 1 / height), size: PixelSize(width: extent, height: extent))
        else { return nil }
        let region = cut.region.scaled(x: width, y: height)
        let scaleX = Double(cut.image.size.width) / region.width
        let scaleY = Double(cut.image.size.height) / region.height
        let step = Point(x: side / Double(pixels) * cos(angle), y: side / Double(pixels) * sin(angle))
        let corner = point(u: 0.5 / Double(pixels), v: 0.5 / Double(pixels))
        return cut.image.turned(
            from: Point(x: (corner.x - region.left) * scaleX - 0.5, y: (corner.y - region.top) * scaleY - 0.5),
            across: Point(x: step.x * scaleX, y: step.y * scaleY),
            down: Point(x: -step.y * scaleX, y: step.x * scaleY), side: pixels)
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
