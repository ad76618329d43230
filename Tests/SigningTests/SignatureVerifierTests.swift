import Foundation
import TestSupport
import Testing

@testable import Signing

@Suite struct SignatureVerifierTests {
    private static let key = AccessKey(
        credentials: Credentials(id: "AKIDEXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCY"), buckets: nil)
    private let now = SigningDate(seconds: 1_772_352_000)
    private let verifier: SignatureVerifier

    init() throws {
        verifier = SignatureVerifier(keys: try AccessKeys(parsing: "AKIDEXAMPLE wJalrXUtnFEMI/K7MDENG+bPxRfiCY"))
    }

    /// A request signed by this room itself, with parts changed before or after.
    private func signed(
        at date: SigningDate? = nil, service: String = "rekognition", day: String? = nil,
        headers: [(name: String, value: String)] = [], secret: String? = nil,
        change: (inout String) -> Void = { _ in }
    ) -> ReceivedRequest {
        let date = date ?? now
        let named = [("host", "127.0.0.1:8080"), ("x-amz-date", date.text)] + headers
        let body = Array(#"{"JobId":"1"}"#.utf8)
        let scope = SignatureV4.Scope(day: day ?? date.day, region: "eu-central-1", service: service)
        let canonical = SignatureV4.CanonicalRequest(
            method: "POST", path: "/", query: "", headers: named, bodyHash: SignatureV4.hash(body))
        let signature = SignatureV4.signature(
            of: canonical.stringToSign(at: date, scope),
            with: SignatureV4.key(secret: secret ?? Self.key.credentials.secret, scope))
        var authorization =
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/\(scope.text), SignedHeaders=\(canonical.signedHeaders), "
            + "Signature=\(signature)"
        change(&authorization)
        let all = named + (authorization.isEmpty ? [] : [("Authorization", authorization)])
        return ReceivedRequest(method: "POST", path: "/", query: "", headers: all, body: body)
    }

    private func refusal(of request: ReceivedRequest) -> SignatureError? {
        do {
            _ = try verifier.verify(request, at: now)
            return nil
        } catch { return error }
    }

    @Test func oneSignatureIsGoodAsOftenAsItComes() {
        let request = signed()
        for _ in 0..<3 { #expect(refusal(of: request) == nil) }
    }

    @Test func headersAreComparedWithoutTheSpaceAroundThem() {
        var request = signed(headers: [("x-note", "a b")])
        request = ReceivedRequest(
            method: "POST", path: "/", query: "",
            headers: request.headers.map { ($0.name.uppercased(), $0.value == "a b" ? "  a \t b " : $0.value) },
            body: request.body)
        #expect(refusal(of: request) == nil)
    }

    @Test(
        "A clock may be five minutes off",
        arguments: [(-300, true), (-301, false), (300, true), (301, false), (-86_400, false)])
    func clocks(seconds: Int, isTaken: Bool) {
        let found = refusal(of: signed(at: SigningDate(seconds: now.seconds + seconds)))
        #expect((found == nil) == isTaken)
        guard !isTaken else { return }
        let beginning = seconds < 0 ? "Signature expired: " : "Signature not yet current: "
        #expect(found?.type == "InvalidSignatureException")
        #expect(found?.message.hasPrefix(beginning) == true)
    }

    @Test func anExpiredSignatureSaysSince() {
        #expect(
            refusal(of: signed(at: SigningDate(seconds: now.seconds - 600)))?.message
                == """
                Signature expired: 20260301T075000Z is now earlier than 20260301T075500Z (20260301T080000Z - 5 min.)
                """)
    }

    @Test(
        "What is no signature of this request is refused by its name",
        arguments: [
            ("", "MissingAuthenticationTokenException"), ("Basic QQ==", "IncompleteSignatureException"),
            ("AWS4-HMAC-SHA256", "IncompleteSignatureException"),
            ("AWS4-HMAC-SHA256 Credential=A/20260301/r/rekognition/aws4_request", "IncompleteSignatureException"),
            ("AWS4-HMAC-SHA256 Credential=A, SignedHeaders=host, Signature=0", "IncompleteSignatureException"),
            ("AWS4-HMAC-SHA256 \u{0}\u{FFFD}=,=,,", "IncompleteSignatureException"),
        ])
    func malformed(header: String, type: String) {
        #expect(refusal(of: signed { $0 = header })?.type == type)
    }

    @Test func everyOtherFaultHasItsName() {
        func type(_ request: ReceivedRequest) -> String? { refusal(of: request)?.type }
        #expect(type(signed(secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCZ")) == "InvalidSignatureException")
        #expect(type(signed { $0.replace("AKIDEXAMPLE", with: "AKIDEXAMPLF") }) == "UnrecognizedClientException")
        #expect(type(signed(headers: [("x-amz-security-token", "t")])) == "UnrecognizedClientException")
        #expect(type(signed(service: "s3")) == "InvalidSignatureException")
        #expect(type(signed(day: "20260302")) == "InvalidSignatureException")
        #expect(type(signed { $0.replace("host;", with: "") }) == "InvalidSignatureException")
        #expect(type(signed { $0.replace(";x-amz-date", with: "") }) == "InvalidSignatureException")
        #expect(type(signed { $0.replace("x-amz-date", with: "x-amz-date;x-absent") }) == "InvalidSignatureException")
        #expect(type(signed { $0 = $0.replacing("Signature=", with: "Signature=A") }) == "IncompleteSignatureException")
        #expect(type(signed { $0 += ", Signature=\($0.suffix(64))" }) == "IncompleteSignatureException")
        #expect(type(signed { $0 = $0.dropLast(64) + $0.suffix(64).uppercased() }) == "IncompleteSignatureException")
        let unsigned = signed(headers: [("x-amz-content-sha256", "UNSIGNED-PAYLOAD")])
        var other = unsigned
        other.body += [32]
        #expect(type(unsigned) == nil)
        #expect(type(other) == "InvalidSignatureException")
    }

    @Test func noErrorRepeatsWhatWasSent() {
        let request = signed { $0.replace("Credential=", with: "Credential=SECRET/") }
        #expect(refusal(of: request).map { "\($0)".contains("SECRET") } == false)
    }

    @Test func aThousandRequestsOfBotocoreAreTakenAndNoChangedOneIs() throws {
        var random = ScriptedRandom(seed: 14)
        let lines = try BotocoreRequests.lines("requests", seed: 14, count: 1000)
        var count = 0
        for (index, line) in lines.enumerated() {
            let verifier = SignatureVerifier(keys: try AccessKeys(parsing: "\(line.id) \(line.secret)"))
            let date = SigningDate(seconds: line.seconds)
            let parts = try #require(SignedParts(line))
            #expect((try? verifier.verify(parts.request, at: date).id) == line.id, "request \(index) of seed 14")
            let places =
                index < 50
                ? Array(0..<parts.count) : (0..<20).map { _ in Int.random(in: 0..<parts.count, using: &random) }
            for place in places {
                let amount = Int.random(in: 1...93, using: &random)
                guard let changed = parts.changed(at: place, by: amount) else { continue }
                count += 1
                #expect(
                    (try? verifier.verify(changed, at: date)) == nil,
                    "request \(index) of seed 14 with byte \(place) changed")
            }
        }
        #expect(lines.count == 1000)
        #expect(count > 30_000)
    }
}

