import Analyzing
import Decoding
import Detecting
import Inference
import PathModel
import Synchronization
import TestSupport
import Testing
import Waiting

@Suite(.timeLimit(.minutes(30))) struct WorkerPoolTests {
    /// Nine cameras with networks of their own: the ninth took the first one's place in the workers, and so on, so that
    /// each frame had its networks compiled anew. Settings that networks don't need took places, too.
    @Test(arguments: [1, 2]) func networksAreLoadedOnceHoweverManyKindsThereAre(workers: Int) throws {
        let loads = Mutex<[String: Int]>([:])
        let boxes = ScriptedEngine.boxes()
        let engine = ScriptedEngine { source, shape throws(InferenceError) in
            loads.withLock { $0["\(source.name) \(shape ?? [])", default: 0] += 1 }
            return try boxes.load(source, inputShape: shape) as! ScriptedNetwork
        }
        let clip = try Clip()
        let source = try VideoSource(clip.source, threads: 1, interrupt: InterruptFlag())
        let picture = try #require(try source.next()).picture
        let outcomes = Mailbox<Outcome>()
        let pool = WorkerPool(count: workers)
        let clients = (1...9).map { number in
            var options = AnalysisOptions()
            options.scales = 1
            options.faceFPS = 0
            options.faces.minimumWidth = Double(number)
            options.inputSize = .exact(PixelSize(width: 32 * number, height: 192))
            let models = ModelSet(engine: engine, modelFolder: "", options: options, frameSize: Clip.size)
            return WorkerPool.Client(models: models, options: options) { outcomes.post($0) }
        }
        for round in 0..<3 {
            for client in clients {
                pool.jobs(of: client).post(.detect(number: round, picture: picture))
                guard case .detected(round, _?, _) = outcomes.take() else {
                    Issue.record("not analysed")
                    return
                }
            }
        }
        pool.finish()
        #expect(loads.withLock { $0.count } == 9)
        #expect(loads.withLock { $0.values.allSatisfy { $0 == 1 } })
    }
}
