import Foundation
import TestSupport
import Testing

/// FFmpeg's headers change from version to version; machines have one of them.
@Suite struct FFmpegVersionTests {
    private static let headers = ProcessInfo.processInfo.environment["FOOTPATH_FFMPEG_HEADERS"]?
        .split(separator: ":").map(String.init)

    @Test(
        "What touches FFmpeg compiles against the headers of other versions",
        .enabled(if: headers != nil, "FOOTPATH_FFMPEG_HEADERS names no folders of headers (CONTRIBUTING.md)"),
        .timeLimit(.minutes(30)), arguments: headers ?? [])
    func compiles(headers: String) throws {
        let check = Project.root.appendingPathComponent("Scripts/check-ffmpeg").path
        let result = try Command(check, [headers]).wait(seconds: 500)
        #expect(result.status == 0, "\(result.errors)")
    }
}
