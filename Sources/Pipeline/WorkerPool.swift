import Decoding
import Detecting
import Dispatch
import Inference
import PathModel

/// What a worker is asked to do with frame `number` of a run.
enum Job: Sendable {
    case detect(number: Int, picture: Picture)
    case findFaces(number: Int, people: [PersonInView], picture: Picture)
}

/// What comes back to the sequencer.
enum Outcome: Sendable {
    /// A frame to analyse came from the source.
    case decoded(DecodedFrame)
    /// The source gave its last frame; the error is why, nil at an ordinary end.
    case ended(DecodingError?)
    /// The people in frame `number`; nil where its picture could not be scaled.
    case detected(number: Int, people: [Detection]?)
    /// The faces in frame `number`, as many as people were asked for.
    case facesFound(number: Int, faces: [Face?])
    /// A network failed.
    case failed(InferenceError)
}

/// Detection workers: one private serial queue each, with a thread that stays.
struct WorkerPool {
    let jobs: BoundedQueue<Job>
    private let group = DispatchGroup()

    /// Starts the workers.
    ///
    /// - Parameters:
    ///   - jobs: closing it ends the workers.
    ///   - report: called on the workers' threads.
    init(count: Int, models: ModelSet, jobs: BoundedQueue<Job>, report: @escaping @Sendable (Outcome) -> Void) {
        self.jobs = jobs
        for index in 1...max(1, count) {
            DispatchQueue(label: "footpath.detect.\(index)", qos: .userInitiated).async(group: group) {
                do throws(InferenceError) {
                    let analyzer = try models.makeWorker()
                    while let job = jobs.pop() {
                        report(try Self.run(job, with: analyzer))
                    }
                } catch {
                    report(.failed(error))
                }
            }
        }
    }

    /// Closes the queue of jobs and waits for the workers to end.
    func finish() {
        jobs.close()
        group.wait()
    }

    private static func run(_ job: Job, with analyzer: FrameAnalyzer) throws(InferenceError) -> Outcome {
        switch job {
        case .detect(let number, let picture):
            guard let content = try? analyzer.prepare(picture) else { return .detected(number: number, people: nil) }
            return .detected(number: number, people: try analyzer.detect(content))
        case .findFaces(let number, let people, let picture):
            return .facesFound(number: number, faces: try analyzer.findFaces(of: people, in: picture))
        }
    }
}
