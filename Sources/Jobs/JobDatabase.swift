import Foundation
import GRDB
import Rekognition

/// The tables of jobs, in `jobs.sqlite` of the state's folder.
///
/// A job is what a client started; an analysis is the work for it, of which jobs on the same object share one. A job's end and
/// its message are written in one transaction. Times are milliseconds since 1970 UTC.
enum JobDatabase {
    static let fileName = "jobs.sqlite"
    /// Seconds that a transaction waits for another program's.
    private static let patience = 10.0

    /// Opens the database.
    ///
    /// - Parameter mayCreate: makes it where there is none.
    static func open(inFolder folder: String, mayCreate: Bool) throws(JobsError) -> DatabasePool {
        let path = folder + "/" + fileName
        if !mayCreate && !FileManager.default.fileExists(atPath: path) { throw .absent(path: folder) }
        do {
            if mayCreate {
                for path in [folder, folder + "/results"] {
                    try FileManager.default.createDirectory(
                        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
                }
            }
            let pool = try DatabasePool(path: path, configuration: configuration)
            let isNewer = try pool.read { try migrator.hasBeenSuperseded($0) }
            if isNewer {
                throw JobsError.unusable(path: folder, reason: "a newer Footpath wrote \(fileName); use that one")
            }
            try migrator.migrate(pool)
            return pool
        } catch {
            throw error as? JobsError ?? .unusable(path: folder, reason: "\(reason(error))")
        }
    }

    /// Without the statement, whose arguments may be secret.
    static func reason(_ error: any Error) -> String {
        guard let error = error as? DatabaseError else { return error.localizedDescription }
        return "SQLite: \(error.message ?? "error") (\(error.extendedResultCode.rawValue))"
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.label = "footpath.jobs"
        configuration.busyMode = .timeout(patience)
        configuration.prepareDatabase { db in
            // A job that was accepted is not lost with the power, and what is deleted is overwritten.
            try db.execute(sql: "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON")
        }
        return configuration
    }

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { try $0.execute(sql: tables) }
        return migrator
    }

    private static let tables = """
        CREATE TABLE analysis (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            digest TEXT NOT NULL UNIQUE,
            video TEXT NOT NULL,
            identity TEXT NOT NULL,
            state TEXT NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0,
            due INTEGER NOT NULL,
            metadata TEXT,
            message TEXT,
            partial INTEGER NOT NULL DEFAULT 0
        );
        CREATE INDEX analysisByState ON analysis(state, id);
        CREATE TABLE job (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL,
            bucket TEXT NOT NULL,
            name TEXT NOT NULL,
            version TEXT,
            tag TEXT,
            topic TEXT,
            notifies INTEGER NOT NULL,
            accessKey TEXT NOT NULL,
            analysis INTEGER REFERENCES analysis(id),
            status TEXT NOT NULL,
            message TEXT,
            created INTEGER NOT NULL,
            ended INTEGER
        );
        CREATE INDEX jobByAnalysis ON job(analysis, status);
        CREATE INDEX jobByEnd ON job(ended);
        CREATE TABLE token (
            kind TEXT NOT NULL,
            accessKey TEXT NOT NULL,
            token TEXT NOT NULL,
            request TEXT NOT NULL,
            job TEXT NOT NULL,
            created INTEGER NOT NULL,
            PRIMARY KEY (kind, accessKey, token)
        ) WITHOUT ROWID;
        CREATE INDEX tokenByTime ON token(created);
        CREATE TABLE message (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            job TEXT NOT NULL REFERENCES job(id) ON DELETE CASCADE,
            topic TEXT,
            text TEXT NOT NULL,
            created INTEGER NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0,
            due INTEGER NOT NULL
        );
        CREATE INDEX messageByTime ON message(due);
        """
}
