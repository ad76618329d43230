/// What is wrong with what the user set: everything at once, one problem a line.
public struct SettingsError: Error, Hashable, CustomStringConvertible {
    /// Each says which setting, what is wrong, and what is right.
    public let problems: [String]
    /// Whether nothing is wrong but that a network isn't on this machine.
    public let isOfNetworkAlone: Bool

    /// Whether nothing is wrong but that an output can't go where it is to go.
    public let isOfOutputAlone: Bool

    /// An error of these problems, and of those of outputs.
    public init(problems: [String], outputs: [String] = [], isOfNetworkAlone: Bool = false) {
        self.problems = problems + outputs
        self.isOfNetworkAlone = isOfNetworkAlone && outputs.isEmpty
        isOfOutputAlone = problems.isEmpty
    }

    public var description: String { problems.joined(separator: "\n") }
}
