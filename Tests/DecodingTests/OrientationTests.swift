import Foundation
import PathModel
import TestSupport
import Testing

@testable import Decoding

/// A display matrix's first two rows, in ones: a coded point (p, q) is shown at (a p + c q, b p + d q).
struct Matrix: CustomTestStringConvertible {
    let testDescription: String
    let a, b, c, d: Int32
    /// The clockwise turn, where the matrix is a turn alone.
    let rotation: Int

    static let all = [
        Matrix("upright", 1, 0, 0, 1, 0), Matrix("90 degrees", 0, 1, -1, 0, 90),
        Matrix("180 degrees", -1, 0, 0, -1, 180),
        Matrix("270 degrees", 0, -1, 1, 0, 270), Matrix("mirrored", -1, 0, 0, 1, 0),
        Matrix("upside down", 1, 0, 0, -1, 0),
        Matrix("transposed", 0, 1, 1, 0, 0), Matrix("transposed the other way", 0, -1, -1, 0, 0),
    ]

    init(_ description: String, _ a: Int32, _ b: Int32, _ c: Int32, _ d: Int32, _ rotation: Int) {
        testDescription = description
        (self.a, self.b, self.c, self.d, self.rotation) = (a, b, c, d, rotation)
    }

    /// In 16.16 fixed point with the third column and row of a plain matrix (ISO/IEC 14496-12, 6.2.2).
    var fixedPoint: [Int32] { [a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30] }

    /// Where the corner (`right`, `lower`) of the coded picture is shown.
    func shown(right: Bool, lower: Bool) -> (right: Bool, lower: Bool) {
        let (p, q): (Int32, Int32) = (right ? 1 : -1, lower ? 1 : -1)
        return (a * p + c * q > 0, b * p + d * q > 0)
    }

    /// Writes the matrix into the track header of an MP4.
    func patch(_ path: String) throws {
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let header = try #require(bytes.range(of: Data("tkhd".utf8)))
        let matrix = fixedPoint.flatMap { value in withUnsafeBytes(of: value.bigEndian) { [UInt8]($0) } }
        let start = header.upperBound + 40
        bytes.replaceSubrange(start..<start + 36, with: matrix)
        try bytes.write(to: URL(fileURLWithPath: path))
    }
}

@Suite struct OrientationTests {
    /// 64x48 in four colours, its pixels twice as wide as high, carrying the matrix.
    private func video(_ matrix: Matrix, in folder: TemporaryFolder, sampleAspectRatio: String = "1/1") throws -> String
    {
        let source = Media.quadrants + ",setsar=" + sampleAspectRatio
        let path = try Media("", "a.mp4", source: source, "-c:v libx264rgb -qp 0 -pix_fmt rgb24").make(in: folder)
        try matrix.patch(path)
        return path
    }

    @Test(arguments: Matrix.all)
    func picturesAreTurnedAsAViewerTurnsThem(matrix: Matrix) throws {
        let folder = try TemporaryFolder()
        let path = try video(matrix, in: folder)
        let source = try open(path)
        #expect(source.description.rotation == matrix.rotation)
        let image = try #require(try source.next()).picture.image()
        #expect(image.size == (matrix.a == 0 ? PixelSize(width: 48, height: 64) : PixelSize(width: 64, height: 48)))
        #expect(image.difference(from: try truePixels(path, in: folder)).largest <= 2)
        let corners: [(right: Bool, lower: Bool, colour: [Int])] = [
            (false, false, [255, 0, 0]), (true, false, [0, 255, 0]), (false, true, [0, 0, 255]),
            (true, true, [255, 255, 255]),
        ]
        for corner in corners {
            let (right, lower) = matrix.shown(right: corner.right, lower: corner.lower)
            let pixel = image.pixel(right ? image.size.width - 5 : 4, lower ? image.size.height - 5 : 4)
            #expect(zip(pixel, corner.colour).allSatisfy { abs($0 - $1) <= 2 }, "\(pixel), not \(corner.colour)")
        }
    }

    @Test func pixelsAreWidenedBeforeThePictureIsTurned() throws {
        let folder = try TemporaryFolder()
        let path = try video(Matrix.all[1], in: folder, sampleAspectRatio: "2/1")
        #expect(try open(path).description.frameSize == PixelSize(width: 48, height: 128))
    }

    @Test(arguments: Matrix.all)
    func regionsGoThereAndBack(matrix: Matrix) {
        let orientation = Orientation(displayMatrix: matrix.fixedPoint)
        let region = BoundingBox(left: 0.125, top: 0.25, width: 0.25, height: 0.5)
        #expect(orientation.codedRegion(of: orientation.shownRegion(of: region)) == region)
        // The coded corner at the origin is the shown corner that the matrix names.
        let corner = orientation.shownRegion(of: BoundingBox(left: 0, top: 0, width: 0.25, height: 0.25))
        let (right, lower) = matrix.shown(right: false, lower: false)
        #expect(corner == BoundingBox(left: right ? 0.75 : 0, top: lower ? 0.75 : 0, width: 0.25, height: 0.25))
    }

    @Test func aSlantedMatrixGivesTheNearestRightAngle() {
        // 80 degrees clockwise.
        let matrix: [Int32] = [11380, 64540, 0, -64540, 11380, 0, 0, 0, 1 << 30]
        #expect(Orientation(displayMatrix: matrix) == Orientation(displayMatrix: Matrix.all[1].fixedPoint))
        #expect(Orientation(displayMatrix: [Int32](repeating: 0, count: 9)) == .upright)
        #expect(Orientation(displayMatrix: [Int32](repeating: .min, count: 9)).mirrorsX)
    }

    /// H.264 may carry its own orientation, which counts before the container's.
    @Test func aFramesOwnOrientationCounts() throws {
        let folder = try TemporaryFolder()
        let path = try Media(
            "", "a.mp4", source: Media.quadrants,
            "-c:v libx264 -qp 0 -pix_fmt yuv444p -bsf:v h264_metadata=display_orientation=insert:rotate=90"
        ).make(in: folder)
        let image = try #require(try open(path).next()).picture.image()
        // SEI turns are anticlockwise (ITU-T H.264, D.2.27).
        #expect(image.size == PixelSize(width: 48, height: 64))
        #expect(zip(image.pixel(4, 4), [0, 255, 0]).allSatisfy { abs($0 - $1) <= 2 })
    }
}
