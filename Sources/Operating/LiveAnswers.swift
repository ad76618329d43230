import Following
import Foundation
import Serving
import Showing

/// What the live page and its pictures are answered.
struct LiveAnswers: Sendable {
    let board: Board
    let hours: RecentHours
    private let page = LivePage()

    init(board: Board, hours: RecentHours) {
        (self.board, self.hours) = (board, hours)
    }

    /// Nil where it is none of its paths.
    func answer(_ request: HTTPRequest) -> HTTPResponse? {
        switch request.path {
        case "/": return HTTPResponse(type: "text/html; charset=utf-8", body: page.html, policy: page.policy)
        case "/live.json": return HTTPResponse(type: "application/json", body: Data(LiveStatus(board, hours).json.utf8))
        default: return request.path.hasPrefix("/pictures/") ? picture(request) : nil
        }
    }

    /// A picture is made once it is asked for, so whoever asks first has to ask again.
    private func picture(_ request: HTTPRequest) -> HTTPResponse {
        let name = request.path.dropFirst("/pictures/".count)
        guard name.hasSuffix(".jpg"), let booth = board.booth(of: String(name.dropLast(4))) else {
            return HTTPResponse(.notFound, text: "no camera of this name has pictures: true")
        }
        // HEAD shows nothing, so nothing is made for it.
        guard !request.isHead, let picture = booth.ask() else {
            return HTTPResponse(.serviceUnavailable, text: "there is no picture yet, ask again")
        }
        return HTTPResponse(type: "image/jpeg", body: picture)
    }
}
