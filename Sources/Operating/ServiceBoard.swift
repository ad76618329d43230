import Analyzing
import Answering
import Capturing
import Foundation
import Jobs
import Notifying
import Serving
import Synchronization

/// How `footpath serve` is doing, for those who watch: HTTP, the service manager.
final class ServiceBoard: Sendable {
    private struct State {
        var isReady = false
        var standstill = StandstillWatch()
    }

    private let version: String
    private let jobs: JobService
    private let pool: WorkerPool
    private let workers: Int
    private let notifier: Notifier?
    private let api: APIServer
    private let started = Date.now.timeIntervalSince1970
    private let state = Mutex(State())

    init(
        version: String, jobs: JobService, pool: WorkerPool, workers: Int, notifier: Notifier?, api: APIServer
    ) {
        (self.version, self.jobs, self.pool, self.workers) = (version, jobs, pool, workers)
        (self.notifier, self.api) = (notifier, api)
    }

    func setReady(_ isReady: Bool) { state.withLock { $0.isReady = isReady } }

    /// To be called about once a second.
    func tick() { state.withLock { $0.standstill.tick(at: .now) } }

    /// What shows no sign of life; nil where all do.
    var stuck: String? {
        let standstill = state.withLock(\.standstill)
        return standstill.isStuck(silent: pool.longestJob) ? "a detection worker" : nil
    }

    /// Why clients can't be served now; nil where they can.
    var unreadiness: String? {
        guard state.withLock(\.isReady) else { return "not ready" }
        do {
            _ = try jobs.counts()
            return nil
        } catch {
            return "the database of jobs doesn't answer: \(error)"
        }
    }

    /// A line for people.
    var summary: String {
        guard let counts = try? jobs.counts() else { return "the database of jobs doesn't answer" }
        let messages = counts.messages > 0 ? ", \(counts.messages) messages wait" : ""
        return "\(counts.running) jobs run, \(counts.queued) wait\(messages)"
    }

    /// Figures for Prometheus.
    var metrics: String {
        var figures = PrometheusText()
        figures.add("build_info", "gauge", "The version that runs.", [(["version": version], 1)])
        figures.gauge("start_time_seconds", "When it started, in seconds since 1970 UTC.", started)
        figures.gauge("ready", "Whether clients are served.", unreadiness == nil ? 1 : 0)
        figures.gauge("memory_bytes", "Memory without decoding processes.", Double(ProcessMemory.resident))
        figures.gauge("workers", "Detection workers.", Double(workers))
        figures.gauge("worker_backlog", "Frames that wait for a worker.", Double(pool.backlog))
        addJobs(to: &figures)
        addRequests(to: &figures)
        addMessages(to: &figures)
        return figures.text
    }

    /// Nothing where the database doesn't answer: a wrong number would be taken for a right one.
    private func addJobs(to figures: inout PrometheusText) {
        guard let counts = try? jobs.counts() else { return }
        let states = [
            ("queued", counts.queued), ("running", counts.running), ("succeeded", counts.succeeded),
            ("failed", counts.failed),
        ]
        figures.add("jobs", "gauge", "Jobs that are known, by state.", states.map { (["state": $0.0], Double($0.1)) })
        figures.gauge(
            "jobs_oldest_seconds", "Since the oldest job that isn't done was started; 0 where all are done.",
            counts.oldest ?? 0)
        figures.gauge("messages_waiting", "Messages that wait to be sent.", Double(counts.messages))
    }

    private func addRequests(to figures: inout PrometheusText) {
        let requests = api.counts.requests.map { (key: $0.key, count: $0.value) }
            .sorted { ($0.key.operation, $0.key.error ?? "") < ($1.key.operation, $1.key.error ?? "") }
        figures.add(
            "requests_total", "counter", "Requests that were answered, by operation and error (empty for none).",
            requests.map { (["operation": $0.key.operation, "error": $0.key.error ?? ""], Double($0.count)) })
        figures.gauge("connections", "Open connections of clients.", Double(api.counts.connections))
    }

    private func addMessages(to figures: inout PrometheusText) {
        guard let tally = notifier?.tally else { return }
        for (name, help, count) in [
            ("sent", "Messages that were taken.", tally.delivered),
            ("failed_attempts", "Attempts to send a message that failed.", tally.failed),
            ("abandoned", "Messages that were given up.", tally.abandoned),
        ] { figures.add("messages_\(name)_total", "counter", help, [([:], Double(count))]) }
    }
}

/// What operators are answered over HTTP.
struct ServicePages {
    let board: ServiceBoard

    func answer(_ request: HTTPRequest) -> HTTPResponse {
        switch request.path {
        case "/healthz":
            board.stuck.map { HTTPResponse(.serviceUnavailable, text: "stuck: \($0)") } ?? HTTPResponse(.ok, text: "ok")
        case "/readyz":
            board.unreadiness.map { HTTPResponse(.serviceUnavailable, text: $0) } ?? HTTPResponse(.ok, text: "ready")
        case "/metrics": HTTPResponse(type: PrometheusText.type, body: Data(board.metrics.utf8))
        default: HTTPResponse(.notFound, text: "there are /healthz, /readyz and /metrics")
        }
    }
}
