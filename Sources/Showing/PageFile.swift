import CPages

/// A file that pages are made of, embedded in the program.
public enum PageFile: String, CaseIterable, Sendable {
    /// Colours and form that all pages share.
    case commonStyle = "pages.css"
    case drawBody = "draw.html"
    case drawStyle = "draw.css"
    case drawShapes = "draw-shapes.js"
    case drawBoard = "draw-board.js"
    case drawView = "draw-view.js"
    case drawPanel = "draw-panel.js"
    case liveBody = "live.html"
    case liveStyle = "live.css"
    case liveScript = "live.js"
    case reportBody = "report.html"
    case reportStyle = "report.css"
    case reportBase = "report-base.js"
    case reportCharts = "report-charts.js"
    case reportMaps = "report-maps.js"
    case reportTable = "report-table.js"
    case reportPage = "report-page.js"
    /// Chart.js, as Debian has it.
    case chartLibrary = "chart.min.js"

    /// What it holds.
    public var text: String {
        var size = 0
        guard let bytes = footpath_page_file(rawValue, &size) else { return "" }
        return String(decoding: UnsafeRawBufferPointer(start: bytes, count: size), as: UTF8.self)
    }
}
