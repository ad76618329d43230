import Foundation
import Serving

/// What the daemon answers over HTTP to those who watch it. It only reads the board, so nothing waits for the cameras.
struct StatusPages {
    let board: Board
    let live: LiveAnswers

    func answer(_ request: HTTPRequest) -> HTTPResponse {
        switch request.path {
        case "/healthz":
            let stuck = board.stuck
            return stuck.isEmpty
                ? HTTPResponse(.ok, text: "ok") : HTTPResponse(.serviceUnavailable, text: "stuck: \(stuck)")
        case "/readyz":
            return board.status.isReady
                ? HTTPResponse(.ok, text: "ready") : HTTPResponse(.serviceUnavailable, text: "not ready")
        case "/metrics":
            return HTTPResponse(type: PrometheusText.type, body: Data(PrometheusText(board).text.utf8))
        case "/status": return HTTPResponse(type: "application/json", body: board.status.json())
        default:
            return live.answer(request)
                ?? HTTPResponse(.notFound, text: "there are /, /healthz, /readyz, /metrics and /status")
        }
    }
}
