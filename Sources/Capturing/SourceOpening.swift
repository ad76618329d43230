import CFFmpeg
import Decoding
import Dispatch
import PathModel
import Waiting

/// Opens what a feed follows. Handed in, so that a test can script a camera.
public protocol SourceOpening: Sendable {
    /// Begins to open a source; returns at once.
    ///
    /// - Parameter report: told from any thread, in order: `opened`, a frame for each permit at most, `ended`.
    func open(
        _ request: SourceRequest, report: @escaping @Sendable (SourceEvent) -> Void
    ) -> any SourceConnection
}

/// A source that is being read. Its calls return at once, from any thread.
public protocol SourceConnection: Sendable {
    /// Lets one more frame come.
    func permit()
    /// Asks it to end; `ended` still comes, as far as the source lets it.
    func stop()
    /// Waits for its end.
    ///
    /// - Returns: whether nothing of it runs any more.
    func hasEnded(within seconds: Double) -> Bool
}

/// Cameras and files that are read by a process each, of which the newest pictures come where the request is live.
public struct CaptureProcesses: SourceOpening {
    /// One frame at the workers and one on its way there: with more, many cameras' frames would grow old in the queue.
    private static let inFlight = 2
    private let workers: Int?
    private let program: String
    private let feed: String
    private let file: HandedFile?
    private let interrupt: InterruptFlag
    private let reaper: ProcessReaper

    /// - Parameters:
    ///   - program: Footpath's own path, whose verb `camera` runs a `CaptureProcessMain`.
    ///   - feed: the camera's name, which `ps` shows.
    ///   - file: what processes read, where requests are for `HandedFile.path`.
    ///   - workers: who analyse a file that others don't share them with, which gets as many pictures on the way as an
    ///     `OpenedVideo`; nil for cameras.
    ///   - interrupt: ends everything that is opened.
    ///   - reaper: takes processes that can't be killed.
    public init(
        program: String, feed: String, file: HandedFile? = nil, workers: Int? = nil,
        interrupt: InterruptFlag = InterruptFlag(),
        reaper: ProcessReaper = .shared
    ) {
        self.workers = workers
        self.program = program
        self.feed = feed
        self.file = file
        self.interrupt = interrupt
        self.reaper = reaper
    }

    public func open(
        _ request: SourceRequest, report: @escaping @Sendable (SourceEvent) -> Void
    ) -> any SourceConnection {
        let (program, feed, file, workers, reaper) = (program, feed, file, workers, reaper)
        let interrupt = InterruptFlag(following: interrupt)
        let inFlight = workers.map { OpenedVideo.framesOnTheWay(workers: $0, pictureBytes: 1) } ?? Self.inFlight
        return ReadingThread(label: "footpath.camera.read", permits: inFlight, interrupt: interrupt) { permits in
            do throws(DecodingError) {
                try reaper.checkRoom(for: feed)
                let process = try CaptureProcessHandle(
                    request, feed: feed, program: program, file: file, inFlight: inFlight, interrupt: interrupt)
                defer { process.close().map { reaper.adopt($0, of: feed) } }
                report(.started(processID: process.processID))
                let opened = process.next(isOpening: true)
                if let workers, case .opened(let video) = opened {
                    let bytes = video.stream.pictureBytes
                    let allowed = OpenedVideo.framesOnTheWay(workers: workers, pictureBytes: bytes)
                    for _ in allowed..<inFlight { permits.take() }
                }
                report(opened)
                while !process.hasEnded {
                    permits.take()
                    report(process.next(isOpening: false))
                }
            } catch {
                report(.ended(error, SourceCounts()))
            }
        }
    }
}

/// A video that was opened in this process; every frame of it comes, however long its reader takes.
public final class OpenedVideo: SourceOpening {
    // Used by the one thread that `open` starts.
    private nonisolated(unsafe) let source: VideoSource
    private let inFlight: Int
    private let interrupt: InterruptFlag

    /// Bytes of pictures that may be on the way, two pictures in any case; and for each worker, where a picture for each
    /// and two more may be.
    private static let (mostBytes, bytesPerWorker) = (512 << 20, 8 << 20)

    /// - Parameters:
    ///   - workers: who analyse it; so many frames are on the way that they never wait for the decoder.
    ///   - interrupt: the source's own.
    public init(_ source: VideoSource, workers: Int, interrupt: InterruptFlag) {
        self.source = source
        self.interrupt = interrupt
        inFlight = Self.framesOnTheWay(workers: workers, pictureBytes: source.description.pictureBytes)
    }

    /// How many frames the memory for them allows.
    static func framesOnTheWay(workers: Int, pictureBytes: Int) -> Int {
        let wanted = min(3 * workers + 2, max(workers + 2, workers * bytesPerWorker / pictureBytes))
        return max(2, min(wanted, mostBytes / pictureBytes))
    }

    /// To be called once; what is opened is the video, whatever the request says.
    public func open(
        _ request: SourceRequest, report: @escaping @Sendable (SourceEvent) -> Void
    ) -> any SourceConnection {
        ReadingThread(label: "footpath.decode", permits: inFlight, interrupt: interrupt) { [self] permits in
            report(.opened(OpenedSource(stream: source.description, decoder: nil)))
            do throws(DecodingError) {
                repeat { permits.take() } while try readFrame(report)
                report(.ended(nil, source.counts))
            } catch {
                report(.ended(error, source.counts))
            }
        }
    }

    private func readFrame(_ report: (SourceEvent) -> Void) throws(DecodingError) -> Bool {
        guard let frame = try source.next() else { return false }
        report(.frame(SourceFrame(frame, CaptureFacts(counts: source.counts))))
        return true
    }
}

extension StreamDescription {
    /// What a picture of it takes in memory.
    fileprivate var pictureBytes: Int {
        let (width, height) = (Int32(clamping: codedSize.width), Int32(clamping: codedSize.height))
        return max(1, Int(av_image_get_buffer_size(av_get_pix_fmt(pixelFormat), width, height, 32)))
    }
}

/// Reads a source on a thread of its own, whose blocking calls an interrupt flag ends.
private final class ReadingThread: SourceConnection {
    private let permits: Permits
    private let interrupt: InterruptFlag
    private let group = DispatchGroup()

    init(
        label: String, permits count: Int, interrupt: InterruptFlag, _ read: @escaping @Sendable (Permits) -> Void
    ) {
        self.interrupt = interrupt
        permits = Permits(count)
        let permits = permits
        DispatchQueue(label: label).async(group: group) { read(permits) }
    }

    func permit() { permits.give() }

    func stop() {
        interrupt.raise()
        permits.give()
    }

    func hasEnded(within seconds: Double) -> Bool { group.wait(timeout: .now() + seconds) == .success }
}
