import Decoding
import Foundation
import PathModel

/// Bounds the memory of this process: a hostile stream ends the camera's process and not the machine's others.
public enum MemoryLimit {
    /// Bytes beside the pictures: code, threads' stacks and heaps.
    private static let base: Int64 = 1 << 30
    /// Bytes for each pixel of the largest picture: decoders hold several, of 1.5 bytes a pixel and more.
    private static let perPixel: Int64 = 16

    /// Bytes of address space for each further thread of a decoder: its stack, its heap, and for each pixel what it works on.
    private static let (perThread, perThreadAndPixel): (Int64, Int64) = (80 << 20, 3)

    /// Bytes that a process may come to have for a source, beside what it has from the start.
    static func budget(for request: SourceRequest) -> Int64 {
        let (pixels, threads) = (request.options.largestPicture.pixels, Int64(max(1, request.threads) - 1))
        return base + perPixel * pixels + threads * (perThread + perThreadAndPixel * pixels)
    }

    /// Sets the limit, and has the kernel choose this process before those that don't read pictures where memory runs out.
    public static func set(for request: SourceRequest) {
        // Drivers of devices reserve address space by the terabyte; for these what is written to counts.
        let limited = request.options.hardware == .none ? RLIMIT_AS : RLIMIT_DATA
        var limit = rlimit()
        guard let size = ProcessMemory.addressSpace, getrlimit(__rlimit_resource_t(limited.rawValue), &limit) == 0
        else { return }
        limit.rlim_cur = min(limit.rlim_max, rlim_t(size + budget(for: request)))
        setrlimit(__rlimit_resource_t(limited.rawValue), &limit)
        guard let file = fopen("/proc/self/oom_score_adj", "w") else { return }
        fputs("500", file)
        fclose(file)
    }
}

/// The memory of processes, in bytes (proc(5), statm).
public enum ProcessMemory {
    /// Of this process, in memory; 0 where that can't be read.
    public static var resident: Int64 { read("self", 1) ?? 0 }

    /// The same of another process.
    public static func resident(of process: Int32) -> Int64 { read("\(process)", 1) ?? 0 }

    /// Of this process, in memory or not.
    static var addressSpace: Int64? { read("self", 0) }

    private static func read(_ process: String, _ column: Int) -> Int64? {
        let text = (try? String(contentsOfFile: "/proc/\(process)/statm", encoding: .utf8)) ?? ""
        let pages = text.split(separator: " ").dropFirst(column).first.flatMap { Int64($0) }
        return pages.map { $0 * Int64(sysconf(Int32(_SC_PAGESIZE))) }
    }
}
