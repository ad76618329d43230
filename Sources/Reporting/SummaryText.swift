import PathModel
import Reading

/// A summary for a terminal.
extension Summary {
    /// Lines of text. What isn't in the records is shown as `-`.
    public var text: String {
        var lines: [String] = []
        for feed in feeds { lines += feed.lines(timezone: timezone) + [""] }
        if feeds.isEmpty { lines += ["No records: nothing was watched, or nothing was written.", ""] }
        if feeds.count > 1 {
            lines += [
                "All together",
                "  paths \(shown(total.paths)), points \(shown(total.points)), faces \(shown(total.faces)), observed "
                    + clock(total.observedSeconds) + ", not observed \(clock(total.unobservedSeconds))",
            ]
            if let together, !together.lines.isEmpty {
                let (inward, outward) = together.lines.reduce((0, 0)) { ($0.0 + $1.in, $0.1 + $1.out) }
                lines.append("  all lines: \(inward) in, \(outward) out")
            }
            if let mean = together?.peopleMean {
                lines.append("  people: \(mean) on average, each camera while it was observed")
            }
            lines.append("")
        }
        let omissions = files.flatMap(\.omissions)
        if !omissions.isEmpty { lines += ["Left out"] + omissions.map { "  " + $0 } + [""] }
        return lines.joined(separator: "\n")
    }
}

extension Summary.File {
    /// What could not be used, in words.
    public var omissions: [String] {
        var omissions = Omissions()
        (omissions.damagedLines, omissions.firstDamagedLine) = (damagedLines, firstDamagedLine)
        (omissions.lastLineIsCut, omissions.compressionIsCut) = (lastLineCut, compressionCut)
        omissions.missingLines = missingLines
        var words = omissions.words(in: path)
        if repeatedRecords > 0 { words.append("\(path): \(repeatedRecords) records that were read before") }
        return words
    }
}

extension Summary.Feed {
    fileprivate func lines(timezone: String) -> [String] {
        var lines = [feed.printable]
        if let from, let to {
            lines.append(
                timesUnknown
                    ? "  from \(from) s to \(to) s after the beginning of the file; nobody knows when that was"
                        + ((recordings ?? 1) > 1 ? ", so \(recordings ?? 1) recordings lie over one another" : "")
                    : "  from \(from) to \(to) (\(timezone)), \(sessions) \(sessions == 1 ? "session" : "sessions")")
        }
        lines.append(
            "  observed \(clock(observedSeconds)), not observed \(clock(unobservedSeconds)); "
                + (gaps.count == 1 ? "1 gap" : "\(gaps.count) gaps"))
        if let paths {
            let unfinished = unfinishedPaths ?? 0
            lines.append(
                paths == 0
                    ? "  nobody was seen"
                    : "  \(paths) paths" + (unfinished > 0 ? ", \(unfinished) of them without an end" : "")
                        + ", \(shown(points)) points, \(shown(faces)) faces")
        } else {
            lines.append("  only counts were written, nothing of single people")
        }
        lines.append("  people: \(shown(peopleMean)) on average, \(shown(peopleMost)) at most")
        if let pathSeconds { lines.append("  in view: \(pathSeconds.words)") }
        if self.lines.isEmpty && zones.isEmpty { lines.append("  no zones or lines") }
        if regionsLeftOut == true {
            lines.append("  more than \(FeedTally.mostRegions) zones or lines: what happened in the others is left out")
        }
        lines += table(
            ["line", "in", "out", "people"],
            self.lines.map { [$0.name, "\($0.in)", "\($0.out)", shown($0.people)] })
        lines += table(
            ["zone", "entered", "left", "mean", "most", "dwell", "median", "p90", "longest", "loitered", "crowded"],
            zones.map { zone in
                [
                    zone.name, "\(zone.entered)", "\(zone.left)", shown(zone.peopleMean), shown(zone.peopleMost),
                    seconds(zone.dwellSeconds?.mean), seconds(zone.dwellSeconds?.median),
                    seconds(zone.dwellSeconds?.p90), seconds(zone.dwellSeconds?.longest), "\(zone.loitered)",
                    "\(zone.crowded)",
                ]
            })
        return lines
    }

    private func table(_ head: [String], _ rows: [[String]]) -> [String] {
        guard !rows.isEmpty else { return [] }
        let clean = rows.map { $0.map(\.printable) }
        let widths = head.indices.map { column in ([head] + clean).map { $0[column].count }.max() ?? 0 }
        return ([head] + clean).map { row in
            row.indices.reduce("  ") { line, column in
                let padding = String(repeating: " ", count: widths[column] - row[column].count)
                return line + (column == 0 ? row[column] + padding : "  " + padding + row[column])
            }
        }
    }
}

extension Summary.Lengths {
    fileprivate var words: String {
        var words = "\(seconds(mean)) on average"
        if let median { words += ", half of them up to \(seconds(median))" }
        if let longest { words += ", at most \(seconds(longest))" }
        return words
    }
}

private func shown(_ value: (some CustomStringConvertible)?) -> String { value.map(\.description) ?? "-" }

private func seconds(_ value: Double?) -> String {
    guard let value else { return "-" }
    return value < 100 ? "\((value * 10).rounded() / 10) s" : clock(value)
}

/// `1:02:03`.
private func clock(_ seconds: Double) -> String { LocalTime.elapsed(Int64((seconds * 1000).rounded())) }
