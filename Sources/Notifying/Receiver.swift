import Decoding
import Foundation
import Requesting
import Signing

/// Who is told.
public enum Receiver: Sendable {
    /// An SNS; each message goes to its topic.
    case sns(SignedQuery)
    /// An address that takes JSON by POST.
    case webhook(WebAddress, authorization: String?)

    /// Why a message isn't there.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Seconds for everything together.
    private static let patience = 15.0
    private static let mostBytes = 16384

    /// Sends a message.
    ///
    /// - Throws: unless the receiver says that it has it.
    func send(_ message: OutgoingMessage, interrupt: InterruptFlag) throws(Failure) {
        let request = try request(message)
        let answer: WebAnswer
        do throws(WebError) {
            answer = try request.send(within: Self.patience, mostBytes: Self.mostBytes, interrupt: interrupt)
        } catch {
            throw Failure(description: "\(request.address.authority): \(error)")
        }
        guard !answer.isSuccess else { return }
        throw Failure(
            description: "\(request.address.authority) answers \(answer.status)"
                + (Self.code(answer.body).map { " (\($0))" } ?? ""))
    }

    private func request(_ message: OutgoingMessage) throws(Failure) -> WebRequest {
        switch self {
        case .sns(let sns):
            guard let topic = message.topic else { throw Failure(description: "the message has no topic") }
            let signed = sns.request(
                [("Action", "Publish"), ("Version", "2010-03-31"), ("TopicArn", topic), ("Message", message.text)],
                at: .now)
            guard let address = WebAddress(signed.url) else { throw Failure(description: "SNS has no address") }
            let headers = signed.headers.filter { $0.0.lowercased() != "host" }.map { (name: $0.0, value: $0.1) }
            return WebRequest("POST", address, headers: headers, body: signed.body)
        case .webhook(let address, let authorization):
            var headers = [(name: "Content-Type", value: "application/json"), ("User-Agent", "footpath")]
            if let authorization { headers.append(("Authorization", authorization)) }
            return WebRequest("POST", address, headers: headers, body: Array(message.text.utf8))
        }
    }

    /// SNS's name of an error, which is all of the answer that the log needs.
    private static func code(_ body: [UInt8]) -> String? {
        let text = String(decoding: body, as: UTF8.self)
        return text.firstMatch(of: /<Code>([A-Za-z.]{1,64})<\/Code>/).map { String($0.1) }
    }
}
