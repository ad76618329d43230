import CDrawing
import PathModel

/// A transparent picture to draw on; what lies outside is left out. Places are pixels.
final class Layer {
    private let layer: OpaquePointer

    /// Nil where there is no memory for it, or the size is beyond Cairo's 32767.
    init?(_ size: PixelSize) {
        guard let layer = footpath_layer_make(Int32(clamping: size.width), Int32(clamping: size.height)) else {
            return nil
        }
        self.layer = layer
    }

    deinit { footpath_layer_free(layer) }

    func clear() { footpath_layer_clear(layer) }

    /// Whether something may have been drawn on a tile.
    func isTouched(column: Int, row: Int) -> Bool { footpath_layer_is_touched(layer, Int32(column), Int32(row)) != 0 }

    func stroke(_ points: [Point], isClosed: Bool = false, width: Double, _ ink: Ink) {
        footpath_layer_stroke(
            layer, points.coordinates, Int32(clamping: points.count), isClosed ? 1 : 0, width, 0, ink.value)
    }

    /// - Parameters:
    ///   - thickness: inwards from the box's edges.
    ///   - dash: pixels on and off; 0 for a solid line.
    func outline(_ box: BoundingBox, thickness: Double, dash: Double = 0, _ ink: Ink) {
        // On whole pixels, so that lines are sharp; the grace is for sums of ratios.
        func pixel(_ place: Double) -> Double { (place + 1e-6).rounded(.down) }
        let (left, top) = (pixel(box.left), pixel(box.top))
        let width = max(thickness, pixel(box.right) - left - thickness)
        let height = max(thickness, pixel(box.bottom) - top - thickness)
        footpath_layer_outline(
            layer, left + thickness / 2, top + thickness / 2, width, height, thickness, dash, ink.value)
    }

    func dots(_ points: [Point], side: Double, _ ink: Ink) {
        footpath_layer_dots(layer, points.coordinates, Int32(clamping: points.count), side, ink.value)
    }

    func fill(_ points: [Point], _ ink: Ink) {
        footpath_layer_fill(layer, points.coordinates, Int32(clamping: points.count), ink.value)
    }

    func put(_ label: Label, x: Int, y: Int) {
        footpath_layer_put(layer, label.pointer, Int32(clamping: x), Int32(clamping: y))
    }

    /// Brings it into a picture of packed RGB.
    func blend(into image: inout PixelBuffer) {
        footpath_layer_blend_pixels(layer, &image.bytes, Int32(image.size.width), Int32(image.size.height))
    }

    func blend(into planes: footpath_planes) {
        withUnsafePointer(to: planes) { footpath_layer_blend(layer, $0) }
    }
}

extension [Point] {
    fileprivate var coordinates: [Double] { flatMap { [$0.x, $0.y] } }
}
