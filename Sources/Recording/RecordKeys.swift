import PathModel

/// Which keys each event has, and in which order (docs/records.md).
extension JSONLine {
    /// Adds the keys of a record's event.
    mutating func add(_ record: PathRecord, clock: StreamClock) {
        switch record.event {
        case .sessionStart(let start): add(start)
        case .streamStart(let start): add(start)
        case .region(let region): add(region)
        case .pathStart(let start): add(start)
        case .path(let point): add(point)
        case .pathEnd(let end): add(end, clock: clock)
        case .zone(let change): add(change, at: record.time)
        case .line(let crossing): add(crossing, at: record.time)
        case .crowd(let change): add(change, at: record.time)
        case .counts(let counts): add(counts, clock: clock)
        case .gap(let gap): add(gap, clock: clock)
        case .stats(let stats): add(stats)
        case .streamEnd(let end): add(end)
        case .sessionEnd(let end): add(end)
        }
    }

    private mutating func add(_ start: SessionStart) {
        add("version", start.version)
        if let shard = start.shard { add("shard", shard) }
        addArray("models", start.models) { line, model in
            line.add("name", model.name)
            line.add("sha256", model.sha256)
        }
        addObject("settings") { line in
            for setting in start.settings { line.add(setting) }
        }
    }

    /// Where the line would be too long even with all other texts cut, settings are cut, too.
    private var settingLimit: Int { textLimit > RecordWriter.shortestText ? RecordWriter.longestSetting : textLimit }

    private mutating func add(_ setting: SessionStart.Setting) {
        switch setting.value {
        case .number(let value): add(setting.key, exactly: value)
        case .text(let value): add(setting.key, value, limit: settingLimit)
        case .flag(let value): add(setting.key, value)
        }
    }

    private mutating func add(_ start: StreamStart) {
        add("run", start.run)
        add("codec", start.codec)
        add("container", start.container)
        add("frame_width", start.frameSize.width)
        add("frame_height", start.frameSize.height)
        if let rate = start.frameRate { add("frame_rate", rate, decimals: 6) }
        if let duration = start.durationMilliseconds { add("duration_ms", duration) }
        add("pixel_format", start.pixelFormat)
        add("color_range", start.colorRange)
        add("clock", start.clock.rawValue)
        add("time_origin", start.timeOrigin.rawValue)
        if let error = start.clockErrorMilliseconds { add("clock_error_ms", error) }
        if let decoder = start.decoder { add("decoder", decoder) }
        add("source", start.source)
    }

    private mutating func add(_ start: PathStart) {
        add("track", start.track)
        add(start.frame)
        add("box", start.box)
        add("entry", start.entry.rawValue)
    }

    private mutating func add(_ point: PathPoint) {
        add("track", point.track)
        add(point.frame)
        add("box", point.box)
        add("confidence", percent: point.confidence)
        add("source", point.source.rawValue)
        if point.isStill { add("still", true) }
        if let time = point.faceTime { add("face_pts_ms", time.milliseconds) }
        if let face = point.face { addObject("face") { $0.add(face) } }
    }

    /// A face's keys.
    mutating func add(_ face: Face) {
        add("box", face.box)
        add("confidence", percent: face.confidence)
        add("landmarks", face.landmarks)
        if let pose = face.pose {
            addObject("pose") { line in
                line.add("roll", pose.roll, decimals: 2)
                line.add("yaw", pose.yaw, decimals: 2)
                line.add("pitch", pose.pitch, decimals: 2)
            }
        }
        addObject("quality") { line in
            line.add("brightness", face.quality.brightness, decimals: 2)
            line.add("sharpness", face.quality.sharpness, decimals: 2)
        }
        if !face.rawLandmarks.isEmpty { add("raw_landmarks", face.rawLandmarks) }
    }

    private mutating func add(_ key: String, _ landmarks: [Landmark]) {
        addArray(key, landmarks) { line, landmark in
            line.add("type", landmark.kind.rawValue)
            line.add("x", ratio: landmark.position.x)
            line.add("y", ratio: landmark.position.y)
        }
    }

    private mutating func add(_ end: PathEnd, clock: StreamClock) {
        let seconds = end.end.seconds(since: end.start)
        add("track", end.track)
        add("cause", end.cause.rawValue)
        add("start", clock.utc(end.start))
        add("end", clock.utc(end.end))
        // The difference of what stands in `start` and `end`, not a third rounding.
        add("duration_ms", end.end.milliseconds - end.start.milliseconds)
        add("points", end.points)
        add("distance", ratio: end.distance)
        add("mean_speed", ratio: seconds > 0 ? end.distance / seconds : 0)
        add("entry", end.entry.rawValue)
        add("exit", end.exit.rawValue)
        add(zones: end.zones, lines: end.lines)
        if let confidence = end.bestFaceConfidence { add("best_face_confidence", percent: confidence) }
    }

    private mutating func add(_ gap: Gap, clock: StreamClock) {
        add("from", clock.utc(gap.from))
        add("to", clock.utc(gap.to))
        add("reason", gap.reason.rawValue)
        if let lost = gap.framesLost { add("frames_lost", lost) }
    }

    private mutating func add(_ stats: FeedStats) {
        add("interval_ms", stats.intervalMilliseconds)
        add("state", stats.state)
        for figure in stats.figures { add(figure.key, figure.value) }
        if let latency = stats.latencyP50Milliseconds { add("latency_p50_ms", latency) }
        if let latency = stats.latencyP99Milliseconds { add("latency_p99_ms", latency) }
        if let decoder = stats.decoder { add("decoder", decoder) }
        if let clock = stats.clock { add("clock", clock.rawValue) }
        if let error = stats.clockErrorMilliseconds { add("clock_error_ms", error) }
        add("memory_bytes", stats.memory)
    }

    private mutating func add(_ end: StreamEnd) {
        add("reason", end.reason.rawValue)
        if let message = end.message { add("message", message) }
        add("frames", end.frames)
        add("analyzed", end.analyzed)
        add("decode_errors", end.decodeErrors)
    }

    private mutating func add(_ end: SessionEnd) {
        add("analyzed", end.analyzed)
        add("paths", end.paths)
        add("points", end.points)
        add("faces", end.faces)
    }

    private mutating func add(_ frame: FrameInfo) {
        add("frame", frame.index)
        add("pts_ms", frame.time.milliseconds)
        if frame.isTimeEstimated { add("time_estimated", true) }
    }

    private mutating func add(_ key: String, _ box: BoundingBox) {
        addObject(key) { line in
            line.add("left", ratio: box.left)
            line.add("top", ratio: box.top)
            line.add("width", ratio: box.width)
            line.add("height", ratio: box.height)
        }
    }

    private mutating func add(_ key: String, ratio: Double) {
        add(key, ratio, decimals: 5)
    }

    private mutating func add(_ key: String, percent confidence: Double) {
        add(key, confidence * 100, decimals: 2)
    }
}

extension PathRecord.Event {
    /// The value of the key `event`.
    var name: String {
        switch self {
        case .sessionStart: "session_start"
        case .streamStart: "stream_start"
        case .region: "region"
        case .pathStart: "path_start"
        case .path: "path"
        case .pathEnd: "path_end"
        case .zone: "zone"
        case .line: "line"
        case .crowd: "crowd"
        case .counts: "counts"
        case .gap: "gap"
        case .stats: "stats"
        case .streamEnd: "stream_end"
        case .sessionEnd: "session_end"
        }
    }
}
