/// What playlists name as their videos. FFmpeg takes a playlist in the place of one for a video that is yet to come, and waits.
struct PlaylistItems {
    private var names: Set<Substring> = []

    /// Takes how something begins that a source opened.
    ///
    /// - Returns: whether it may be: it is no playlist that stands where a playlist named a video.
    mutating func allow(_ beginning: [UInt8], of url: String) -> Bool {
        guard beginning.starts(with: Array("#EXTM3U".utf8)) else { return true }
        var isItem = false
        for line in String(decoding: beginning, as: UTF8.self).split(whereSeparator: \.isNewline) {
            if line.hasPrefix("#") {
                isItem = isItem || line.hasPrefix("#EXTINF")
            } else {
                if isItem { names.insert(Self.name(of: line)) }
                isItem = false
            }
        }
        return !names.contains(Self.name(of: url[...]))
    }

    /// The last part of a path, since playlists name what lies beside them.
    private static func name(of url: Substring) -> Substring {
        url.prefix { !"?#".contains($0) }.split(whereSeparator: { "/:".contains($0) }).last ?? ""
    }
}
