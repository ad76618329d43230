import Capturing
import Following
import Foundation
import PathModel
import Settings

extension PrometheusText {
    /// The daemon's figures of now.
    init(_ board: Board) {
        let status = board.status
        describe(status)
        describe(status.cameras)
    }

    private mutating func describe(_ status: DaemonStatus) {
        let started = (try? Date(status.started, strategy: .iso8601))?.timeIntervalSince1970 ?? 0
        add("build_info", "gauge", "The version that runs.", [(["version": status.version], 1)])
        if let shard = status.shard {
            let labels = ["shard": "\(shard.number)", "shards": "\(shard.count)"]
            add("shard_info", "gauge", "This machine's share of the cameras.", [(labels, 1)])
        }
        gauge(
            "configured_cameras", "Cameras of the whole configuration, whoever follows them.",
            Double(status.configuredCameras))
        gauge("start_time_seconds", "When the daemon started, in seconds since 1970 UTC.", started)
        gauge("ready", "Whether configuration, networks and outputs are up.", status.isReady ? 1 : 0)
        gauge("memory_bytes", "Memory of the daemon without its cameras.", Double(status.memoryBytes))
        gauge("workers", "Detection workers.", Double(status.workers))
        gauge("worker_backlog", "Jobs that wait for a detection worker.", Double(status.backlog))
        add(
            "reloads_total", "counter", "Reloads of the configuration.",
            [
                (["result": "succeeded"], Double(status.reloads.succeeded)),
                (["result": "failed"], Double(status.reloads.failed)),
            ])
        describe(status.outputs)
        if let broker = status.mqtt { describe(broker) }
    }

    private mutating func describe(_ broker: DaemonStatus.Broker) {
        gauge("mqtt_up", "Whether the MQTT broker is there.", broker.isUp ? 1 : 0)
        add("mqtt_connections_total", "counter", "Connections to the MQTT broker.", [([:], Double(broker.connections))])
        add("mqtt_events_total", "counter", "Events that reached the MQTT broker.", [([:], Double(broker.events))])
        add("mqtt_lost_events_total", "counter", "Events lost to the MQTT broker.", [([:], Double(broker.lostEvents))])
        gauge("mqtt_queued_bytes", "Bytes of events that wait.", Double(broker.queuedBytes))
    }

    private mutating func describe(_ outputs: [DaemonStatus.Output]) {
        func each(_ value: (DaemonStatus.Output) -> Int) -> [([String: String], Double)] {
            outputs.map { (["output": $0.path], Double(value($0))) }
        }
        add("output_up", "gauge", "Whether nothing fails with an output.", each { $0.isUp ? 1 : 0 })
        add("output_lines_total", "counter", "Records written.", each(\.writtenLines))
        add("output_bytes_total", "counter", "Bytes of records written.", each(\.writtenBytes))
        add("output_dropped_lines_total", "counter", "Records that an output could not take.", each(\.droppedLines))
        add("output_queued_bytes", "gauge", "Bytes that wait to be written.", each(\.queuedBytes))
        add("output_rotations_total", "counter", "Files put aside for their size or age.", each(\.rotations))
    }

    private mutating func describe(_ cameras: [DaemonStatus.Camera]) {
        func each(_ value: (FeedStatus) -> Double?) -> [([String: String], Double)] {
            cameras.compactMap { camera in value(camera.status).map { (["camera": camera.name], $0) } }
        }
        add("camera_up", "gauge", "Whether pictures come.", each { $0.state == .running ? 1 : 0 })
        for figure in FeedFigure.all {
            add(
                "camera_\(figure.key)\(figure.isCounter ? "_total" : "")", figure.isCounter ? "counter" : "gauge",
                figure.help, each { Double(figure.value($0)) })
        }
        add(
            "camera_gaps_total", "counter", "Stretches without pictures, by reason.",
            cameras.flatMap { camera in
                camera.status.gaps.sorted { $0.key.rawValue < $1.key.rawValue }.map {
                    (["camera": camera.name, "reason": $0.key.rawValue], Double($0.value))
                }
            })
        add(
            "camera_clock_error_seconds", "gauge", "How far times may be off.",
            each { $0.clockError.map { Double($0) / 1000 } })
        add(
            "camera_memory_bytes", "gauge", "Memory of the camera's process.",
            each { $0.processID.map { Double(ProcessMemory.resident(of: $0)) } })
        add(
            "camera_observed_seconds_total", "counter", "Seconds of the stream in which pictures were analysed.",
            each(\.observedSeconds))
        add(
            "camera_observed_ratio", "gauge", "The share of the last counts interval in which pictures were analysed.",
            each(\.regions.observed))
        add(
            "camera_pictures_total", "counter", "Pictures made for those who look at the live page.",
            cameras.compactMap { camera in camera.pictures.map { (["camera": camera.name], Double($0)) } })
        addRegions(cameras)
        addLatency(cameras)
    }

    private mutating func addRegions(_ cameras: [DaemonStatus.Camera]) {
        func zones(_ value: (RegionTally.ZoneTally) -> Int) -> [([String: String], Double)] {
            cameras.flatMap { camera in
                camera.status.regions.zones.map { (["camera": camera.name, "zone": $0.name], Double(value($0))) }
            }
        }
        add("zone_people", "gauge", "People in a zone.", zones(\.people))
        add("zone_entries_total", "counter", "How often somebody came into a zone.", zones(\.entered))
        add(
            "line_crossings_total", "counter", "How often somebody crossed a line, by direction.",
            cameras.flatMap { camera in
                camera.status.regions.lines.flatMap { line in
                    [("in", line.inward), ("out", line.outward)].map {
                        (["camera": camera.name, "line": line.name, "direction": $0.0], Double($0.1))
                    }
                }
            })
    }

    private mutating func addLatency(_ cameras: [DaemonStatus.Camera]) {
        describe("camera_latency_seconds", "histogram", "From a picture to its records.")
        let name = "footpath_camera_latency_seconds"
        for camera in cameras {
            let label = PrometheusText.label("camera", camera.name)
            var total = 0
            for (index, count) in camera.status.latencyCounts.enumerated() {
                total += count
                let bounds = FeedStatus.latencyBounds
                let bound = index < bounds.count ? "\(bounds[index])" : "+Inf"
                put("\(name)_bucket{\(label),le=\"\(bound)\"} \(total)")
            }
            put("\(name)_sum{\(label)} \(camera.status.latencySum)")
            put("\(name)_count{\(label)} \(total)")
        }
    }
}
