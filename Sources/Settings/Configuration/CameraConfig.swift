import Analyzing
import Capturing
import Decoding
import Following
import Foundation
import PathModel

/// Reads the cameras of a configuration file.
struct CameraConfig {
    let secrets: Secrets
    /// Seconds.
    let statsInterval: Double

    /// Keys that `defaults` may have, too.
    private static let shared =
        ["transport", "options", "format", "hwaccel", "open_timeout", "read_timeout", "settle", "pictures", "blur"]
        + AnalysisConfig.keys
    private static let own = ["name", "source", "directory", "credentials"]

    /// For one machine: each camera holds two threads of Dispatch, which has 255, and each worker one.
    static let mostCameras = 90

    private enum Transport: String, CaseIterable {
        case tcp, udp
    }

    private enum BlurName: String, CaseIterable {
        case none, faces, heads, people
    }

    func cameras(_ value: ConfigValue?, defaults: ConfigValue?, in root: ConfigValue) -> [FeedSettings] {
        let defaults = defaults?.mapping(Self.shared)
        guard let value else {
            root.fail("cameras is missing; name at least one")
            return []
        }
        guard let list = value.list() else { return [] }
        if list.isEmpty { value.fail("name at least one camera") }
        var names: Set<String> = []
        return list.compactMap { element in
            guard let mapping = element.mapping(Self.own + Self.shared) else { return nil }
            guard let name = name(mapping) else { return nil }
            if !names.insert(name).inserted { mapping["name"]?.fail("\(name): another camera has this name") }
            return camera(name, mapping, defaults)
        }
    }

    /// It becomes part of file names.
    private func name(_ mapping: ConfigMapping) -> String? {
        guard let value = mapping["name"] else {
            mapping.owner.fail("name is missing")
            return nil
        }
        guard let name = value.text() else { return nil }
        let isFit = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        if !isFit || name.hasPrefix(".") || name.count > 64 {
            value.fail("\(value.shown(name)): give up to 64 of the characters a-z A-Z 0-9 - _ . and no dot first")
        }
        return name
    }

    private func camera(_ name: String, _ own: ConfigMapping, _ defaults: ConfigMapping?) -> FeedSettings? {
        let all = own.inheriting(defaults)
        let request = request(own)
        let isLive = own["directory"] == nil && Self.isLive(request?.source ?? "")
        let options = AnalysisConfig.options(of: all, isLive: isLive)
        guard var request else { return nil }
        request.options = sourceOptions(own, all, source: request.source)
        request.options.isLive = isLive
        request.options.mayNameFiles = own["directory"] == nil
        request.options.largestPicture = options.largestPicture
        request.fps = options.fps
        let isFolder = own["directory"] != nil
        checkPresence(own, request)
        if let value = own["settle"], !isFolder { value.fail("only directories have one") }
        return FeedSettings(
            name: name, source: isFolder ? .directory(request) : isLive ? .camera(request) : .file(request),
            options: options, statsInterval: statsInterval, settle: all["settle"]?.duration(1...3600) ?? 10,
            showsPictures: showsPictures(all, options), blur: blur(own, all))
    }

    // MARK: - Pictures

    private func showsPictures(_ all: ConfigMapping, _ options: AnalysisOptions) -> Bool {
        guard let value = all["pictures"], value.flag() == true else { return false }
        if options.detail == .counts { value.fail("shows single people, of whom detail: counts says nothing") }
        return true
    }

    private func blur(_ own: ConfigMapping, _ all: ConfigMapping) -> Blur? {
        guard let name = all["blur"]?.choice(BlurName.self), let blur = Blur(rawValue: name.rawValue)
        else { return nil }
        if let value = own["blur"], all["pictures"] == nil { value.fail("is for the pictures of pictures: true") }
        return blur
    }

    // MARK: - The source

    private func request(_ own: ConfigMapping) -> SourceRequest? {
        switch (own["source"], own["directory"]) {
        case (let source?, nil):
            guard let text = source.text() else { return nil }
            if text == "-" { source.fail("a daemon has no standard input; use footpath analyze") }
            if SourceName(text).holdsSecrets {
                source.warn(
                    "holds a user, a password or a key, for all who read this file; credentials: keeps them apart")
            }
            guard let credentials = own["credentials"] else { return SourceRequest(source: text) }
            return secrets.apply(credentials, to: text).map {
                SourceRequest(source: $0, shown: $0 == text ? nil : text)
            }
        case (nil, let folder?):
            guard let text = folder.text() else { return nil }
            own["credentials"]?.fail("a directory needs none")
            guard !text.contains("://") else {
                folder.fail("\(folder.shown(text)): is no folder; give what has an address as source")
                return nil
            }
            return SourceRequest(source: text.count > 1 && text.hasSuffix("/") ? String(text.dropLast()) : text)
        case (nil, nil):
            own.owner.fail("source is missing; give a URL, a device, a file, or a directory")
        case (.some, let folder?):
            folder.fail("give source or directory, not both")
        }
        return nil
    }

    /// A device and a share come and go; a file that isn't there is never followed.
    private func checkPresence(_ own: ConfigMapping, _ request: SourceRequest) {
        guard own.owner.problems.looksAtFiles else { return }
        if let folder = own["directory"] {
            var isFolder: ObjCBool = false
            if !FileManager.default.fileExists(atPath: request.source, isDirectory: &isFolder) {
                folder.warn("\(request.source): there is no such folder now; it is waited for")
            } else if !isFolder.boolValue {
                folder.fail("\(request.source): is no folder")
            }
        } else if let source = own["source"], own["credentials"] == nil, request.options.format ?? "v4l2" == "v4l2",
            let absence = request.name.absence
        {
            let problem = "\(request.name.redacted): \(absence)"
            if request.options.isLive {
                source.warn(problem + "; it is tried again and again")
            } else {
                source.fail(problem)
            }
        }
    }

    private func sourceOptions(_ own: ConfigMapping, _ all: ConfigMapping, source: String) -> SourceOptions {
        var options = SourceOptions()
        for (key, value) in all["options"]?.mapping(nil)?.values ?? [:] {
            if let text = value.text() { options.parameters[key] = text }
        }
        let isRTSP = source.hasPrefix("rtsp://") || source.hasPrefix("rtsps://")
        let transport: Transport? = all["transport"]?.choice()
        if isRTSP {
            if options.parameters["rtsp_transport"] == nil {
                options.parameters["rtsp_transport"] = (transport ?? .tcp).rawValue
            }
        } else if let value = own["transport"] {
            value.fail("only rtsp:// and rtsps:// sources have one")
        }
        options.format = all["format"]?.text() ?? (source.hasPrefix("/dev/video") ? "v4l2" : nil)
        options.hardware = all["hwaccel"]?.choice() ?? .none
        options.openTimeout = all["open_timeout"]?.duration(0.5...600) ?? 15
        options.readTimeout = all["read_timeout"]?.duration(0.5...600) ?? 10
        return options
    }

    /// URLs and devices are; files aren't.
    private static func isLive(_ source: String) -> Bool {
        source.hasPrefix("/dev/") || source.contains("://") && !source.hasPrefix("file://")
    }
}
