import Analyzing
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
    private static let shared = [
        "transport", "options", "format", "hwaccel", "max_picture", "open_timeout", "read_timeout", "fps", "quality",
        "input_size",
        "scales", "model", "confidence", "masks", "camera_motion", "max_lost", "bridge", "predicted", "face_fps",
        "landmarks", "raw_landmarks", "face_confidence", "min_face", "face_model", "settle",
    ]
    private static let own = ["name", "source", "directory", "credentials"]

    /// Each camera holds two threads of Dispatch, which has 255, and each worker one.
    private static let mostCameras = 90

    private enum Transport: String, CaseIterable {
        case tcp, udp
    }

    func cameras(_ value: ConfigValue?, defaults: ConfigValue?, in root: ConfigValue) -> [CameraSettings] {
        let defaults = defaults?.mapping(Self.shared)
        guard let value else {
            root.fail("cameras is missing; name at least one")
            return []
        }
        guard let list = value.list() else { return [] }
        if list.isEmpty { value.fail("name at least one camera") }
        guard list.count <= Self.mostCameras else {
            value.fail("at most \(Self.mostCameras); follow the others by another footpath run")
            return []
        }
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

    private func camera(_ name: String, _ own: ConfigMapping, _ defaults: ConfigMapping?) -> CameraSettings? {
        let all = own.inheriting(defaults)
        var request = request(own)
        let isLive = own["directory"] == nil && Self.isLive(request?.source ?? "")
        let options = analysis(all, isLive: isLive)
        request?.isLive = isLive
        guard var request else { return nil }
        request.options = sourceOptions(own, all, source: request.source)
        request.options.mayNameFiles = own["directory"] == nil
        request.options.largestPicture = options.largestPicture
        request.rate = options.sampleRate
        let isFolder = own["directory"] != nil
        if let value = own["settle"], !isFolder { value.fail("only directories have one") }
        return CameraSettings(
            name: name, source: isFolder ? .directory(request) : isLive ? .camera(request) : .file(request),
            options: options, statsInterval: statsInterval, settle: all["settle"]?.duration(1...3600) ?? 10)
    }

    // MARK: - The source

    private func request(_ own: ConfigMapping) -> CameraRequest? {
        switch (own["source"], own["directory"]) {
        case (let source?, nil):
            guard let text = source.text() else { return nil }
            if text == "-" { source.fail("a daemon has no standard input; use footpath analyze") }
            if SourceName(text).holdsSecrets {
                source.warn(
                    "holds a user, a password or a key, for all who read this file; credentials: keeps them apart")
            }
            guard let credentials = own["credentials"] else { return CameraRequest(source: text) }
            return secrets.apply(credentials, to: text).map {
                CameraRequest(source: $0, shown: $0 == text ? nil : text)
            }
        case (nil, let folder?):
            guard let text = folder.text() else { return nil }
            own["credentials"]?.fail("a directory needs none")
            return CameraRequest(source: text.count > 1 && text.hasSuffix("/") ? String(text.dropLast()) : text)
        case (nil, nil):
            own.owner.fail("source is missing; give a URL, a device, a file, or a directory")
        case (.some, let folder?):
            folder.fail("give source or directory, not both")
        }
        return nil
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

    // MARK: - The analysis

    /// Seconds for which a live camera's records wait for somebody out of sight, where the file doesn't say.
    private static let liveBridge = 0.5

    private func analysis(_ all: ConfigMapping, isLive: Bool) -> AnalysisOptions {
        var settings = AnalyzeSettings()
        let standard = settings
        settings.confidence = all["confidence"]?.number() ?? standard.confidence
        settings.fps = all["fps"]?.number()
        settings.quality = all["quality"]?.choice()
        settings.inputSize = all["input_size"]?.text()
        settings.scales = all["scales"]?.integer(1...4)
        settings.model = all["model"]?.file()
        settings.cameraMotion = all["camera_motion"]?.choice() ?? standard.cameraMotion
        settings.maxLost = all["max_lost"]?.duration(0...3600) ?? standard.maxLost
        settings.bridge = all["bridge"]?.duration(0...60) ?? (isLive ? Self.liveBridge : nil)
        settings.predicted = all["predicted"]?.flag() ?? false
        settings.faceFPS = all["face_fps"]?.number() ?? standard.faceFPS
        settings.landmarks = all["landmarks"]?.choice() ?? standard.landmarks
        settings.rawLandmarks = all["raw_landmarks"]?.flag() ?? false
        settings.faceConfidence = all["face_confidence"]?.number() ?? standard.faceConfidence
        settings.minFace = all["min_face"]?.number() ?? standard.minFace
        settings.faceModel = all["face_model"]?.file()
        settings.masks = masks(all["masks"])
        settings.maxPicture = all["max_picture"]?.text()
        do {
            return try settings.options(cores: 1) { setting in
                let key = setting == "mask" ? "masks" : setting.replacing("-", with: "_")
                return all[key]?.place ?? "\(all.owner.place).\(key)"
            }
        } catch {
            error.problems.forEach { all.owner.problems.add($0) }
            return AnalysisOptions()
        }
    }

    /// Each as `LEFT,TOP,WIDTH,HEIGHT`.
    private func masks(_ value: ConfigValue?) -> [String] {
        (value?.list() ?? []).compactMap { mask in
            mask.list().map { $0.compactMap { $0.text() }.joined(separator: ",") }
        }
    }
}
