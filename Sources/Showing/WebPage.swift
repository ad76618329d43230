import Decoding
import Foundation

/// A page that is one file and works without a network. Its policy allows nothing but its own styles and scripts, by
/// their digests, and pictures that it holds itself: what stands in its data can neither run nor ask anybody.
public struct WebPage {
    /// Whom the page may ask.
    private enum Reach {
        /// Nobody: a file.
        case nobody
        /// The daemon that it came from.
        case ownDaemon
    }

    private let title: String
    private let body: String
    private let styles: [String]
    private let scripts: [String]
    private let data: String?
    private let reach: Reach

    /// - Parameters:
    ///   - title: text; it is escaped.
    ///   - body: HTML of the program's own. What comes from elsewhere belongs in `data`.
    ///   - styles: CSS.
    ///   - scripts: run in this order once the body is there. They put texts into the page by `textContent`.
    ///   - data: for the scripts, which find it as JSON in the element `data`.
    ///   - keys: how its keys are written.
    public init(
        title: String, body: String, styles: [String], scripts: [String], data: some Encodable,
        keys: JSONEncoder.KeyEncodingStrategy = .useDefaultKeys
    ) {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = keys
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // A name can't end the element: `<` is left out of the text that HTML sees.
        let json = (try? encoder.encode(data)).map {
            String(decoding: $0, as: UTF8.self).replacing("<", with: "\\u003c")
        }
        (self.title, self.body, self.styles, self.scripts) = (title, body, styles, scripts)
        (self.data, reach) = (json, .nobody)
    }

    /// A page that gets what it shows from the daemon that it came from.
    public init(title: String, body: String, styles: [String], scripts: [String]) {
        (self.title, self.body, self.styles, self.scripts) = (title, body, styles, scripts)
        (data, reach) = (nil, .ownDaemon)
    }

    /// The Content-Security-Policy.
    public var policy: String {
        func digests(_ texts: [String]) -> String {
            texts.isEmpty ? "'none'" : texts.map { "'sha256-\(Self.digest(of: $0))'" }.joined(separator: " ")
        }
        let pictures = reach == .nobody ? "data:" : "data: blob:"
        let asked = reach == .nobody ? "'none'" : "'self'"
        return "default-src 'none'; script-src \(digests(scripts)); style-src \(digests(styles)); img-src \(pictures); "
            + "connect-src \(asked); base-uri 'none'; form-action 'none'"
    }

    /// The whole page.
    public var html: Data {
        var text = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="\(policy)">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="referrer" content="no-referrer">
            <link rel="icon" href="data:,">
            <title>\(Self.escaped(title))</title>

            """
        for style in styles { text += "<style>\(style)</style>\n" }
        text += "</head>\n<body>\n\(body)\n"
        if let data { text += "<script type=\"application/json\" id=\"data\">\(data)</script>\n" }
        for script in scripts { text += "<script>\(script)</script>\n" }
        return Data((text + "</body>\n</html>\n").utf8)
    }

    /// Text as HTML shows it, in elements and in quoted attributes.
    public static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;").replacing("'", with: "&#39;")
    }

    /// SHA-256 in Base64, as policies have it.
    private static func digest(of text: String) -> String {
        let digits = Array(SHA256Digest.of(Array(text.utf8)))
        let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
            UInt8(String(digits[$0..<$0 + 2]), radix: 16)
        }
        return Data(bytes).base64EncodedString()
    }
}
