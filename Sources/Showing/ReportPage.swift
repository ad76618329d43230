import Foundation
import Reporting

/// The page of a report.
public enum ReportPage {
    /// The whole page.
    public static func html(of report: Report) -> Data {
        WebPage(
            title: report.title, body: PageFile.reportBody.text,
            styles: [PageFile.commonStyle, .reportStyle].map(\.text),
            scripts: [PageFile.chartLibrary, .reportBase, .reportCharts, .reportMaps, .reportTable, .reportPage].map(
                \.text),
            data: report, keys: .convertToSnakeCase
        ).html
    }
}
