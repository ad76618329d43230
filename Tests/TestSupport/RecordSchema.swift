import Foundation

/// Records that break the contract, with what `Scripts/validate-records` says of them.
public struct InvalidRecords: Error, CustomStringConvertible {
    /// One line for each bad record: file, line number, reason.
    public let description: String
}

/// Checks every line of a file against the record contract: the JSON Schema, and what a schema can't say (see
/// `Scripts/validate-records`).
///
/// - Parameter schema: another schema's path; nil is that of the version that is written.
/// - Throws: `InvalidRecords`, or Foundation's error where the script can't be run.
public func validateRecords(at path: String, schema: String? = nil) throws {
    let options = schema.map { ["--schema", $0] } ?? []
    let result = try run(Project.root.appendingPathComponent("Scripts/validate-records").path, options + [path])
    guard result.status == 0 else { throw InvalidRecords(description: result.output + result.errors) }
}
