/// What is wrong with what the user set: everything at once, one problem a line.
public struct SettingsError: Error, Hashable, CustomStringConvertible {
    /// Each says which setting, what is wrong, and what is right.
    public let problems: [String]

    /// An error of these problems.
    public init(problems: [String]) {
        self.problems = problems
    }

    public var description: String { problems.joined(separator: "\n") }
}
