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

    /// The frame's picture of this square and a little around it, at least at the scale at which the square has `pixels` a
    /// side, or as it is; nil where it lies outside the frame.
    func patch(from cutter: any PictureCutter, pixels: Int) -> FramePatch? {
        let (width, height) = (Double(cutter.frameSize.width), Double(cutter.frameSize.height))
        let extent = max(1, Int((bounds.width / side * Double(pixels)).rounded(.up)))
        guard side >= 1,
            let cut = cutter.cut(
                bounds.scaled(x: 1 / width, y: 1 / height), size: PixelSize(width: extent, height: extent))
        else { return nil }
        return FramePatch(cut.image, region: cut.region.scaled(x: width, y: height))
    }

    /// The square as a picture of `pixels` by `pixels`, black where it lies outside the frame.
    func picture(from cutter: any PictureCutter, pixels: Int) -> PixelBuffer? {
        patch(from: cutter, pixels: pixels)?.picture(of: self, pixels: pixels)
    }
}
