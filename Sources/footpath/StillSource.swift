import Analyzing
import Capturing
import Decoding
import Encoding
import Following
import Foundation
import PathModel

/// Where a picture to look at comes from.
struct StillSource {
    /// Those that may be it, in the order in which they are tried.
    private let names: [SourceName]
    private let options: SourceOptions

    /// A source that the user named.
    init(_ name: SourceName, options: SourceOptions) {
        names = [name]
        var options = options
        let isCamera = name.text.contains("://") && !name.text.hasPrefix("file://")
        if isCamera {
            // As `footpath run` opens it.
            (options.isLive, options.openTimeout, options.readTimeout) = (true, 15, 10)
            if name.text.hasPrefix("rtsp") { options.parameters["rtsp_transport"] = "tcp" }
        }
        self.options = options
    }

    /// A camera of a configuration; of a folder the newest video that opens.
    ///
    /// - Throws: `DecodingError` where the folder holds nothing.
    init(camera: FeedSettings) throws(DecodingError) {
        switch camera.source {
        case .camera(let request), .file(let request):
            (names, options) = ([request.name], request.options)
        case .directory(let request):
            let files = Self.newest(in: request.source)
            guard !files.isEmpty else {
                throw .unreadable(source: request.source, reason: "holds no file yet; give a picture, and --camera")
            }
            (names, options) = (files.map { SourceName($0) }, request.options)
        }
    }

    /// What people are shown of its name.
    var title: String { names.first?.baseName ?? "" }

    /// Its picture, reduced to fit in a size.
    func picture(within largest: PixelSize, interrupt: InterruptFlag) throws(DecodingError) -> PixelBuffer {
        var failure = DecodingError.unreadable(source: title, reason: "there is nothing")
        for name in names {
            do throws(DecodingError) {
                OpenedFiles.note(path: name.text)
                let source = try VideoSource(name, options: options, threads: 1, interrupt: interrupt)
                return try StillPicture.early(of: source, within: largest)
            } catch .interrupted {
                throw .interrupted
            } catch {
                failure = error
            }
        }
        throw failure
    }

    private static func newest(in folder: String) -> [String] {
        let key = URLResourceKey.contentModificationDateKey
        let urls = try? FileManager.default.contentsOfDirectory(
            at: URL(fileURLWithPath: folder), includingPropertiesForKeys: [key, .isRegularFileKey],
            options: .skipsHiddenFiles)
        let files = (urls ?? []).compactMap { url -> (path: String, time: Date)? in
            let values = try? url.resourceValues(forKeys: [key, .isRegularFileKey])
            guard values?.isRegularFile == true, let time = values?.contentModificationDate else { return nil }
            return (url.path, time)
        }
        return files.sorted { $0.time > $1.time }.prefix(5).map(\.path)
    }
}
