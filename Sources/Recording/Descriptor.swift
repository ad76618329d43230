import Glibc
import SystemPackage

/// What swift-system 1.8 lacks or offers for raw pointers only. No pointer leaves these calls.
extension FileDescriptor {
    /// Writes as many of the bytes as one call takes (write(2)).
    ///
    /// - Returns: How many, at least 1.
    func write(some bytes: ArraySlice<UInt8>) throws -> Int {
        try bytes.withUnsafeBytes { try write($0) }
    }

    /// The bytes of a regular file from `range.lowerBound` to `range.upperBound`, or to where the file ends (pread(2)).
    func bytes(_ range: Range<Int64>) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: range.count)
        let count = try bytes.withUnsafeMutableBytes { try read(fromAbsoluteOffset: range.lowerBound, into: $0) }
        return Array(bytes.prefix(count))
    }

    /// Waits until the disk has what was written (fsync(2)). Devices and pipes have nothing to wait for.
    func sync() throws {
        while fsync(rawValue) != 0 {
            let error = Errno(rawValue: errno)
            if error == .invalidArgument { return }
            if error != .interrupted { throw error }
        }
    }

    /// Waits until a non-blocking descriptor takes bytes, or until its reader is gone (poll(2)).
    func waitUntilWritable() throws {
        var request = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
        while poll(&request, 1, -1) < 0 {
            let error = Errno(rawValue: errno)
            if error != .interrupted { throw error }
        }
    }
}
