import Rekognition

/// What a string must be by Rekognition's model (botocore's `service-2.json`).
struct TextRule: Sendable {
    /// The shape's name in the model.
    let shape: String
    /// Characters.
    let least: Int?, most: Int?
    /// As the model has it; the whole string must match.
    let pattern: String?
    let values: [String]?
    private let matches: @Sendable (String.UnicodeScalarView) -> Bool

    private init(
        _ shape: String, least: Int? = nil, most: Int? = nil, pattern: String? = nil, values: [String]? = nil,
        matches: @escaping @Sendable (String.UnicodeScalarView) -> Bool = { _ in true }
    ) {
        (self.shape, self.least, self.most) = (shape, least, most)
        (self.pattern, self.values, self.matches) = (pattern, values, matches)
    }

    static let bucket = TextRule("S3Bucket", least: 3, most: 255, pattern: #"[0-9A-Za-z\.\-_]*"#) { text in
        text.allSatisfy { isWord($0) || "-.".unicodeScalars.contains($0) }
    }
    static let objectName = TextRule("S3ObjectName", least: 1, most: 1024)
    static let objectVersion = TextRule("S3ObjectVersion", least: 1, most: 1024)
    static let clientRequestToken = TextRule(
        "ClientRequestToken", least: 1, most: 64, pattern: "^[a-zA-Z0-9-_]+$", matches: isIdentifier)
    static let jobID = TextRule("JobId", least: 1, most: 64, pattern: "^[a-zA-Z0-9-_]+$", matches: isIdentifier)
    static let jobTag = TextRule("JobTag", least: 1, most: 1024, pattern: #"[a-zA-Z0-9_.\-:+=\/]+"#) { text in
        !text.isEmpty && text.allSatisfy { isWord($0) || ".-:+=/".unicodeScalars.contains($0) }
    }
    static let topic = TextRule("SNSTopicArn", pattern: #"(^arn:aws:sns:.*:\w{12}:.+$)"#, matches: isTopic)
    static let role = TextRule(
        "RoleArn", pattern: #"arn:aws:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+"#, matches: isRole)
    static let token = TextRule("PaginationToken", most: 255)
    static let sortBy = TextRule("PersonTrackingSortBy", values: ["INDEX", "TIMESTAMP"])
    static let faceAttributes = TextRule("FaceAttributes", values: ["DEFAULT", "ALL"])
    static let attribute = TextRule(
        "Attribute",
        values: [
            "DEFAULT", "ALL", "AGE_RANGE", "BEARD", "EMOTIONS", "EYE_DIRECTION", "EYEGLASSES", "EYES_OPEN", "GENDER",
            "MOUTH_OPEN", "MUSTACHE", "FACE_OCCLUDED", "SMILE", "SUNGLASSES",
        ])

    static let all = [
        bucket, objectName, objectVersion, clientRequestToken, jobID, jobTag, topic, role, token, sortBy,
        faceAttributes, attribute,
    ]

    /// What is wrong with a string, as AWS says it.
    func faults(of text: String) -> [String] {
        let count = text.unicodeScalars.count
        var faults: [String] = []
        if let least, count < least { faults.append("Member must have length greater than or equal to \(least)") }
        if let most, count > most { faults.append("Member must have length less than or equal to \(most)") }
        if let pattern, !matches(text.unicodeScalars) {
            faults.append("Member must satisfy regular expression pattern: \(pattern)")
        }
        if let values, !values.contains(text) {
            faults.append("Member must satisfy enum value set: [\(values.joined(separator: ", "))]")
        }
        return faults
    }

    // MARK: - The patterns

    /// `\w`, without letters outside ASCII.
    private static func isWord(_ character: Unicode.Scalar) -> Bool {
        switch character {
        case "0"..."9", "A"..."Z", "a"..."z", "_": true
        default: false
        }
    }

    @Sendable private static func isIdentifier(_ text: String.UnicodeScalarView) -> Bool {
        !text.isEmpty && text.allSatisfy { isWord($0) || $0 == "-" }
    }

    @Sendable private static func isTopic(_ text: String.UnicodeScalarView) -> Bool {
        let prefix = "arn:aws:sns:".unicodeScalars
        guard text.starts(with: prefix), !text.contains("\n") else { return false }
        let parts = text.dropFirst(prefix.count).split(separator: ":", omittingEmptySubsequences: false)
        return parts.indices.dropFirst().contains { index in
            let isLast = index + 1 == parts.count || index + 2 == parts.count && parts[index + 1].isEmpty
            return !isLast && parts[index].count == 12 && parts[index].allSatisfy(isWord)
        }
    }

    @Sendable private static func isRole(_ text: String.UnicodeScalarView) -> Bool {
        let (prefix, infix) = ("arn:aws:iam::".unicodeScalars, ":role".unicodeScalars)
        guard text.starts(with: prefix) else { return false }
        let account = text.dropFirst(prefix.count).prefix(12)
        guard account.count == 12, account.allSatisfy({ "0"..."9" ~= $0 }) else { return false }
        let rest = text.dropFirst(prefix.count + 12)
        let name = rest.dropFirst(infix.count)
        return rest.starts(with: infix) && !name.isEmpty
            && name.allSatisfy { isWord($0) || "+=,.@-/".unicodeScalars.contains($0) }
    }
}

/// Gathers what is wrong with a request's members.
struct Validation {
    private var faults: [String] = []

    mutating func check(_ text: String?, _ rule: TextRule, _ member: String) {
        guard let text else { return }
        faults += rule.faults(of: text).map { "Value at '\(member)' failed to satisfy constraint: \($0)" }
    }

    /// As `check`; it must be there.
    mutating func demand(_ text: String?, _ rule: TextRule, _ member: String) {
        demand(text != nil, member)
        check(text, rule, member)
    }

    mutating func demand(_ isThere: Bool, _ member: String) {
        if !isThere { fail(member, "Member must not be null") }
    }

    mutating func fail(_ member: String, _ constraint: String) {
        faults.append("Value at '\(member)' failed to satisfy constraint: \(constraint)")
    }

    /// Throws `invalidParameter` with all that is wrong.
    func finish() throws(APIError) {
        guard !faults.isEmpty else { return }
        let count = faults.count == 1 ? "1 validation error" : "\(faults.count) validation errors"
        throw APIError(.invalidParameter, "\(count) detected: \(faults.prefix(10).joined(separator: "; "))")
    }
}
