import Foundation
import Signing

/// Reads where the videos of `footpath serve` are.
struct MediaConfig {
    let secrets: Secrets

    func media(_ value: ConfigValue?, in root: ConfigValue) -> ServeConfig.Media {
        let nothing = ServeConfig.Media.directory("")
        guard let value else {
            root.fail("media is missing; say where videos are: {directory: DIR} for DIR/Bucket/Name, or {s3: URL}")
            return nothing
        }
        guard let mapping = value.mapping(["directory", "s3", "region", "credentials", "style"]) else { return nothing }
        switch (mapping["directory"], mapping["s3"]) {
        case (let folder?, nil):
            for key in ["region", "credentials", "style"] { mapping[key]?.fail("is for s3") }
            return directory(folder).map { .directory($0) } ?? nothing
        case (nil, let url?): return store(url, mapping).map { .store($0) } ?? nothing
        case (nil, nil): if mapping.isUnderstood { value.fail("give directory or s3") }
        case (_?, let url?): url.fail("give directory or s3, not both")
        }
        return nothing
    }

    private func directory(_ value: ConfigValue) -> String? {
        guard let folder = value.text() else { return nil }
        var isFolder: ObjCBool = false
        guard value.problems.looksAtFiles else { return folder }
        if !FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) {
            value.warn("\(folder): there is no such folder now; until there is, no object is found")
        } else if !isFolder.boolValue {
            value.fail("\(folder): is no folder")
        }
        return folder
    }

    private func store(_ url: ConfigValue, _ mapping: ConfigMapping) -> ObjectAddresses? {
        let style: ObjectAddresses.Style = mapping["style"]?.choice() ?? .path
        let region = mapping["region"].map { $0.text() } ?? "us-east-1"
        guard let credentials = secrets.credentials(mapping["credentials"], for: url), let region,
            let text = url.text()
        else { return nil }
        do {
            return try ObjectAddresses(endpoint: text, style: style, region: region, credentials: credentials)
        } catch {
            url.fail("\(error)")
            return nil
        }
    }
}

extension Secrets {
    /// An access key of a store or of SNS, one line, ID:SECRET.
    ///
    /// - Parameter owner: what needs it.
    /// - Returns: nil, with a problem, where it can't be had; nobody's where secrets aren't read.
    func credentials(_ value: ConfigValue?, for owner: ConfigValue) -> Credentials? {
        guard let value else {
            owner.fail(
                "needs credentials:, the name of a systemd credential or the whole path of a file, ID:SECRET in one line"
            )
            return nil
        }
        guard let path = path(value) else { return nil }
        guard areNeeded else { return Credentials(id: "unread", secret: "unread") }
        guard let text = text(at: path, value) else { return nil }
        do {
            return try Credentials(parsing: text)
        } catch {
            value.fail("the file \(error)")
            return nil
        }
    }
}
