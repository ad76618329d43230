import Testing

/// `footpath run` with real cameras. One after another: each needs the machine.
@Suite("The daemon", .serialized)
enum DaemonTests {}
