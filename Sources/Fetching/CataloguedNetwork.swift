import PathModel

/// A person network that users may fetch by its name, from where its authors publish it.
public struct CataloguedNetwork: Hashable, Sendable {
    /// What users call it.
    public let name: String
    /// What its authors call the file.
    public let file: String
    /// The folder at its authors' where the file is.
    public let origin: String
    /// Its size.
    public let bytes: Int64
    /// Of its content, in lower-case hexadecimal digits.
    public let sha256: String
    /// Its SPDX name.
    public let licence: String
    /// What it sees, unless another size is asked for.
    public let inputSize: PixelSize
    /// As its authors publish it: mean AP at IoU 0.5 to 0.95 over COCO's 80 classes (val2017), percent.
    public let averagePrecision: Double
    /// As its authors publish it: thousand million multiplications and additions, counted as two, for a picture.
    public let gigaflops: Double

    /// The network of a name; nil where there is none.
    public static func named(_ name: String) -> CataloguedNetwork? { all.first { $0.name == name } }

    /// All there are, smallest first: YOLOX (Ge et al. 2021), release 0.1.1rc0 of Megvii.
    public static let all = [
        yolox(
            "nano", bytes: 3_659_407, "c789161ed43c8269fcd4e67c67eeeb4e80c622da2eb296a20bc6007bd18a0b7d",
            side: 416, averagePrecision: 25.8, gigaflops: 1.08),
        yolox(
            "tiny", bytes: 20_219_662, "427cc366d34e27ff7a03e2899b5e3671425c262ea2291f88bb942bc1cc70b0f7",
            side: 416, averagePrecision: 32.8, gigaflops: 6.45),
        yolox(
            "s", bytes: 35_858_002, "c5c2d13e59ae883e6af3b45daea64af4833a4951c92d116ec270d9ddbe998063",
            side: 640, averagePrecision: 40.5, gigaflops: 26.8),
        yolox(
            "l", bytes: 216_746_733, "7860ae79de6c89a3c1eb72ae9a2756c0ccfbe04b7791bb5880afabd97855a411",
            side: 640, averagePrecision: 49.7, gigaflops: 155.6),
    ]

    private static func yolox(
        _ size: String, bytes: Int64, _ sha256: String, side: Int, averagePrecision: Double, gigaflops: Double
    ) -> CataloguedNetwork {
        CataloguedNetwork(
            name: "yolox-\(size)", file: "yolox_\(size).onnx",
            origin: "https://github.com/Megvii-BaseDetection/YOLOX/releases/download/0.1.1rc0", bytes: bytes,
            sha256: sha256, licence: "Apache-2.0", inputSize: PixelSize(width: side, height: side),
            averagePrecision: averagePrecision, gigaflops: gigaflops)
    }
}
