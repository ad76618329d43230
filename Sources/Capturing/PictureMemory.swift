import CProcess
import Decoding
import Dispatch
import Glibc
import PathModel
import Synchronization

/// Memory that a camera process and the daemon share: slots for a picture each. The daemon makes it and says which slot the
/// next picture goes to; the process writes it there.
///
/// The process may write to any slot at any time: what is in one may be any bytes, and what is known of them comes by the
/// pipe, is checked once, and lies in the daemon's own memory. The file's size is sealed, so that reading it never fails.
final class PictureMemory: Sendable {
    /// A camera has two pictures in the daemon at most, and one on its way there.
    static let slotCount = 3
    /// The descriptor of the memory in a camera process.
    static let inherited = Int32(FOOTPATH_SHARED_DESCRIPTOR)
    /// Scalers may read a little beyond a picture's end.
    private static let margin = 4096

    private struct Slots {
        var free: [Int] = []
        var mappings: [Int: Mapping] = [:]
    }

    private struct Mapping: @unchecked Sendable {
        // Of the slot's bytes, which belong to who took the slot.
        let start: UnsafeMutableRawPointer
        let length: Int
    }

    /// Of the file.
    let descriptor: Int32
    /// Bytes from one slot to the next. Those that no picture is written to take no memory.
    let slotSize: Int
    private let slots: Mutex<Slots>
    private let slotCount: Int
    /// Raised once for each free slot. Begins at 0, since a semaphore that ends below where it began traps.
    private let available = DispatchSemaphore(value: 0)
    private let isWritable: Bool

    /// Memory to share; nil with `errno` where the system gives none.
    ///
    /// - Parameters:
    ///   - largestPicture: no picture has more pixels.
    ///   - slots: how many pictures there is room for.
    init?(largestPicture: PixelSize = SourceOptions().largestPicture, slots count: Int = slotCount) {
        slotSize = Self.slotSize(for: largestPicture)
        descriptor = footpath_shared_memory(Int64(slotSize * count))
        (isWritable, slotCount) = (false, count)
        slots = Mutex(Slots(free: Array(0..<count)))
        guard descriptor >= 0 else { return nil }
        for _ in 0..<count { available.signal() }
    }

    /// The memory behind a descriptor, which is taken over.
    ///
    /// - Parameter largestPicture: as whoever made it said.
    init(sharedBy descriptor: Int32, largestPicture: PixelSize = SourceOptions().largestPicture) {
        self.descriptor = descriptor
        slotSize = Self.slotSize(for: largestPicture)
        var status = stat()
        let size = fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
        (isWritable, slotCount) = (true, size / slotSize)
        slots = Mutex(Slots())
    }

    deinit {
        slots.withLock { slots in
            for mapping in slots.mappings.values { munmap(mapping.start, mapping.length) }
        }
        if descriptor >= 0 { close(descriptor) }
    }

    /// FFmpeg has formats of up to 16 bytes a pixel, in up to four planes whose rows are padded to 32 bytes.
    private static func slotSize(for largestPicture: PixelSize) -> Int {
        let (pages, rows) = (Int(sysconf(Int32(_SC_PAGESIZE))), 1 << 15)
        let bytes = 16 * Int(largestPicture.pixels) + 4 * 32 * rows + margin
        return (bytes + pages - 1) / pages * pages
    }

    /// A slot that no picture is in; nil where none gets free within `seconds`.
    func takeSlot(within seconds: Double) -> Int? {
        guard available.wait(timeout: .now() + seconds) == .success else { return nil }
        return slots.withLock { $0.free.removeFirst() }
    }

    /// Gives a slot back that was taken.
    func giveBack(_ slot: Int) {
        slots.withLock { $0.free.append(slot) }
        available.signal()
    }

    /// Where the first `count` bytes of a slot are, which nobody else here may use; nil where they are too many.
    func bytes(_ count: Int, ofSlot slot: Int) -> UnsafeMutableRawBufferPointer? {
        guard (0..<slotCount).contains(slot), count > 0, count <= slotSize - Self.margin else { return nil }
        return slots.withLock { slots in
            if let mapping = slots.mappings[slot], mapping.length >= count + Self.margin {
                return UnsafeMutableRawBufferPointer(start: mapping.start, count: count)
            }
            slots.mappings[slot].map { _ = munmap($0.start, $0.length) }
            slots.mappings[slot] = nil
            let length = count + Self.margin
            let start = mmap(
                nil, length, isWritable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, descriptor,
                slot * slotSize)
            guard let start, start != MAP_FAILED else { return nil }
            slots.mappings[slot] = Mapping(start: start, length: length)
            return UnsafeMutableRawBufferPointer(start: start, count: count)
        }
    }
}
