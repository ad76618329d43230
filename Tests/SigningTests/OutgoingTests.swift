import Foundation
import Testing

@testable import Signing

@Suite struct OutgoingTests {
    @Test func addressesAreBotocores() throws {
        let lines = try BotocoreRequests.lines("addresses", seed: 14, count: 300)
        for line in lines {
            let addresses = try ObjectAddresses(
                endpoint: try #require(line.endpoint), style: try #require(line.style == "path" ? .path : .virtual),
                region: try #require(line.region), credentials: Credentials(id: line.id, secret: line.secret))
            let url = addresses.presigned(
                line.method == "GET" ? .get : .head, bucket: try #require(line.bucket),
                name: try #require(line.name), version: line.version, seconds: try #require(line.expires),
                at: SigningDate(seconds: line.seconds))
            #expect(url == line.url)
        }
        #expect(lines.count == 300)
    }

    @Test func messagesToSNSAreBotocores() throws {
        let lines = try BotocoreRequests.lines("messages", seed: 14, count: 100)
        for line in lines {
            let query = try SignedQuery(
                endpoint: try #require(line.endpoint), service: "sns", region: try #require(line.region),
                credentials: Credentials(id: line.id, secret: line.secret))
            let parameters = [
                ("Action", "Publish"), ("Version", "2010-03-31"), ("TopicArn", try #require(line.topic)),
                ("Message", try #require(line.message)),
            ]
            let request = query.request(parameters, at: SigningDate(seconds: line.seconds))
            #expect(request.url == line.url)
            let headers = request.headers.filter { $0.0 != "Host" }.map { [$0.0, $0.1] }
            #expect(headers == line.headers)
            #expect(Data(request.body).base64EncodedString() == line.body)
        }
        #expect(lines.count == 100)
    }

    @Test(arguments: [
        "", "s3.example.com", "ftp://h", "http://", "http://u:p@h", "http://h?x", "http://h#x", "http://h:0",
        "http://h:70000", "http://h:x", "http://h h", "http:/h", "http://ü", "http://:80",
    ])
    func anAddressThatIsNoneIsRefused(text: String) {
        let credentials = Credentials(id: "A", secret: "B")
        #expect(throws: SigningError.self) {
            try ObjectAddresses(endpoint: text, style: .path, region: "r", credentials: credentials)
        }
    }

    @Test func aSchemesOwnPortIsLeftOut() throws {
        let credentials = Credentials(id: "A", secret: "B")
        let urls = try ["https://S3.example.com:443/", "https://s3.example.com"].map {
            try ObjectAddresses(endpoint: $0, style: .path, region: "r", credentials: credentials)
                .presigned(.get, bucket: "b", name: "n", seconds: 1, at: SigningDate(seconds: 0))
        }
        #expect(urls[0] == urls[1])
        #expect(urls[0].hasPrefix("https://s3.example.com/b/n?X-Amz-Algorithm="))
    }

    @Test(arguments: ["", "A", "A:", ":B", "A:B\nC:D", "A:B C", "A:\u{1}"])
    func credentialsThatAreNoneAreRefused(text: String) {
        #expect(throws: SigningError.self) { try Credentials(parsing: text) }
    }

    @Test func credentialsShowNoSecret() throws {
        let credentials = try Credentials(parsing: "AKID:se:cret\n")
        #expect(credentials.secret == "se:cret")
        var text = "\(credentials) \(String(reflecting: credentials))"
        dump(AccessKey(credentials: credentials, buckets: nil), to: &text)
        #expect(!text.contains("cret"))
    }
}
