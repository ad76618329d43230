import Foundation
import Settings
import TestSupport
import Testing

@Suite struct RuntimeFolderTests {
    private let folder: TemporaryFolder
    /// The folder's path as the system knows it, without symbolic links.
    private let root: String

    init() throws {
        folder = try TemporaryFolder()
        root = folder.url.resolvingSymlinksInPath().path
    }

    private func install(_ place: String, library: String = "libopenvino_c.so.2640") throws {
        let libraries = folder.url.appendingPathComponent(place + "/openvino")
        try FileManager.default.createDirectory(at: libraries, withIntermediateDirectories: true)
        try Data().write(to: libraries.appendingPathComponent(library))
    }

    private func find(_ program: String, environment: [String: String] = [:]) throws -> RuntimeFolder {
        try RuntimeFolder(environment: environment, program: root + "/" + program)
    }

    @Test func theEnvironmentsFolderComesFirst() throws {
        try install("chosen")
        try install("a/.runtime")
        let found = try find("a/bin/footpath", environment: ["FOOTPATH_RUNTIME": root + "/chosen"])
        #expect(found.library == root + "/chosen/openvino/libopenvino_c.so.2640")
        #expect(found.models == root + "/chosen/models")
    }

    @Test func theEnvironmentsFolderIsTheOnlyOneWhereItIsSet() throws {
        try install("a/.runtime")
        let error = #expect(throws: RuntimeFolder.Missing.self) {
            try find("a/bin/footpath", environment: ["FOOTPATH_RUNTIME": root + "/chosen"])
        }
        #expect(error?.description.contains(" \(root)/chosen/openvino;") == true)
        #expect(error?.description.contains(root + "/a/") == false)
        #expect(try find("a/bin/footpath", environment: ["FOOTPATH_RUNTIME": ""]).models == root + "/a/.runtime/models")
    }

    @Test(arguments: [
        (["CACHE_DIRECTORY": "/var/cache/a:/var/cache/b", "XDG_CACHE_HOME": "/c"], "/var/cache/a"),
        (["XDG_CACHE_HOME": "/c", "HOME": "/h"], "/c/footpath"),
        (["XDG_CACHE_HOME": "c", "HOME": "/h"], "/h/.cache/footpath"),
        (["HOME": "/h"], "/h/.cache/footpath"), (["HOME": "/"], nil), ([:], nil),
    ])
    func compiledNetworksAreKeptInTheUsersCache(environment: [String: String], folder: String?) throws {
        try install("a/.runtime")
        #expect(try find("a/bin/footpath", environment: environment).compiledNetworks == folder)
    }

    @Test func anInstalledProgramsFolderComesBeforeTheProjects() throws {
        try install("a/.runtime")
        #expect(try find("a/bin/footpath").models == root + "/a/.runtime/models")
        try install("a/lib/footpath")
        #expect(try find("a/bin/footpath").models == root + "/a/lib/footpath/models")
    }

    @Test func theNearestFolderAboveTheProgramCounts() throws {
        try install(".runtime")
        #expect(try find("a/.build/release/footpath").models == root + "/.runtime/models")
        try install("a/.runtime")
        #expect(try find("a/.build/release/footpath").models == root + "/a/.runtime/models")
    }

    @Test func aLinkToTheProgramIsFollowed() throws {
        try install("a/lib/footpath")
        try FileManager.default.createDirectory(atPath: root + "/a/bin", withIntermediateDirectories: true)
        try Data().write(to: URL(fileURLWithPath: root + "/a/bin/footpath"))
        try FileManager.default.createSymbolicLink(
            atPath: root + "/link", withDestinationPath: root + "/a/bin/footpath")
        #expect(try find("link").models == root + "/a/lib/footpath/models")
    }

    @Test func aFolderWithoutTheLibraryIsPassedOver() throws {
        try install("a/.runtime", library: "libopenvino.so.2640")
        try install(".runtime", library: "libopenvino_c.so")
        #expect(try find("a/footpath").library == root + "/.runtime/openvino/libopenvino_c.so")
    }

    @Test func nothingFoundIsAnErrorThatSaysWhereAndWhatToDo() throws {
        let error = #expect(throws: RuntimeFolder.Missing.self) { try find("a/bin/footpath") }
        for text in [root + "/a/lib/footpath/openvino", root + "/.runtime/openvino", "Scripts/setup"] {
            #expect(error?.description.contains(text) == true, "\(text)")
        }
    }
}
