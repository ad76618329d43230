import Foundation
import NIOCore
import NIOHTTP1
import Rekognition
import Signing

/// One connection: requests one after the other, each read whole, answered, and only when the answer is taken the next.
final class Connection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private enum Phase {
        /// For a request's head.
        case waiting
        case receiving(HTTPRequestHead)
        case working
        case answering
        /// The last answer is sent, and what still comes is thrown away.
        case farewell
        case over
    }

    /// An answer to be sent.
    private struct Response {
        var status: Int
        var body: [UInt8]
    }

    private let table: ConnectionTable
    private var context: ChannelHandlerContext?
    private var phase = Phase.waiting
    /// Of the request that is received.
    private var body: [UInt8] = []
    private var bodyEnd = NIODeadline.distantFuture
    /// Bytes that the table holds for this connection, and that came after the last answer.
    private var held = 0, thrownAway = 0
    private var isLast = false, isHead = false, isOld = false

    /// When it is to be looked at.
    private(set) var deadline = NIODeadline.distantFuture
    /// While it can give way, the number of its place among those who can; else nil.
    private(set) var place: Int?

    init(table: ConnectionTable) {
        self.table = table
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) {
        if table.enter(self) { wait() } else { end() }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        phase = .over
        place = nil
        // What is at work goes on; nobody takes the answer.
        release()
        body = []
        table.leave(self)
        context.fireChannelInactive()
    }

    // MARK: - Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch (unwrapInboundIn(data), phase) {
        case (.head(let head), .waiting): begin(head)
        case (.body(let part), .receiving): take(part)
        case (.end, .receiving(let head)): finish(head)
        case (.end, .farewell): end()
        case (.body(let part), .answering), (.body(let part), .farewell): throwAway(part)
        default: break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else { return end() }
        switch phase {
        case .waiting, .receiving:
            let isLarge = error == .headerOverflow
            refuse(APIError(.serialization, "The request is no HTTP/1.1 that is understood here."), isLarge ? 431 : 400)
        default: end()
        }
    }

    private func begin(_ head: HTTPRequestHead) {
        phase = .receiving(head)
        place = table.place(self, isIdle: false)
        (isHead, isOld) = (head.method == .HEAD, head.version == .http1_0)
        isLast = !head.isKeepAlive || head.headers.contains(name: "upgrade")
        bodyEnd = .now() + .seconds(table.limits.bodyTime)
        deadline = min(bodyEnd, .now() + .seconds(table.limits.stallTime))
        if let length = head.headers.first(name: "content-length").flatMap(Int.init), length > table.limits.body {
            return refuseLargeBody()
        }
        if head.headers[canonicalForm: "expect"].contains(where: { $0.lowercased() == "100-continue" }) {
            let goOn = HTTPResponseHead(version: .http1_1, status: .continue)
            context?.writeAndFlush(wrapOutboundOut(.head(goOn)), promise: nil)
        }
    }

    private func take(_ part: ByteBuffer) {
        guard body.count + part.readableBytes <= table.limits.body else { return refuseLargeBody() }
        guard table.hold(part.readableBytes) else { return refuse(Self.tooMuch) }
        held += part.readableBytes
        body += part.readableBytesView
        deadline = min(bodyEnd, .now() + .seconds(table.limits.stallTime))
    }

    private func throwAway(_ part: ByteBuffer) {
        thrownAway += part.readableBytes
        if thrownAway > table.limits.farewell { end() }
    }

    private func finish(_ head: HTTPRequestHead) {
        guard let context else { return }
        phase = .working
        place = nil
        deadline = .distantFuture
        let body = body
        self.body = []
        let isPost = head.method == .POST
        let operation: Operation
        do throws(APIError) {
            operation = try Operation(target: isPost ? head.headers.first(name: "x-amz-target") : nil)
        } catch { return answer(nil, .failure(error)) }
        let parts = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let request = ReceivedRequest(
            method: head.method.rawValue, path: parts.first.map(String.init) ?? "",
            query: parts.count > 1 ? String(parts[1]) : "", headers: head.headers.map { ($0.name, $0.value) },
            body: body)
        let answers = table.answers
        let isTaken = table.work(in: operation.lane, on: context.eventLoop) { () -> Result<[UInt8], APIError> in
            do throws(APIError) { return .success(try answers.answer(operation, request)) } catch {
                return .failure(error)
            }
        } then: { result in
            self.answer(operation, result)
        }
        if !isTaken { answer(operation, .failure(Self.tooMuch)) }
    }

    private static let tooMuch = APIError(.throttling, "Too many requests at once. Ask again in a moment.")

    // MARK: - Answers

    private func answer(_ operation: Operation?, _ result: Result<[UInt8], APIError>) {
        switch result {
        case .success(let body):
            table.counts.count(operation, nil)
            send(Response(status: 200, body: body))
        case .failure(let error):
            table.counts.count(operation, error.code.rawValue)
            send(Response(status: error.code.status, body: Answers.body(of: error)))
        }
    }

    /// Answers before the request is whole, and as the last.
    private func refuse(_ error: APIError, _ status: Int? = nil) {
        isLast = true
        body = []
        table.counts.count(nil, error.code.rawValue)
        send(Response(status: status ?? error.code.status, body: Answers.body(of: error)))
    }

    private func refuseLargeBody() {
        refuse(APIError(.serialization, "The body is larger than \(table.limits.body) bytes."), 413)
    }

    private func send(_ response: Response) {
        guard let context else { return }
        if case .over = phase { return }
        phase = .answering
        place = nil
        deadline = .now() + .seconds(table.limits.answerTime)
        release()
        held = response.body.count
        table.add(held)
        var headers: HTTPHeaders = [
            "Content-Type": "application/x-amz-json-1.1", "x-amzn-RequestId": UUID().uuidString.lowercased(),
            "Content-Length": String(response.body.count), "Date": table.httpDate(),
        ]
        if isLast { headers.add(name: "Connection", value: "close") }
        if !isLast && isOld { headers.add(name: "Connection", value: "keep-alive") }
        let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: response.status), headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        let body = context.channel.allocator.buffer(bytes: isHead ? [] : response.body)
        let taken = context.eventLoop.makePromise(of: Void.self)
        taken.futureResult.assumeIsolated().whenComplete { result in
            if case .success = result { self.sent() } else { self.end() }
        }
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(body))), promise: taken)
    }

    /// The system has taken the answer. Only now its end is written, upon which the next request may come: so nobody makes
    /// answers pile up who takes none.
    private func sent() {
        guard let context, case .answering = phase else { return }
        release()
        let end = wrapOutboundOut(.end(nil))
        if isLast {
            phase = .farewell
            deadline = .now() + .seconds(table.limits.farewellTime)
            place = table.place(self, isIdle: true)
            context.writeAndFlush(end, promise: nil)
            context.close(mode: .output, promise: nil)
        } else {
            phase = .waiting
            wait()
            context.writeAndFlush(end, promise: nil)
        }
    }

    // MARK: - Time

    private func wait() {
        deadline = .now() + .seconds(table.limits.idleTime)
        place = table.place(self, isIdle: true)
    }

    /// To be called at the deadline.
    func expire() {
        if case .receiving = phase {
            refuse(APIError(.serialization, "The request's body didn't come in time."), 408)
        } else {
            end()
        }
    }

    /// Makes the answer that is due the last; false where none is.
    func isLeaving() -> Bool {
        switch phase {
        case .working, .answering:
            isLast = true
            return true
        default: return false
        }
    }

    /// Ends the connection at once.
    func end() {
        place = nil
        deadline = .distantFuture
        context?.close(promise: nil)
    }

    private func release() {
        table.release(held)
        held = 0
    }
}

extension TimeAmount {
    fileprivate static func seconds(_ seconds: Double) -> TimeAmount { .nanoseconds(Int64(seconds * 1e9)) }
}
