/// What is wrong with what the user set: everything at once, one problem a line.
public struct SettingsError: Error, Hashable, CustomStringConvertible {
    /// Each says which setting, what is wrong, and what is right.
    public let problems: [String]
    /// Whether nothing is wrong but that a network isn't on this machine.
    public let isOfNetworkAlone: Bool

    /// An error of these problems.
    public init(problems: [String], isOfNetworkAlone: Bool = false) {
        self.problems = problems
        self.isOfNetworkAlone = isOfNetworkAlone
    }

    public var description: String { problems.joined(separator: "\n") }
}
