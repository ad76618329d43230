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
        guard side >= 1, let cut = cutter.cut(
            bounds.scaled(x: 1 / width, y: 1 / height), size: PixelSize(width: extent, height: extent))
        else { return nil }
        let region = cut.region.scaled(x: width, y: height)
        let scaleX = Double(cut.image.size.width) / region.width
        let scaleY = Double(cut.image.size.height) / region.height
        let (across, down) = (side / Double(pixels) * cos(angle), side / Double(pixels) * sin(angle))
        let middle = 0.5 / Double(pixels)
        let corner = point(u: middle, v: middle)
        var result = PixelBuffer(size: PixelSize(width: pixels, height: pixels), format: cut.image.format)
        for row in 0..<pixels {
            let y = Double(row)
            for column in 0..<pixels {
                let x = Double(column)
                cut.image.sample(
                    x: (corner.x + x * across - y * down - region.left) * scaleX - 0.5,
                    y: (corner.y + x * down + y * across - region.top) * scaleY - 0.5,
                    into: &result.bytes, at: (row * pixels + column) * PixelBuffer.channels)
            }
        }
        return result
    }
}

extension PixelBuffer {
    /// Writes the bilinear mean of the four pixels around a point of pixel centres; black beyond half a pixel outside.
    func sample(x: Double, y: Double, into target: inout [UInt8], at offset: Int) {
        guard x > -1, y > -1, x < Double(size.width), y < Double(size.height) else { return }
        let (x0, y0) = (Int(x.rounded(.down)), Int(y.rounded(.down)))
        let (fractionX, fractionY) = (Float(x - Double(x0)), Float(y - Double(y0)))
        let left = max(0, x0) * Self.channels
        let right = min(size.width - 1, x0 + 1) * Self.channels
        let top = max(0, y0) * size.width * Self.channels
        let bottom = min(size.height - 1, y0 + 1) * size.width * Self.channels
        for channel in 0..<Self.channels {
            func value(_ row: Int, _ column: Int) -> Float { Float(bytes[row + column + channel]) }
            let above = value(top, left) + (value(top, right) - value(top, left)) * fractionX
            let below = value(bottom, left) + (value(bottom, right) - value(bottom, left)) * fractionX
            target[offset + channel] = UInt8(above + (below - above) * fractionY + 0.5)
        }
    }
}
