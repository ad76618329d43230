import PathModel

/// What the first bytes of a picture file say: which of the two formats it has that Rekognition takes, and its size as coded.
struct PictureHeader: Hashable {
    enum Format {
        case jpeg, png
    }

    let format: Format
    let size: PixelSize

    /// Nil where it is no JPEG and no PNG, or one without a size.
    init?(_ bytes: [UInt8]) {
        if bytes.starts(with: Self.png), let size = Self.sizeOfPNG(bytes) {
            (format, self.size) = (.png, size)
        } else if bytes.starts(with: [0xff, 0xd8]), let size = Self.sizeOfJPEG(bytes) {
            (format, self.size) = (.jpeg, size)
        } else {
            return nil
        }
    }

    private static let png: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

    /// The first chunk is IHDR (PNG, section 5.6).
    private static func sizeOfPNG(_ bytes: [UInt8]) -> PixelSize? {
        guard bytes.count >= 24, bytes[12..<16].elementsEqual("IHDR".utf8) else { return nil }
        return size(width: number(bytes[16..<20]), height: number(bytes[20..<24]))
    }

    /// The first frame header's (ITU-T T.81, B.2.2). Before it there are segments that tell their length.
    private static func sizeOfJPEG(_ bytes: [UInt8]) -> PixelSize? {
        var place = 2
        while place + 9 <= bytes.count, bytes[place] == 0xff {
            switch bytes[place + 1] {
            case 0xff: place += 1
            // Tables and what is reserved lie among the frame headers.
            case 0xc4, 0xc8, 0xcc: place += 2 + number(bytes[place + 2..<place + 4])
            case 0xc0...0xcf:
                return size(
                    width: number(bytes[place + 7..<place + 9]), height: number(bytes[place + 5..<place + 7]))
            case 0xda: return nil
            default: place += 2 + number(bytes[place + 2..<place + 4])
            }
        }
        return nil
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }

    private static func size(width: Int, height: Int) -> PixelSize? {
        width > 0 && height > 0 ? PixelSize(width: width, height: height) : nil
    }
}
