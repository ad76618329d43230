/// TEMP
public protocol DaemonSink: RecordSink, Sendable {
    func requestReopen()
    func tick()
    var droppedLines: Int { get }
    var queuedBytes: Int { get }
}
public enum DaemonOutput {
    public static func open(
        _ path: String, sync: SyncPolicy, rotation: Rotation?, queueBytes: Int,
        report: @escaping @Sendable (RecordingError) -> Void
    ) throws(RecordingError) -> (any DaemonSink, Int) {
        let f = try FileSink(path: path, mode: .append, sync: sync)
        return (TempSink(f), f.nextSequence)
    }
}
final class TempSink: DaemonSink, @unchecked Sendable {
    let f: FileSink
    init(_ f: FileSink) { self.f = f }
    func requestReopen() {}
    func tick() {}
    var droppedLines: Int { 0 }
    var queuedBytes: Int { 0 }
    func write(line: String) throws(RecordingError) { try f.write(line: line) }
    func finish() throws(RecordingError) { try f.finish() }
}
