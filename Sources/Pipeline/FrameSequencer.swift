import Decoding
import Inference
import PathModel
import Tracking

/// A frame when everything is known of it.
struct AnalyzedFrame {
    let frame: DecodedFrame
    /// Nil for a tombstone: the picture could not be scaled, so the tracker didn't see the frame.
    let update: TrackerUpdate?
    /// By the track's serial.
    let faces: [Int: Face]
    /// Whether a new run begins with this frame, and the tracks that ended with the one before.
    let newRun: [TrackRemoval]?
}

/// Hands frames to the workers and puts what comes back in order: people into the tracker, faces to their tracks.
///
/// Confined to one thread.
struct FrameSequencer {
    /// How the stream ended, once every frame of it came out.
    private(set) var end: StreamEnding?

    private let jobs: BoundedQueue<Job>
    private let trackerOptions: ByteTracker.Options
    private var frames: [Int: DecodedFrame] = [:]
    private var frameCount = 0
    private var ending: StreamEnding?
    private var detected = Reorderer<[Detection]?>()
    private var analyzed = Reorderer<AnalyzedFrame>()
    private var searching: [Int: (frame: AnalyzedFrame, tracks: [Track])] = [:]
    private var tracker: ByteTracker?
    private var runSize: PixelSize?
    private var faceSchedule: FaceSchedule?

    /// - Parameters:
    ///   - jobs: where the workers look for work.
    ///   - faceRate: searches per second and track; 0 never searches.
    init(jobs: BoundedQueue<Job>, trackerOptions: ByteTracker.Options, faceRate: Double) {
        self.jobs = jobs
        self.trackerOptions = trackerOptions
        faceSchedule = faceRate > 0 ? FaceSchedule(rate: faceRate) : nil
    }

    /// Takes what a thread reports and returns the frames that are finished by it, in order.
    mutating func take(_ outcome: Outcome) throws(InferenceError) -> [AnalyzedFrame] {
        switch outcome {
        case .decoded(let frame):
            frames[frameCount] = frame
            jobs.push(.detect(number: frameCount, picture: frame.picture))
            frameCount += 1
        case .ended(let error):
            ending = StreamEnding(error: error, removals: [])
        case .detected(let number, let people):
            detected.insert(people, at: number)
            trackReady()
        case .facesFound(let number, let faces):
            guard let (frame, tracks) = searching.removeValue(forKey: number) else { break }
            let found = zip(tracks, faces).compactMap { track, face in face.map { (track.serial, $0) } }
            let faces = Dictionary(uniqueKeysWithValues: found)
            analyzed.insert(
                AnalyzedFrame(frame: frame.frame, update: frame.update, faces: faces, newRun: frame.newRun), at: number)
        case .failed(let error):
            throw error
        }
        var finished: [AnalyzedFrame] = []
        while let frame = analyzed.pop() { finished.append(frame) }
        if let ending, analyzed.next == frameCount {
            end = StreamEnding(error: ending.error, removals: tracker?.finish() ?? [])
        }
        return finished
    }

    private mutating func trackReady() {
        while true {
            let number = detected.next
            guard let people = detected.pop(), let frame = frames.removeValue(forKey: number) else { return }
            let newRun = beginRunIfNeeded(frame.picture.size)
            let update = people.flatMap { tracker?.step($0, at: frame.info.time) }
            let result = AnalyzedFrame(frame: frame, update: update, faces: [:], newRun: newRun)
            let due =
                update.flatMap { faceSchedule?.due(in: $0, at: frame.info.time, frame: frame.picture.size) } ?? []
            if due.isEmpty {
                analyzed.insert(result, at: number)
            } else {
                searching[number] = (result, due)
                // First in the queue: these frames hold memory until they are done.
                jobs.pushFirst(.findFaces(number: number, people: due.map(\.box), picture: frame.picture))
            }
        }
    }

    /// A frame of another size begins a new run: boxes in ratios of the one say nothing in the other.
    private mutating func beginRunIfNeeded(_ size: PixelSize) -> [TrackRemoval]? {
        guard size != runSize else { return nil }
        defer { runSize = size }
        let aspectRatio = Double(size.width) / Double(size.height)
        guard let removals = tracker?.finish() else {
            tracker = ByteTracker(options: trackerOptions, aspectRatio: aspectRatio)
            return nil
        }
        tracker?.aspectRatio = aspectRatio
        return removals
    }
}

/// How a stream ended, and the tracks that ended with it.
struct StreamEnding {
    let error: DecodingError?
    let removals: [TrackRemoval]
}
