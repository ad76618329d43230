import PathModel
import TestSupport
import Testing

@testable import Decoding

@Suite struct RegionTests {
    /// Left, top, width and height in pixels as shown: even and odd, single pixels, all.
    static let regions: [(Double, Double, Double, Double)] = [
        (0, 0, 46, 46), (10, 6, 21, 13), (11, 7, 20, 12), (0, 0, 1, 1), (45, 45, 1, 1), (31, 0, 1, 46),
        (5.5, 8.5, 0.2, 9),
    ]

    @Test(arguments: [
        ("yuv420p", "ffv1"), ("yuv422p10le", "ffv1"), ("bgr0", "ffv1"), ("gray", "ffv1"),
        ("yuyv422", "rawvideo"), ("pal8", "png"), ("monob", "png"),
    ])
    func aRegionHasThePixelsOfThePicture(format: String, codec: String) throws {
        let folder = try TemporaryFolder()
        let source = "testsrc2=size=62x46:rate=25:duration=0.04"
        let path = try Media("", "a.mov", source: source, "-c:v \(codec) -pix_fmt \(format)").make(in: folder)
        for matrix in Matrix.all {
            try matrix.patch(path)
            let picture = try #require(try open(path).next()).picture
            #expect(picture.orientation == Orientation(displayMatrix: matrix.fixedPoint))
            let whole = try picture.image()
            for (left, top, width, height) in Self.regions {
                let pixels = BoundingBox(left: left, top: top, width: width, height: height)
                try check(pixels, of: picture, whole: whole)
            }
        }
    }

    private func check(_ pixels: BoundingBox, of picture: Picture, whole: PixelBuffer) throws {
        let (width, height) = (Double(whole.size.width), Double(whole.size.height))
        let scaler = PictureScaler()
        let region = try #require(scaler.wholePixels(of: pixels.scaled(x: 1 / width, y: 1 / height), in: picture))
        #expect(scaler.wholePixels(of: region, in: picture) == region)
        let cut = region.scaled(x: width, y: height)
        #expect(pixels.intersectionArea(cut) > pixels.area - 1e-6, "\(cut) misses some of \(pixels)")
        let (x, y) = (Int(cut.left.rounded()), Int(cut.top.rounded()))
        let image = try picture.image(
            of: region, size: PixelSize(width: Int(cut.width.rounded()), height: Int(cut.height.rounded())))
        let rows = (y..<y + image.size.height).flatMap { row in
            let start = (row * whole.size.width + x) * PixelBuffer.channels
            return whole.bytes[start..<start + image.size.width * PixelBuffer.channels]
        }
        #expect(image.difference(from: rows).largest <= 1, "\(pixels) as \(picture.orientation)")
    }

    @Test func everyPixelIsDrawnAtAnyWidth() throws {
        let folder = try TemporaryFolder()
        let source = "color=white:s=200x120:r=25:d=0.04"
        let path = try Media("", "a.mov", source: source, "-c:v ffv1 -pix_fmt yuv420p").make(in: folder)
        let picture = try #require(try open(path).next()).picture
        for width in 1...160 {
            // Not scaled, and enlarged; nothing of what lay in memory may remain.
            for size in [PixelSize(width: width, height: 60), PixelSize(width: width + 1, height: 61)] {
                var image = PixelBuffer(size: size, format: .rgb24)
                let region = BoundingBox(left: 0.1, top: 0.1, width: Double(width) / 200, height: 0.5)
                try PictureScaler().draw(picture, region: region, scaledTo: size, into: &image)
                #expect(image.bytes.allSatisfy { $0 >= 250 }, "\(size)")
            }
        }
    }

    @Test func aRegionOutsideOfThePictureHasNoPixels() throws {
        let folder = try TemporaryFolder()
        let picture = try #require(try open(try Media("", "a.gif").make(in: folder)).next()).picture
        let scaler = PictureScaler()
        #expect(scaler.wholePixels(of: BoundingBox(left: 1.1, top: 0, width: 0.5, height: 1), in: picture) == nil)
        #expect(
            scaler.wholePixels(of: BoundingBox(left: -0.5, top: 0.5, width: 2, height: 2), in: picture)
                == BoundingBox(left: 0, top: 0.5, width: 1, height: 0.5))
    }

    @Test func aPictureIsDrawnAtTheTopLeftAndTheRestStays() throws {
        let folder = try TemporaryFolder()
        let picture = try #require(try open(try Media("", "a.gif").make(in: folder)).next()).picture
        var image = PixelBuffer(size: PixelSize(width: 50, height: 40), format: .bgr24, filledWith: 114)
        try PictureScaler().draw(picture, scaledTo: PixelSize(width: 37, height: 28), into: &image)
        for y in 0..<40 {
            for x in 0..<50 where x >= 37 || y >= 28 { #expect(image.pixel(x, y) == [114, 114, 114]) }
        }
        #expect((0..<28).contains { y in image.pixel(36, y) != [114, 114, 114] })
    }
}
