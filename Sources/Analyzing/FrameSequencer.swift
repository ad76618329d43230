import Aligning
import Decoding
import Inference
import PathModel
import Tracking

/// A frame when everything is known of it.
package struct AnalyzedFrame: Sendable {
    package let frame: DecodedFrame
    /// Nil for a tombstone: the picture could not be scaled, so the tracker didn't see the frame.
    package let update: TrackerUpdate?
    /// By the track's serial.
    package var faces: [Int: Face]
    /// Whether a new run begins with this frame, and the tracks that ended with the one before.
    package let newRun: [TrackRemoval]?
}

/// Makes jobs for the workers of frames and puts what comes back in order: people into the tracker, faces to their tracks.
package struct FrameSequencer {
    /// How the stream ended, once every frame of it came out.
    package private(set) var end: StreamEnding?

    private let options: AnalysisOptions
    private var jobs: [Job] = []
    private var frames: [Int: DecodedFrame] = [:]
    private var frameCount = 0
    private var ending: StreamEnding?
    private var detected = Reorderer<(people: [Detection]?, reduced: GrayPicture?)>()
    private var follower: CameraMotionEstimator
    private var watch = StirWatch()
    private var analyzed = Reorderer<AnalyzedFrame>()
    package private(set) var tracker: ByteTracker?
    private var runSize: PixelSize?
    private var faceStage: FaceStage?
    private var smoother: FaceSmoother?

    /// - Parameter tracker: of the run before, which has finished, so that no id is given twice.
    package init(options: AnalysisOptions, tracker: ByteTracker? = nil) {
        self.options = options
        self.tracker = tracker
        follower = CameraMotionEstimator(masks: options.masks.flatMap(\.coveringBoxes))
        faceStage = FaceStage(options: options)
    }

    /// Takes what a thread reports and returns the frames that are finished by it, in order.
    package mutating func take(_ outcome: Outcome) throws(InferenceError) -> [AnalyzedFrame] {
        switch outcome {
        case .decoded(let frame):
            frames[frameCount] = frame
            jobs.append(.detect(number: frameCount, picture: frame.picture))
            frameCount += 1
        case .ended(let error):
            ending = StreamEnding(error: error, removals: [])
        case .detected(let number, let people, let reduced):
            detected.insert((people, reduced), at: number)
            trackReady()
        case .facesFound(let number, let faces):
            faceStage?.finish(number, faces: faces)
            takeFaces()
        case .failed(let error):
            throw error
        }
        var finished: [AnalyzedFrame] = []
        while let frame = analyzed.pop() { finished.append(smooth(frame)) }
        if let ending, analyzed.next == frameCount {
            end = StreamEnding(error: ending.error, removals: tracker?.finish() ?? [])
        }
        return finished
    }

    /// What there is to do for the workers since the last call.
    package mutating func takeJobs() -> [Job] {
        defer {
            jobs = []
            faceStage?.jobs = []
        }
        return jobs + (faceStage?.jobs ?? [])
    }

    private mutating func trackReady() {
        while true {
            let number = detected.next
            guard let found = detected.pop(), let frame = frames.removeValue(forKey: number) else { return }
            let newRun = beginRunIfNeeded(frame.picture.size)
            let time = frame.info.time
            let motion = motion(found.reduced, found.people ?? [], at: time)
            var update = found.people.flatMap { tracker?.step($0, at: time, motion: motion) }
            if options.still != .keep { markStill(&update, in: found.reduced, hasMoved: motion != nil, at: time) }
            let result = AnalyzedFrame(frame: frame, update: update, faces: [:], newRun: newRun)
            if faceStage == nil {
                analyzed.insert(result, at: number)
            } else {
                faceStage?.add(result, number: number)
                takeFaces()
            }
        }
    }

    private mutating func takeFaces() {
        for (number, frame) in faceStage?.finished ?? [] { analyzed.insert(frame, at: number) }
        faceStage?.finished = []
    }

    /// How the camera moved since the frame before.
    private mutating func motion(
        _ reduced: GrayPicture?, _ people: [Detection], at time: Timestamp
    ) -> CameraMotion? {
        guard let reduced, options.cameraMotion == .auto else { return nil }
        // Weak detections may be anything, also the whole picture.
        let sure = people.filter { $0.confidence >= options.tracker.birthConfidence }
        return follower.follow(reduced, people: sure.map(\.box), at: time)
    }

    /// Marks those who haven't stirred since they were first seen.
    private mutating func markStill(
        _ update: inout TrackerUpdate?, in reduced: GrayPicture?, hasMoved: Bool, at time: Timestamp
    ) {
        guard var marked = update else { return }
        let still = watch.look(at: marked.tracks, in: reduced, hasMoved: hasMoved, at: time)
        for index in marked.tracks.indices {
            marked.tracks[index].isStill = still.contains(marked.tracks[index].serial)
        }
        for removal in marked.removals { watch.forget(removal.serial) }
        update = marked
    }

    /// The frame with its faces steadied. Frames must come in order.
    private mutating func smooth(_ frame: AnalyzedFrame) -> AnalyzedFrame {
        if smoother == nil || frame.newRun != nil {
            let size = frame.frame.picture.size
            smoother = FaceSmoother(
                aspectRatio: Double(size.width) / Double(size.height), keepsRaw: options.rawLandmarks)
        }
        var smoothed = frame
        for (serial, face) in frame.faces {
            smoothed.faces[serial] = smoother?.smooth(face, of: serial, at: frame.frame.info.time)
        }
        for removal in frame.update?.removals ?? [] { smoother?.forget(removal.serial) }
        return smoothed
    }

    /// A frame of another size begins a new run: boxes in ratios of the one say nothing in the other.
    private mutating func beginRunIfNeeded(_ size: PixelSize) -> [TrackRemoval]? {
        guard size != runSize else { return nil }
        defer { runSize = size }
        let aspectRatio = Double(size.width) / Double(size.height)
        let removals = tracker?.finish() ?? []
        if tracker == nil { tracker = ByteTracker(options: options.tracker, aspectRatio: aspectRatio) }
        tracker?.aspectRatio = aspectRatio
        follower = CameraMotionEstimator(masks: options.masks.flatMap(\.coveringBoxes))
        watch = StirWatch()
        return runSize == nil ? nil : removals
    }
}

/// How a stream ended, and the tracks that ended with it.
package struct StreamEnding {
    package let error: DecodingError?
    package let removals: [TrackRemoval]

    package init(error: DecodingError?, removals: [TrackRemoval]) {
        self.error = error
        self.removals = removals
    }
}
