import Glibc
import PathModel

extension SourceName {
    private static let endBytes = 1 << 20

    /// A regular file's size and its first and last MiB; nil of anything else.
    var fingerprint: [UInt8]? { ends?.bytes }

    /// A regular file's size, and that with its first and last MiB; nil of anything else.
    var ends: (size: Int, bytes: [UInt8])? {
        let file = isStandardInput ? dup(STDIN_FILENO) : open(cPath, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        let size = Int(status.st_size)
        let end = Self.bytes(of: file, size: size, from: max(0, size - Self.endBytes))
        return (size, Array("\(size)\0".utf8) + Self.bytes(of: file, size: size, from: 0) + end)
    }

    /// At most `endBytes`, as far as they can be read (pread(2)).
    private static func bytes(of file: Int32, size: Int, from offset: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: max(0, min(endBytes, size - offset))) { bytes, count in
            while count < bytes.count {
                let read = pread(
                    file, bytes.baseAddress?.advanced(by: count), bytes.count - count, off_t(offset + count))
                guard read > 0 else { break }
                count += read
            }
        }
    }
}

extension VideoSource {
    /// What a picture shows; empty where it can't be scaled.
    static func fingerprint(of picture: Picture) -> [UInt8] {
        var image = PixelBuffer(size: picture.size, format: .rgb24)
        try? PictureScaler().draw(picture, scaledTo: picture.size, into: &image)
        return image.bytes
    }
}