/// The bytes of a request that are signed, one after the other, each of which can be changed.
private struct SignedParts {
    private var texts: [[UInt8]]
    private let body: [UInt8]
    private let others: [(name: String, value: String)]
    private let hasFixedPath: Bool
    /// Names and values of headers begin there.
    private static let firstHeader = 3

    init?(_ line: BotocoreRequests.Line) {
        guard let method = line.method, let path = line.path, let query = line.query, let headers = line.headers,
            let body = Data(base64Encoded: line.body ?? "")
        else { return nil }
        let pairs = headers.map { (name: $0[0], value: $0[1]) }
        let authorization = pairs.first { $0.name == "Authorization" }?.value ?? ""
        let list = authorization.split(separator: "SignedHeaders=").last?.prefix { $0 != "," } ?? ""
        let names = Set(list.split(separator: ";").map(String.init) + ["authorization"])
        texts = [method, path, query].map { Array($0.utf8) }
        // Where segments are left out, many paths are one.
        hasFixedPath = path.contains("/.") || path.contains("//")
        for pair in pairs where names.contains(pair.name.lowercased()) {
            texts += [Array(pair.name.lowercased().utf8), Array(pair.value.utf8)]
        }
        others = pairs.filter { !names.contains($0.name.lowercased()) }
        self.body = Array(body)
    }

    var count: Int { texts.reduce(body.count) { $0 + $1.count } }

    var request: ReceivedRequest { request(texts, body) }

    /// A visible character becomes another one, a byte of the body another byte; nil where that would mean the same.
    func changed(at place: Int, by amount: Int) -> ReceivedRequest? {
        var (texts, body, place) = (texts, body, place)
        for index in texts.indices {
            guard place >= texts[index].count else {
                let old = texts[index][place]
                let new = old > 0x20 ? UInt8(0x21 + (Int(old) - 0x21 + amount) % 94) : UInt8(ascii: "x")
                texts[index][place] = new
                let isName = index >= Self.firstHeader && (index - Self.firstHeader) % 2 == 0
                if index == 1 && hasFixedPath || isName && new == old ^ 0x20 { return nil }
                return request(texts, body)
            }
            place -= texts[index].count
        }
        body[place] = body[place] &+ UInt8(amount)
        return request(texts, body)
    }

    private func request(_ texts: [[UInt8]], _ body: [UInt8]) -> ReceivedRequest {
        let words = texts.map { String(decoding: $0, as: UTF8.self) }
        let headers = stride(from: Self.firstHeader, to: words.count, by: 2).map {
            (name: words[$0], value: words[$0 + 1])
        }
        return ReceivedRequest(
            method: words[0], path: words[1], query: words[2], headers: others + headers, body: body)
    }
}
