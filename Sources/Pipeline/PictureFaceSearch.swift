import Analyzing
import Capturing
import Decoding
import Detecting
import Dispatch
import Glibc
import Inference
import PathModel
import Rekognition
import Synchronization
import Waiting

/// Finds all faces of pictures that strangers send, for DetectFaces. Any thread may ask.
///
/// A picture is decoded by a process of its own, as a camera is: it may be made to crash its decoder or to fill the memory.
public final class PictureFaceSearch: Sendable {
    /// Pictures have 50 million pixels at most, of 10,000 at most a side.
    static let (mostPixels, longestSide): (Int64, Int) = (50_000_000, 10_000)
    /// As many as Rekognition finds.
    private static let mostFaces = 100
    /// Seconds for a picture to be decoded.
    private static let deadline = 20.0

    private let finders: [Finder]
    /// Numbers of finders that nobody uses.
    private let free = Mailbox<Int>()
    private let landmarks: Landmark.Selection
    private let processes: @Sendable (HandedFile) -> CaptureProcesses
    private let log: @Sendable (String) -> Void

    private final class Finder: Sendable {
        let pictures: Mutex<FacePictures>

        init(_ pictures: sending FacePictures) {
            self.pictures = Mutex(pictures)
        }
    }

    /// Loads the face networks.
    ///
    /// - Parameters:
    ///   - options: only what concerns faces counts.
    ///   - program: Footpath's own path, to start processes by.
    ///   - parallel: how many pictures are searched at once; others wait.
    ///   - log: takes what went wrong with the program rather than with a picture.
    public init(
        engine: any InferenceEngine, modelFolder: String, options: AnalysisOptions, program: String, parallel: Int,
        log: @escaping @Sendable (String) -> Void
    ) throws(InferenceError) {
        var finders: [Finder] = []
        for number in 0..<max(1, parallel) {
            finders.append(
                Finder(try FacePictures(engine: engine, modelFolder: modelFolder, options: options)))
            free.post(number)
        }
        self.finders = finders
        landmarks = options.faces.landmarks
        processes = { CaptureProcesses(program: program, feed: "picture", file: $0) }
        self.log = log
    }

    /// All faces of a JPEG or PNG, at most 100, the largest first, as the text of DetectFaces' `FaceDetails`; in ratios of the
    /// picture as its Exif orientation turns it. Blocks for as long as the search takes.
    ///
    /// - Throws: `invalidImageFormat`, `imageTooLarge` or `internalServerError`.
    public func faces(in bytes: [UInt8]) throws(APIError) -> [UInt8] {
        guard let header = PictureHeader(bytes) else {
            throw APIError(.invalidImageFormat, "Request has invalid image format: it is no JPEG and no PNG.")
        }
        let size = header.size
        guard size.width <= Self.longestSide, size.height <= Self.longestSide, size.pixels <= Self.mostPixels else {
            throw APIError(
                .imageTooLarge,
                "The image has \(size) pixels; \(Self.longestSide) a side and \(Self.mostPixels) in all are the most.")
        }
        let picture = try decode(bytes, header)
        guard let number = free.take() else { throw Self.failure }
        defer { free.post(number) }
        do throws(InferenceError) {
            let found = try finders[number].pictures.withLock { pictures throws(InferenceError) in
                try pictures.findAll(in: picture, most: Self.mostFaces)
            }
            return faceDetails(found, landmarks: landmarks)
        } catch {
            log("DetectFaces: \(error)")
            throw Self.failure
        }
    }

    private static let failure = APIError(.internalServerError, "The image could not be searched. Try again.")

    private func decode(_ bytes: [UInt8], _ header: PictureHeader) throws(APIError) -> Picture {
        guard let file = HandedFile(holding: bytes) else {
            log("DetectFaces: no memory for a picture: \(String(cString: strerror(errno)))")
            throw Self.failure
        }
        var request = SourceRequest(source: HandedFile.path, shown: "picture")
        request.options.format = header.format == .png ? "png_pipe" : "jpeg_pipe"
        request.options.mayNameFiles = false
        // FFmpeg's decoders fill up to whole blocks.
        request.options.largestPicture = PixelSize(width: header.size.width + 64, height: header.size.height + 64)
        (request.options.openTimeout, request.options.readTimeout) = (Self.deadline / 2, Self.deadline / 2)
        let events = Mailbox<SourceEvent>()
        let connection = processes(file).open(request) { events.post($0) }
        defer { connection.stop() }
        while let event = events.take(until: .now() + Self.deadline) {
            switch event {
            case .started, .opened: continue
            case .frame(let frame): return frame.frame.picture
            case .ended(let error, _): throw invalid(error)
            }
        }
        throw invalid(.stalled(source: "picture", reason: "it takes too long to decode"))
    }

    private func invalid(_ error: DecodingError?) -> APIError {
        if case .unreadable(_, let reason) = error { log("DetectFaces: \(reason)") }
        return APIError(.invalidImageFormat, "Request has invalid image format: it can't be decoded.")
    }
}
