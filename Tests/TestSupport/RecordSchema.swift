import Foundation

/// Records that break the contract, with what `Scripts/validate-records` says of them.
public struct InvalidRecords: Error, CustomStringConvertible {
    /// One line for each bad record: file, line number, reason.
    public let description: String
}

/// Checks every line of a file against the record contract: the JSON Schema, and what a schema can't say (see
/// `Scripts/validate-records`).
///
/// - Throws: `InvalidRecords`, or Foundation's error where the script can't be run.
public func validateRecords(at path: String) throws {
    let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let output = Pipe()
    let validator = Process()
    validator.executableURL = root.appendingPathComponent("Scripts/validate-records")
    validator.arguments = [path]
    validator.standardOutput = output
    validator.standardError = output
    try validator.run()
    let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    validator.waitUntilExit()
    guard validator.terminationStatus == 0 else { throw InvalidRecords(description: said) }
}
