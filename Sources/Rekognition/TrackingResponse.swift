/// GetPersonTracking's response of a whole result, for files.
public struct TrackingResponse {
    /// Elements that are in memory at a time.
    private static let chunk = 1000

    private let pages: ResultPages
    private let order: PageOrder

    /// The response that has a result.
    public init(_ pages: ResultPages, order: PageOrder) {
        (self.pages, self.order) = (pages, order)
    }

    /// How many elements it has.
    public var count: Int { pages.count(of: .personTracking) }

    /// Gives the text of a response, piece by piece, with a newline at its end.
    ///
    /// - Parameters:
    ///   - range: of its elements.
    ///   - next: the `NextToken`; nil for none.
    public func write(_ range: Range<Int>, next: String? = nil, to use: (String) throws -> Void) throws {
        var head = "{\"JobStatus\":\"SUCCEEDED\""
        if let video = pages.video { head += ",\"VideoMetadata\":" + String(decoding: video.json, as: UTF8.self) }
        if let next { head += ",\"NextToken\":\"\(next)\"" }
        try use(head + ",\"Persons\":[")
        for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.chunk) {
            let count = min(Self.chunk, range.upperBound - start)
            let rows = try pages.page(.personTracking, order, from: start, count: count).dropFirst().dropLast()
            try use((start > range.lowerBound ? "," : "") + String(decoding: rows, as: UTF8.self))
        }
        try use("]}\n")
    }
}
