import Reading

/// A feed's session while its records come.
///
/// Its recordings may be dated or not (then their times are counted from 1970), and count as those of two feeds. When the
/// program started and ended says nothing of when its recordings were taken, so what is of the session alone waits for
/// the first record of a stream.
final class SourceTally {
    let source: RecordSource
    /// In which sources came.
    let order: Int
    var seen = SeenRecords()
    /// What the last record of a stream was of.
    var current: SessionTally?
    private(set) var waiting: [Record] = []
    private var dated: SessionTally?, relative: SessionTally?

    /// More than a configuration's zones, lines and masks.
    private static let mostWaiting = 2000

    init(source: RecordSource, order: Int) {
        (self.source, self.order) = (source, order)
    }

    @inline(__always)
    func session(isRelative: Bool) -> SessionTally? { isRelative ? relative : dated }

    func set(_ session: SessionTally, isRelative: Bool) {
        if isRelative { relative = session } else { dated = session }
    }

    var sessions: [SessionTally] { [dated, relative].compactMap(\.self) }

    /// Keeps a record until a stream begins; of statistics the last.
    func wait(_ record: Record) {
        if case .stats = record.event, case .stats = waiting.last?.event { waiting.removeLast() }
        if waiting.count < Self.mostWaiting { waiting.append(record) }
    }

    func takeWaiting() -> [Record] {
        defer { waiting = [] }
        return waiting
    }
}

extension Record.Event {
    /// Whether it is written at the clock on the wall also where pictures have another.
    var isOfSession: Bool {
        switch self {
        case .sessionStart, .sessionEnd, .region, .stats: true
        default: false
        }
    }
}
