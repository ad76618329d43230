import PathModel

/// Records from their keys. Nil where one is missing without which the record says nothing.
extension Record.Session {
    init(_ keys: ScannedObject, _ line: Span<UInt8>) {
        version = keys.text("version", line) ?? ""
        let settings = keys.object("settings", line)
        detail = settings?.text("detail", line)
        framesPerSecond = settings?.double("fps", line)
        shard = keys.text("shard", line)
    }
}

extension Record.Stream {
    init(_ keys: ScannedObject, source: String, _ line: Span<UInt8>) {
        run = keys.integer("run", line) ?? 1
        codec = keys.text("codec", line) ?? ""
        container = keys.text("container", line) ?? ""
        colorRange = keys.text("color_range", line) ?? ""
        if let width = keys.integer("frame_width", line), let height = keys.integer("frame_height", line),
            1...100_000 ~= width, 1...100_000 ~= height
        {
            frameSize = PixelSize(width: width, height: height)
        }
        frameRate = keys.double("frame_rate", line)
        duration = keys.integer("duration_ms", line).map(Int64.init)
        clock = keys.text("clock", line) ?? ""
        timeOrigin = keys.text("time_origin", line) ?? ""
        self.source = source
    }
}

extension Record.Region {
    init?(_ keys: ScannedObject, _ line: Span<UInt8>) {
        guard let kind = keys.text("kind", line) else { return nil }
        self.kind = kind
        name = keys.text("name", line) ?? ""
        points = keys.points("points", line)
        anchor = keys.text("anchor", line)
        guard !points.isEmpty else { return nil }
    }
}

extension Record.PathEnd {
    /// More don't fit on a line of 8 KiB.
    private static let mostRegions = 200

    init?(track: Int, _ keys: ScannedObject, _ line: Span<UInt8>) {
        guard let start = keys.time("start", line), let end = keys.time("end", line) else { return nil }
        self.track = track
        (self.start, self.end) = (start, max(start, end))
        cause = keys.text("cause", line) ?? ""
        points = keys.integer("points", line) ?? 0
        distance = keys.double("distance", line) ?? 0
        meanSpeed = keys.double("mean_speed", line) ?? 0
        entry = keys.text("entry", line) ?? ""
        exit = keys.text("exit", line) ?? ""
        bestFaceConfidence = keys.double("best_face_confidence", line).map { $0 / 100 }
        zones = keys.objects("zones", line).prefix(Self.mostRegions).compactMap { zone in
            guard let name = zone.text("name", line) else { return nil }
            return Record.Dwell(
                name: name, dwell: Int64(zone.integer("dwell_ms", line) ?? 0),
                entries: zone.integer("entries", line) ?? 0)
        }
        lines = keys.objects("lines", line).prefix(Self.mostRegions).compactMap { passages in
            guard let name = passages.text("name", line) else { return nil }
            return Record.Passages(
                name: name, inward: passages.integer("in", line) ?? 0, outward: passages.integer("out", line) ?? 0)
        }
    }
}

extension Record.ZoneVisit {
    init?(track: Int, pts: Int64, _ keys: ScannedObject, _ line: Span<UInt8>) {
        guard let name = keys.text("name", line), let action = keys.text("action", line) else { return nil }
        (self.track, self.pts, self.name, self.action) = (track, pts, name, action)
        people = keys.integer("people", line) ?? 0
        appeared = keys.flag("appeared", line)
        cause = keys.text("cause", line)
        dwell = keys.integer("dwell_ms", line).map(Int64.init)
        state = keys.text("state", line)
    }
}

extension Record.Crossing {
    init?(track: Int, pts: Int64, _ keys: ScannedObject, _ line: Span<UInt8>) {
        guard let name = keys.text("name", line), let direction = keys.text("direction", line) else { return nil }
        (self.track, self.pts, self.name) = (track, pts, name)
        isInward = direction == "in"
        let place = keys.object("place", line)
        self.place = Point(x: place?.double("x", line) ?? 0, y: place?.double("y", line) ?? 0)
        inward = keys.integer("in", line) ?? 0
        outward = keys.integer("out", line) ?? 0
        people = keys.integer("people", line) ?? 0
    }
}

