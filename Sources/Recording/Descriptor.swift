import CRecording
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
    package func bytes(_ range: Range<Int64>) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: range.count)
        let count = try bytes.withUnsafeMutableBytes { try read(fromAbsoluteOffset: range.lowerBound, into: $0) }
        return Array(bytes.prefix(count))
    }

    /// Waits until the disk has what was written (fsync(2)). Devices and pipes have nothing to wait for.
    package func sync() throws {
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

    /// Whether it was opened for writing (fcntl(2)).
    var isForWriting: Bool { fcntl(rawValue, F_GETFL) & O_ACCMODE != O_RDONLY }

    /// Whether a write of up to `PIPE_BUF` bytes to a pipe would not wait (poll(2), pipe(7)).
    var isWritable: Bool {
        var request = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
        return poll(&request, 1, 0) > 0
    }

    /// Sends what a socket takes at once (send(2)); 0 where that is nothing.
    func send(_ bytes: ArraySlice<UInt8>) throws -> Int {
        let count = bytes.withUnsafeBytes { footpath_send(rawValue, $0.baseAddress, Int64($0.count)) }
        if count >= 0 { return Int(count) }
        let error = Errno(rawValue: errno)
        if error == .wouldBlock || error == .interrupted { return 0 }
        // Both say that nobody will ever read it.
        throw error == .connectionReset ? .brokenPipe : error
    }

    /// Locks a file until it is closed, for this opening of it alone (flock(2)). Where the file system has no locks it does nothing.
    ///
    /// - Throws: `Errno.wouldBlock` where it is locked by another opening, in this process or elsewhere.
    package func lock() throws {
        let code = footpath_lock(rawValue)
        if code != 0 { throw Errno(rawValue: code) }
    }

    /// Closes a file that `lock` locked. Closing alone is not enough: a process that is being started has a copy of the
    /// descriptor until it runs its program, and would hold the lock as long (flock(2)).
    package func unlockAndClose() throws {
        _ = flock(rawValue, LOCK_UN)
        try close()
    }

    /// Gives a file another one's permissions, and its owner as far as that is allowed.
    func takeOver(_ status: Stat) {
        _ = fchmod(rawValue, status.permissions.rawValue)
        _ = fchown(rawValue, status.userID.rawValue, status.groupID.rawValue)
    }

    /// Finds room on the disk for what is to be written (fallocate(2)).
    package func reserve(_ count: Int, at offset: Int64) throws {
        let code = footpath_reserve(rawValue, offset, Int64(count))
        if code != 0 { throw Errno(rawValue: code) }
    }
}

/// File operations that swift-system 1.8 lacks.
package enum Disk {
    /// Renames a file; one that has the new name is replaced (rename(2)).
    package static func rename(_ path: String, to new: String) throws {
        if Glibc.rename(path, new) != 0 { throw Errno(rawValue: errno) }
    }

    /// Renames a file (renameat2(2)).
    ///
    /// - Throws: `Errno.fileExists` where the new name is taken.
    static func rename(_ path: String, toFree new: String) throws {
        let code = footpath_rename_to_free(path, new)
        if code != 0 { throw Errno(rawValue: code) }
    }

    package static func remove(_ path: String) throws {
        if unlink(path) != 0 { throw Errno(rawValue: errno) }
    }

    /// A name beside another, drawn by lot, for what isn't whole yet.
    package static func nameBeside(_ path: String) -> String {
        let letters = "abcdefghijkmnpqrstuvwxyz23456789"
        return "\(path).\(String((0..<6).map { _ in letters.randomElement() ?? "x" })).part"
    }

    /// Waits until the disk knows the names in the folder of `path`.
    package static func syncFolder(of path: String) throws {
        let folder = FilePath(path).removingLastComponent()
        let descriptor = try FileDescriptor.open(folder.isEmpty ? "." : folder, .readOnly, options: .closeOnExec)
        try descriptor.closeAfter { try descriptor.sync() }
    }

    /// Compresses a file with gzip into a new one, which is on the disk then.
    static func compress(_ path: String, to new: String) throws {
        let code = footpath_gzip(path, new)
        if code != 0 { throw Errno(rawValue: code) }
    }
}
