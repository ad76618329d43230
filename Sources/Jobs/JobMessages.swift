import Foundation
import GRDB
import Notifying
import Rekognition

extension JobStore: Outbox {
    public func nextMessage() throws -> (message: OutgoingMessage, due: Date)? {
        try database.read { db in
            guard let row = try Row.fetchOne(db, sql: "SELECT * FROM message ORDER BY due, id LIMIT 1") else {
                return nil
            }
            let message = OutgoingMessage(
                id: row["id"], topic: row["topic"], text: row["text"], created: Self.date(row["created"]),
                attempts: row["attempts"])
            return (message, Self.date(row["due"]))
        }
    }

    public func delivered(_ id: Int64) throws { try remove(id) }

    public func abandon(_ id: Int64) throws { try remove(id) }

    public func postpone(_ id: Int64, attempts: Int, until due: Date) throws {
        try database.write { db in
            try db.execute(
                sql: "UPDATE message SET attempts = ?, due = ? WHERE id = ?",
                arguments: [attempts, Int64(due.timeIntervalSince1970 * 1000), id])
        }
    }

    private func remove(_ id: Int64) throws {
        try database.write { try $0.execute(sql: "DELETE FROM message WHERE id = ?", arguments: [id]) }
    }

    private static func date(_ milliseconds: Int64) -> Date { Date(timeIntervalSince1970: Double(milliseconds) / 1000) }
}

extension StoredJob {
    /// The text of its message.
    func notification(_ status: JobState.Status, at time: Int64) -> String {
        Notification.text(jobID: id, status: status, kind: kind, tag: tag, video: video, milliseconds: time)
    }
}
