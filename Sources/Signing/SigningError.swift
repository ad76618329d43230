/// What is wrong with keys, files or addresses that the user named. It tells no secret and shows no line of a key file.
public struct SigningError: Error, Hashable, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
