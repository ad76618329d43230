import Foundation

/// The page on which people see how a daemon's cameras are doing. It is always the same, and asks for what it shows.
public struct LivePage: Sendable {
    public let html: Data
    /// The Content-Security-Policy; no other page may hold it.
    public let policy: String

    public init() {
        let page = WebPage(
            title: "Footpath", body: PageFile.liveBody.text, styles: [PageFile.commonStyle, .liveStyle].map(\.text),
            scripts: [PageFile.liveScript.text])
        (html, policy) = (page.html, page.policy + "; frame-ancestors 'none'")
    }
}
