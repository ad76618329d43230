import CFFmpeg
import PathModel

extension PacketScan {
    /// The windows of a file's pieces, each of which begins early, so that what it is to find out is known when its piece begins.
    ///
    /// Cuts are keyframes' times: the first at or after each multiple of the pieces' length, counted from the first frame, but for
    /// those within half a piece or two overlaps of the cut before. Piece i
    /// lies between the ends of the windows i - 1 and i; window i begins with the keyframe at or before the piece's
    /// beginning less the overlap. The file is opened again, and each window's first frame is decoded: where that fails, the
    /// window begins with an earlier keyframe, or the file isn't cut there.
    ///
    /// - Parameters:
    ///   - pieceSeconds: how long a piece is, at least the overlap.
    ///   - overlapSeconds: how much earlier than its piece a window begins, at least.
    /// - Returns: two windows or more; none where the file is to stay whole.
    /// - Throws: where the file can't be opened any more; `.interrupted`.
    public func windows(pieceSeconds: Double, overlapSeconds: Double) throws(DecodingError)
        -> [SourceWindow]
    {
        let (length, overlap) = (Int64(pieceSeconds * 1_000_000), Int64(overlapSeconds * 1_000_000))
        let cuts = cuts(length: length, overlap: overlap)
        guard let firstTime, let first = keyframes.first, !cuts.isEmpty else { return [] }
        let beginning = SourceWindow(
            seek: first.pts, firstFrame: 0, start: firstTime, origin: firstTime)
        var windows = [beginning]
        let demuxer = try Demuxer(source, options: options, interrupt: interrupt)
        // No window reaches further back than the piece before its own.
        var earliest = firstTime
        for cut in cuts {
            let near = keyframes(in: earliest...max(earliest, cut.time - overlap))
            var window: SourceWindow? = near.isEmpty && earliest == firstTime ? beginning : nil
            for keyframe in near.reversed() where try demuxer.decodes(fromKeyframe: keyframe.pts) {
                window = SourceWindow(
                    seek: keyframe.pts, firstFrame: keyframe.frame, start: keyframe.time, origin: firstTime,
                    previous: keyframe.previous)
                break
            }
            guard let window else { continue }
            windows[windows.count - 1].end = cut.time
            windows.append(window)
            earliest = cut.time
        }
        windows[windows.count - 1].reached = reached
        return windows.count > 1 ? windows : []
    }

    private func cuts(length: Int64, overlap: Int64) -> [Keyframe] {
        guard obstacle == nil, length > 0, let firstTime, let lastTime else { return [] }
        var cuts: [Keyframe] = []
        var target = firstTime + length
        for keyframe in keyframes where keyframe.time >= target && lastTime - keyframe.time >= overlap {
            cuts.append(keyframe)
            let multiple = firstTime + ((keyframe.time - firstTime) / length + 1) * length
            target = max(multiple, keyframe.time + max(length / 2, 2 * overlap))
        }
        return cuts
    }

    /// How many keyframes are tried where decoding doesn't begin with one.
    private static let tries = 8

    /// The latest keyframes in a time.
    private func keyframes(in time: ClosedRange<Int64>) -> [Keyframe] {
        var (low, high) = (0, keyframes.count)
        while low < high {
            let middle = (low + high) / 2
            if keyframes[middle].time <= time.upperBound { low = middle + 1 } else { high = middle }
        }
        return keyframes[max(0, low - Self.tries)..<low].filter { $0.time >= time.lowerBound }
    }
}

extension Demuxer {
    /// Whether a keyframe is found, and a decoder that begins with it gives it as its first frame.
    fileprivate func decodes(fromKeyframe pts: Int64) throws(DecodingError) -> Bool {
        let packet: Packet
        do throws(DecodingError) { packet = try seek(toKeyframe: pts) } catch {
            if error == .interrupted { throw error }
            return false
        }
        return try decodes(alone: packet)
    }

    /// Whether a keyframe's packet can be decoded by itself.
    func decodes(alone packet: Packet) throws(DecodingError) -> Bool {
        let decoder = try Decoder(for: self, threads: 1)
        decoder.turnToTrials()
        var frame = av_frame_alloc()
        defer { av_frame_free(&frame) }
        guard let frame, packet.isKeyframe, let time = packet.pts ?? packet.dts,
            decoder.send(packet.pointer) == .done, decoder.send(nil) == .done, decoder.receive(into: frame) == .done
        else { return false }
        // Some containers mark frames as keyframes that are none.
        return [frame.pointee.pts, frame.pointee.best_effort_timestamp].contains(time)
            && footpath_frame_is_damaged(frame) == 0
            && ![AV_PICTURE_TYPE_P, AV_PICTURE_TYPE_B].contains(frame.pointee.pict_type)
    }
}
