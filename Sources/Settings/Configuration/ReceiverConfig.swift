import Foundation
import Notifying
import Requesting
import Signing

/// Reads who is told of jobs' ends.
struct ReceiverConfig {
    let secrets: Secrets

    func receiver(sns: ConfigValue?, webhook: ConfigValue?) -> Receiver? {
        if sns != nil, let webhook {
            webhook.fail("give sns or webhook, not both")
            return nil
        }
        return sns.flatMap(topics) ?? webhook.flatMap(hook)
    }

    private func topics(_ value: ConfigValue) -> Receiver? {
        guard let mapping = value.mapping(["endpoint", "region", "credentials"]) else { return nil }
        guard
            let endpoint = mapping.needed(
                "endpoint", "endpoint is missing, such as https://sns.us-east-1.amazonaws.com")
        else { return nil }
        let region = mapping["region"].map { $0.text() } ?? "us-east-1"
        guard let credentials = secrets.credentials(mapping["credentials"], for: value), let region,
            let text = endpoint.text()
        else { return nil }
        do {
            return .sns(try SignedQuery(endpoint: text, service: "sns", region: region, credentials: credentials))
        } catch {
            endpoint.fail("\(error)")
            return nil
        }
    }

    /// A URL, or a mapping where something of it is secret.
    private func hook(_ value: ConfigValue) -> Receiver? {
        guard value.isMapping else { return value.text().flatMap { hook($0, value) } }
        guard let mapping = value.mapping(["url", "credentials"]) else { return nil }
        guard let url = mapping.needed("url", "url is missing") else { return nil }
        guard let text = url.text() else { return nil }
        guard let credentials = mapping["credentials"] else { return hook(text, url) }
        return secrets.apply(credentials, to: text).flatMap { hook($0, url, isSecret: true) }
    }

    private func hook(_ text: String, _ value: ConfigValue, isSecret: Bool = false) -> Receiver? {
        guard var url = URLComponents(string: text) else { return wrong(text, value, isSecret) }
        var authorization: String?
        if let user = url.user {
            if !isSecret { value.fail("a user and a password have no place here; credentials: keeps them apart") }
            authorization = "Basic " + Data("\(user):\(url.password ?? "")".utf8).base64EncodedString()
            (url.user, url.password) = (nil, nil)
        }
        guard let address = WebAddress(url.string ?? "") else { return wrong(text, value, isSecret) }
        return .webhook(address, authorization: authorization)
    }

    private func wrong(_ text: String, _ value: ConfigValue, _ isSecret: Bool) -> Receiver? {
        value.fail(
            isSecret
                ? "with its credentials it is no http:// or https:// URL"
                : "\(value.shown(text)): give an http:// or https:// URL")
        return nil
    }
}
