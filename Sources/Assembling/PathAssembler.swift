import PathModel

/// Turns tracker steps into path records in time order.
///
/// A person's first points are known to be a path only when their track is confirmed, and where someone was while out of
/// sight only when they reappear. So a frame waits until each tentative track in it was confirmed or removed, and each
/// predicted one found again, removed or missed for too long; then its records come out, without those that came to
/// nothing.
package struct PathAssembler {
    /// Totals of what came out.
    package struct Totals: Hashable {
        package var paths = 0
        package var points = 0
        package var faces = 0

        package init(paths: Int = 0, points: Int = 0, faces: Int = 0) {
            self.paths = paths
            self.points = points
            self.faces = faces
        }
    }

    /// What is recorded of whom.
    package struct Options: Hashable {
        /// Points below are left out, 0...1.
        package var minimumConfidence = 0.5
        /// For how many seconds someone may have been out of sight whose points in between are recorded. Frames wait as
        /// long for it.
        package var bridge = 2.0
        /// Whether the points of those who don't reappear in time are recorded too.
        package var predicted = false
        /// Whether those who haven't stirred are left out. Frames wait for them to do so as long as for those out of sight.
        package var leavesOutStill = false

        package init(
            minimumConfidence: Double = 0.5, bridge: Double = 2, predicted: Bool = false, leavesOutStill: Bool = false
        ) {
            self.minimumConfidence = minimumConfidence
            self.bridge = bridge
            self.predicted = predicted
            self.leavesOutStill = leavesOutStill
        }
    }

    private struct Frame {
        let info: FrameInfo
        var tracks: [Track]
        let removals: [TrackRemoval]
        /// By serial.
        let faces: [Int: Face]
        /// Serials of the predicted tracks of which nobody knows yet.
        var undecided: Set<Int> = []
        /// Serials of those who may yet stir.
        var still: Set<Int> = []

        /// Takes out those who haven't stirred.
        mutating func leaveOut(_ serials: Set<Int>) {
            tracks.removeAll { still.contains($0.serial) && serials.contains($0.serial) }
            still.subtract(serials)
        }
    }

    private enum Entry {
        case frame(Frame)
        /// Something else that happened, which must not overtake the frames before it.
        case record(PathRecord)
    }

    private enum Fate {
        case tentative
        case confirmed(id: Int)
        case dropped
    }

    package private(set) var totals = Totals()
    /// The time of the latest frame that no more records are to come of; nil before the first.
    package private(set) var settled: Timestamp?
    private let options: Options
    private let frameSize: PixelSize
    private var waiting: [Entry] = []
    private var fates: [Int: Fate] = [:]
    /// When and where someone was last detected, and whether they have been missed for too long since.
    private var sightings: [Int: (last: Sighting, isMissed: Bool)] = [:]
    private var summaries: [Int: PathSummary] = [:]
    /// Serials of those who haven't stirred and are to be left out.
    private var still: Set<Int> = []

    /// - Parameters:
    ///   - frameSize: as shown; distances are counted in its width.
    ///   - totals: of earlier runs.
    package init(options: Options, frameSize: PixelSize, totals: Totals = Totals()) {
        self.options = options
        self.frameSize = frameSize
        self.totals = totals
    }

    /// Takes a record that belongs after the frames so far and returns the records that are settled.
    package mutating func add(_ record: PathRecord) -> [PathRecord] {
        waiting.append(.record(record))
        return settle()
    }

    /// Takes the next frame and returns the records that are settled by it.
    ///
    /// - Parameter faces: by their track's serial.
    package mutating func add(_ info: FrameInfo, _ update: TrackerUpdate, faces: [Int: Face] = [:]) -> [PathRecord] {
        for track in update.tracks {
            if let id = track.id {
                fates[track.serial] = .confirmed(id: id)
            } else if fates[track.serial] == nil {
                fates[track.serial] = .tentative
            }
        }
        var frame = Frame(info: info, tracks: update.tracks, removals: update.removals, faces: faces)
        for track in update.tracks where track.source == .measured {
            let sighting = Sighting(time: info.time, box: track.box, confidence: track.confidence)
            find(track.serial, sighting)
            sightings[track.serial] = (sighting, false)
        }
        for removal in update.removals {
            if case .tentative = fates[removal.serial] { fates[removal.serial] = .dropped }
            giveUp(removal.serial)
            sightings[removal.serial] = nil
        }
        miss(at: info.time)
        if options.leavesOutStill { noteStill(in: &frame) }
        for track in frame.tracks where track.source == .predicted {
            if sightings[track.serial]?.isMissed == false {
                frame.undecided.insert(track.serial)
            } else if !options.predicted {
                frame.tracks.removeAll { $0.serial == track.serial }
            }
        }
        waiting.append(.frame(frame))
        return settle()
    }
}

// MARK: - People out of sight