extension Record.Crowd {
    init?(_ keys: ScannedObject, _ line: Span<UInt8>) {
        guard let name = keys.text("name", line), let state = keys.text("state", line) else { return nil }
        (self.name, self.state) = (name, state)
        people = keys.integer("people", line) ?? 0
        duration = keys.integer("duration_ms", line).map(Int64.init)
    }
}

extension Record.Counts {
    /// More don't fit on a line of 8 KiB.
    private static let mostRegions = 200

    init?(_ keys: ScannedObject, _ line: Span<UInt8>) {
        guard let from = keys.time("from", line), let to = keys.time("to", line), from <= to else { return nil }
        (self.from, self.to) = (from, to)
        observed = keys.double("observed_share", line).map { min(max($0, 0), 1) }
        zones = keys.objects("zones", line).prefix(Self.mostRegions).compactMap { zone in
            guard let name = zone.text("name", line) else { return nil }
            return Zone(
                name: name, least: zone.integer("people_min", line), most: zone.integer("people_max", line),
                mean: zone.double("people_mean", line), entered: zone.integer("entered", line) ?? 0,
                left: zone.integer("left", line) ?? 0, meanDwell: zone.double("dwell_ms_mean", line))
        }
        lines = keys.objects("lines", line).prefix(Self.mostRegions).compactMap { passages in
            guard let name = passages.text("name", line) else { return nil }
            return Line(
                name: name, inward: passages.integer("in", line) ?? 0, outward: passages.integer("out", line) ?? 0,
                people: passages.integer("people", line) ?? 0)
        }
    }
}

extension Record.Gap {
    init?(_ keys: ScannedObject, _ line: Span<UInt8>) {
        guard let from = keys.time("from", line), let to = keys.time("to", line) else { return nil }
        (self.from, self.to) = (from, to)
        reason = keys.text("reason", line) ?? ""
    }
}

extension BoundingBox {
    fileprivate init?(_ keys: ScannedObject, _ line: Span<UInt8>) {
        guard let left = keys.double("left", line), let top = keys.double("top", line),
            let width = keys.double("width", line), let height = keys.double("height", line)
        else { return nil }
        self.init(left: left, top: top, width: width, height: height)
        guard isUsable else { return nil }
    }
}

extension Face {
    /// Nil where it has no box.
    init?(_ range: Range<Int>, _ line: Span<UInt8>) {
        let keys = ScannedObject(range, line)
        guard let box = keys.object("box", line).flatMap({ BoundingBox($0, line) }) else { return nil }
        self.init(
            box: box, confidence: (keys.double("confidence", line) ?? 0) / 100,
            landmarks: Self.landmarks("landmarks", keys, line))
        rawLandmarks = Self.landmarks("raw_landmarks", keys, line)
        if let angles = keys.object("pose", line), let roll = angles.double("roll", line),
            let yaw = angles.double("yaw", line), let pitch = angles.double("pitch", line)
        {
            pose = Pose(roll: roll, yaw: yaw, pitch: pitch)
        }
        if let seen = keys.object("quality", line) {
            quality = FaceQuality(
                brightness: seen.double("brightness", line) ?? 0, sharpness: seen.double("sharpness", line) ?? 0)
        }
    }

    /// Those of names that this version doesn't know are left out.
    private static func landmarks(_ key: StaticString, _ keys: ScannedObject, _ line: Span<UInt8>) -> [Landmark] {
        keys.objects(key, line).compactMap { landmark in
            guard let kind = landmark.text("type", line).flatMap(Landmark.Kind.init(rawValue:)),
                let x = landmark.double("x", line), let y = landmark.double("y", line)
            else { return nil }
            return Landmark(kind: kind, position: Point(x: x, y: y))
        }
    }
}
