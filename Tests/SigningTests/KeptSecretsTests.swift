import Foundation
import TestSupport
import Testing

@testable import Signing

@Suite struct KeptSecretsTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func file(_ text: String, mode: Int) throws -> String {
        let path = folder.path(UUID().uuidString)
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return path
    }

    @Test func aKeyHasItsBucketsOrAll() throws {
        let text = "# keys\n\nAKID1 0123456789abcdef # all\r\nAKID_2\tfedcba9876543210  lobby entrance\n"
        let keys = try AccessKeys(file: try file(text, mode: 0o640))
        #expect(keys["AKID1"]?.mayRead("lobby") == true)
        #expect(keys["AKID1"]?.credentials.secret == "0123456789abcdef")
        #expect(keys["AKID_2"]?.mayRead("lobby") == true)
        #expect(keys["AKID_2"]?.mayRead("Lobby") == false)
        #expect(keys["AKID3"] == nil)
    }

    @Test(
        "What is no file of keys is refused by line, without showing it",
        arguments: [
            ("", "no access key"), ("# x\n", "no access key"), ("AKID", "line 1"),
            ("\nAKID sheep", "line 2: a secret has 16"), ("A-K 0123456789abcdef", "line 1: an ID has"),
            ("A 0123456789abcdef\nA 0123456789abcdeg", "line 2: the ID stands"), ("A 0123456789abcdé", "line 1"),
        ])
    func badKeys(text: String, what: String) {
        let error = #expect(throws: SigningError.self) { try AccessKeys(parsing: text) }
        #expect(error?.description.contains(what) == true)
        #expect(error?.description.contains("sheep") == false)
        #expect(error?.description.contains("0123456789") == false)
    }

    @Test(arguments: [0o644, 0o604, 0o642, 0o601]) func aFileThatOthersReachIsRefused(mode: Int) throws {
        let path = try file("AKID1 0123456789abcdef", mode: mode)
        let error = #expect(throws: SigningError.self) { try AccessKeys(file: path) }
        #expect(error?.description == "\(path): others can read or change it; chmod o= \(path)")
    }

    @Test func noFileAFolderAndBytesThatAreNoTextAreRefused() throws {
        #expect(throws: SigningError.self) { try AccessKeys(file: folder.path("absent")) }
        #expect(throws: SigningError.self) { try AccessKeys(file: folder.url.path) }
        let path = try file("", mode: 0o600)
        try Data([0x41, 0xFF]).write(to: URL(fileURLWithPath: path))
        #expect(throws: SigningError.self) { try AccessKeys(file: path) }
    }

    // MARK: - Tokens of pages

    private let now = SigningDate(seconds: 1_772_352_000)

    @Test(arguments: [0, 1, 1000, 1 << 40, Int.max]) func aTokenHasItsPosition(position: Int) {
        let tokens = PageTokens(key: Array(repeating: 7, count: 32))
        let token = tokens.token(for: position, in: "list", at: now)
        #expect(token.utf8.count == 64)
        #expect(tokens.position(of: token, in: "list", at: now) == position)
        #expect(tokens.position(of: token, in: "list", at: SigningDate(seconds: now.seconds + 86_399)) == position)
        #expect(tokens.position(of: token, in: "list", at: SigningDate(seconds: now.seconds + 86_400)) == nil)
        #expect(tokens.position(of: token, in: "list2", at: now) == nil)
        #expect(PageTokens(key: [1]).position(of: token, in: "list", at: now) == nil)
    }

    @Test func noChangedTokenIsTaken() {
        let tokens = PageTokens(key: Array(repeating: 7, count: 32))
        let token = tokens.token(for: 1000, in: "list", at: now)
        for (index, old) in token.utf8.enumerated() {
            for byte in UInt8(0)...127 where byte != old {
                var bytes = Array(token.utf8)
                bytes[index] = byte
                #expect(tokens.position(of: String(decoding: bytes, as: UTF8.self), in: "list", at: now) == nil)
            }
        }
        for text in ["", "x", String(token.dropLast()), token + "A", String(repeating: "=", count: 64)] {
            #expect(tokens.position(of: text, in: "list", at: now) == nil)
        }
    }

    @Test func theKeyOutlivesARestartAndIsItsOwners() throws {
        let path = folder.path("page-tokens.key")
        let token = try PageTokens(file: path).token(for: 5, in: "list", at: now)
        #expect(try PageTokens(file: path).position(of: token, in: "list", at: now) == 5)
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["page-tokens.key"])
        try Data("short".utf8).write(to: URL(fileURLWithPath: path))
        #expect(throws: SigningError.self) { try PageTokens(file: path) }
        #expect(throws: SigningError.self) { try PageTokens(file: folder.path("absent/key")) }
    }
}
