import Foundation
import TestSupport
import Testing

extension DaemonTests {
    @Suite("What systemd is told")
    struct ServiceManagerTests {
        @Test("READY before the cameras, WATCHDOG while all is well, STATUS, RELOADING with its time, STOPPING")
        func protocolOfNotify() throws {
            let cameras = try TestCameras(["a": Clips.camera])
            let place = try Workplace()
            let socket = try NotifySocket(at: place.path("notify"))
            let lines = ["cam: \(cameras.url("a"))", "gone: rtsp://127.0.0.1:1/x"]
            try place.write(Data(RunningDaemon.config(lines).utf8), "footpath.yaml")
            cameras.freeze()
            let daemon = try RunningDaemon(
                in: place, environment: ["NOTIFY_SOCKET": socket.path, "WATCHDOG_USEC": "4000000"])
            try waitFor("READY=1") { socket.messages.contains("READY=1") }
            #expect(daemon.count("stream_start", of: "cam") == 0)
            cameras.thaw()
            try waitFor("a status with a camera") {
                socket.messages.contains { $0.hasPrefix("STATUS=1 of 2 cameras running, ") && $0.contains("frames/s") }
            }
            try waitFor("three signs of life") { socket.messages.count { $0 == "WATCHDOG=1" } >= 3 }

            let before = Self.monotonicMicroseconds()
            daemon.signal(SIGHUP)
            try waitFor("READY=1 again") { socket.messages.count { $0 == "READY=1" } == 2 }
            let messages = socket.messages
            let reloading = try #require(messages.firstIndex { $0.hasPrefix("RELOADING=1\nMONOTONIC_USEC=") })
            #expect(reloading < messages.lastIndex(of: "READY=1") ?? 0)
            let time = try #require(messages[reloading].split(separator: "=").last.flatMap { Int($0) })
            #expect((before...Self.monotonicMicroseconds()).contains(time))

            #expect(daemon.stop().status == 0)
            let last = socket.messages.lastIndex { $0.hasPrefix("STOPPING=1") }
            #expect(last != nil)
            #expect(!socket.messages[(last ?? 0)...].contains("READY=1"))
        }

        @Test("A watchdog hears nothing from a daemon that stands still")
        func frozen() throws {
            let place = try Workplace()
            let socket = try NotifySocket(at: place.path("notify"))
            try place.write(Data(RunningDaemon.config(["gone: rtsp://127.0.0.1:1/x"]).utf8), "footpath.yaml")
            let daemon = try RunningDaemon(
                in: place, environment: ["NOTIFY_SOCKET": socket.path, "WATCHDOG_USEC": "2000000"])
            try waitFor("a sign of life") { socket.messages.contains("WATCHDOG=1") }
            daemon.signal(SIGSTOP)
            usleep(300_000)
            let count = socket.messages.count
            usleep(2_500_000)
            #expect(socket.messages.count == count)
            daemon.signal(SIGCONT)
            try waitFor("signs of life again") { socket.messages.dropFirst(count).contains("WATCHDOG=1") }
            #expect(daemon.stop().status == 0)
        }

        private static func monotonicMicroseconds() -> Int {
            var time = timespec()
            clock_gettime(CLOCK_MONOTONIC, &time)
            return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
        }
    }
}

/// The socket of a service manager.
final class NotifySocket: @unchecked Sendable {
    let path: String
    private let descriptor: Int32
    // `lock` protects `received`.
    private let lock = NSLock()
    private var received: [String] = []

    var messages: [String] { lock.withLock { received } }

    init(at path: String) throws {
        self.path = path
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        self.descriptor = descriptor
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        try #require(bytes.count < MemoryLayout.size(ofValue: address.sun_path))
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0)
        Thread.detachNewThread { [weak self] in
            // By this thread alone: a number that another closed may be another file's by the time it is used.
            defer { close(descriptor) }
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = recv(descriptor, &buffer, buffer.count, 0)
                guard count > 0, let self else { return }
                self.lock.withLock { self.received.append(String(decoding: buffer[..<count], as: UTF8.self)) }
            }
        }
    }

    /// The thread ends by this, and closes the socket.
    deinit { shutdown(descriptor, Int32(SHUT_RDWR)) }
}