extension PathAssembler {
    /// Calls `body` with each waiting frame in which a track is predicted and undecided, and with the track's place in it.
    private mutating func decide(_ serial: Int, _ body: (inout Frame, _ index: Int) -> Void) {
        for index in waiting.indices {
            guard case .frame(var frame) = waiting[index], frame.undecided.remove(serial) != nil,
                let place = frame.tracks.firstIndex(where: { $0.serial == serial })
            else { continue }
            body(&frame, place)
            waiting[index] = .frame(frame)
        }
    }

    /// Someone is there again.
    private mutating func find(_ serial: Int, _ sighting: Sighting) {
        guard let last = sightings[serial]?.last, let expected = lastUndecided(serial) else { return }
        let occlusion = Occlusion(from: last, to: sighting, expected: expected)
        decide(serial) { frame, index in
            guard let box = occlusion.box(at: frame.info.time, expected: frame.tracks[index].box) else {
                frame.tracks.remove(at: index)
                return
            }
            frame.tracks[index].box = box
            frame.tracks[index].confidence = occlusion.confidence
        }
    }

    private func lastUndecided(_ serial: Int) -> BoundingBox? {
        for case .frame(let frame) in waiting.reversed() where frame.undecided.contains(serial) {
            return frame.tracks.first { $0.serial == serial }?.box
        }
        return nil
    }

    /// Nobody knows where someone was.
    private mutating func giveUp(_ serial: Int) {
        let predicted = options.predicted
        decide(serial) { frame, index in
            if !predicted { frame.tracks.remove(at: index) }
        }
    }

    /// Gives up those who have been missed for too long.
    private mutating func miss(at time: Timestamp) {
        for (serial, sighting) in sightings.sorted(by: { $0.key < $1.key }) where !sighting.isMissed {
            guard time.seconds(since: sighting.last.time) > options.bridge else { continue }
            sightings[serial]?.isMissed = true
            giveUp(serial)
        }
    }
}

// MARK: - Those who never stir

extension PathAssembler {
    private mutating func noteStill(in frame: inout Frame) {
        for track in frame.tracks {
            if track.isStill {
                still.insert(track.serial)
            } else if still.remove(track.serial) != nil {
                changeWaiting { $0.still.remove(track.serial) }
            }
        }
        for removal in frame.removals where still.remove(removal.serial) != nil {
            changeWaiting { $0.leaveOut([removal.serial]) }
        }
        // Where they are when they can't be seen is of no use either.
        frame.tracks.removeAll { $0.isStill && $0.source == .predicted }
        frame.still = Set(frame.tracks.filter(\.isStill).map(\.serial))
        let time = frame.info.time
        changeWaiting { [options] in
            if time.seconds(since: $0.info.time) > options.bridge { $0.leaveOut($0.still) }
        }
    }

    private mutating func changeWaiting(_ body: (inout Frame) -> Void) {
        for index in waiting.indices {
            guard case .frame(var frame) = waiting[index], !frame.still.isEmpty else { continue }
            body(&frame)
            waiting[index] = .frame(frame)
        }
    }
}

// MARK: - Records

extension PathAssembler {
    private mutating func settle() -> [PathRecord] {
        let settled = waiting.prefix { entry in
            guard case .frame(let frame) = entry else { return true }
            return frame.undecided.isEmpty && frame.still.isEmpty
                && !frame.tracks.contains { track in
                    if case .tentative = fates[track.serial] { true } else { false }
                }
        }
        waiting.removeFirst(settled.count)
        for case .frame(let frame) in settled { self.settled = frame.info.time }
        return settled.flatMap { entry in
            switch entry {
            case .frame(let frame): records(of: frame)
            case .record(let record): [record]
            }
        }
    }

    private mutating func records(of frame: Frame) -> [PathRecord] {
        var records: [PathRecord] = []
        for track in frame.tracks {
            guard case .confirmed(let id) = fates[track.serial], track.confidence >= options.minimumConfidence else {
                continue
            }
            let face = frame.faces[track.serial]
            if summaries[track.serial] == nil {
                // A path begins where somebody was seen.
                guard track.source == .measured else { continue }
                let summary = PathSummary(id: id, start: frame.info.time, box: track.box)
                summaries[track.serial] = summary
                totals.paths += 1
                let start = PathStart(track: id, frame: frame.info, box: track.box, entry: summary.entry)
                records.append(PathRecord(time: frame.info.time, event: .pathStart(start)))
            }
            summaries[track.serial]?.add(track.box, face: face, at: frame.info.time, frameSize: frameSize)
            totals.points += 1
            totals.faces += face == nil ? 0 : 1
            let point = PathPoint(
                track: id, frame: frame.info, box: track.box, confidence: track.confidence, source: track.source,
                face: face, faceTime: summaries[track.serial]?.faceTime,
                isStill: track.isStill && !options.leavesOutStill)
            records.append(PathRecord(time: frame.info.time, event: .path(point)))
        }
        for removal in frame.removals {
            fates[removal.serial] = nil
            guard let summary = summaries.removeValue(forKey: removal.serial) else { continue }
            records.append(PathRecord(time: frame.info.time, event: .pathEnd(summary.end(removal.cause))))
        }
        return records
    }
}
