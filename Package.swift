// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6), .treatAllWarnings(as: .error), .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// A room: its arrows are its dependencies, and no others compile.
func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies + ["PathModel", "TestSupport"], swiftSettings: strict)
}

let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

let package = Package(
    name: "footpath",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        room("PathModel"),
        .systemLibrary(
            name: "CFFmpeg", pkgConfig: "libavformat libavcodec libswscale libavutil",
            providers: [.apt(["libavformat-dev", "libavcodec-dev", "libswscale-dev", "libavutil-dev"])]),
        room("Waiting"),
        .target(name: "CProcess"),
        room("Decoding", ["CFFmpeg", "PathModel"]),
        room("Capturing", ["CFFmpeg", "CProcess", "Decoding", "PathModel", "Waiting"]),
        .systemLibrary(
            name: "CPango", pkgConfig: "pangocairo", providers: [.apt(["libcairo2-dev", "libpango1.0-dev"])]),
        .target(name: "CDrawing", dependencies: ["CPango"]),
        room("Drawing", ["CDrawing", "PathModel"]),
        room("Encoding", ["CDrawing", "CFFmpeg", "Decoding", "Drawing", "PathModel", "Reading", "Recording"]),
        .target(name: "COpenVINO"),
        .target(name: "CPersonNetwork", exclude: ["footpath-person.onnx", "README.md"]),
        room("Inference", ["COpenVINO", "CPersonNetwork", "PathModel"]),
        room("Detecting", ["Inference", "PathModel"]),
        room("Aligning", ["PathModel"]),
        room("Tracking", ["PathModel"]),
        .target(name: "CRecording", linkerSettings: [.linkedLibrary("z")]),
        room("Recording", ["CRecording", "PathModel", system]),
        .target(name: "CReading", linkerSettings: [.linkedLibrary("z")]),
        room("Reading", ["CReading", "PathModel", "Recording"]),
        room("Rekognition", ["PathModel", "Reading", "Recording", system]),
        room("Requesting", ["Decoding"]),
        .target(name: "CBuckets"),
        room("Buckets", ["CBuckets", "Capturing", "Decoding", "Rekognition", "Requesting", "Signing"]),
        room("Notifying", ["Decoding", "Recording", "Rekognition", "Requesting", "Signing"]),
        room("Fetching", ["Decoding", "PathModel", "Recording", system]),
        room("Assembling", ["PathModel"]),
        room("Counting", ["PathModel"]),
        .target(name: "CMerging", linkerSettings: [.linkedLibrary("m")]),
        room("Merging", ["Assembling", "CMerging", "Counting", "PathModel", "Recording", "Tracking", system]),
        room("Linking", ["Assembling", "Counting", "PathModel", "Tracking"]),
        room(
            "Analyzing",
            [
                "Aligning", "Assembling", "Decoding", "Detecting", "Inference", "PathModel", "Tracking", "Waiting",
            ]),
        room(
            "Following",
            [
                "Analyzing", "Assembling", "Capturing", "Counting", "CProcess", "Decoding", "Inference", "PathModel",
                "Recording",
                "Tracking", "Waiting",
            ]),
        room(
            "Pipeline",
            [
                "Analyzing", "Capturing", "Decoding", "Detecting", "Following", "Inference", "PathModel", "Recording",
                "Rekognition", "Tracking", "Waiting",
            ]),
        room(
            "Batch",
            [
                "Analyzing", "CProcess", "Decoding", "Following", "Inference", "PathModel", "Pipeline", "Recording",
                "Settings", "Tracking", "Waiting", system,
            ]),
        room(
            "Settings",
            [
                "Analyzing", "Announcing", "Capturing", "Decoding", "Detecting", "Fetching", "Following", "Inference",
                "Linking", "Notifying", "PathModel", "Recording", "Requesting", "Signing", "Tracking",
                .product(name: "Yams", package: "Yams"),
            ]),
        room(
            "Jobs",
            [
                "Analyzing", "Buckets", "Capturing", "Decoding", "Following", "Inference", "Notifying", "PathModel",
                "Reading", "Recording", "Rekognition", "Waiting",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        .target(name: "CPages", exclude: ["files"]),
        room("Reporting", ["PathModel", "Reading", "Recording"]),
        room("Showing", ["CPages", "Decoding", "PathModel", "Reporting"]),
        room("Signing", [.product(name: "Crypto", package: "swift-crypto")]),
        room(
            "Answering",
            [
                "Recording", "Rekognition", "Signing", .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        .target(name: "CServing"),
        room("Serving", ["CServing"]),
        .target(name: "CMosquitto", linkerSettings: [.linkedLibrary("mosquitto")]),
        room("Announcing", ["CMosquitto"]),
        room(
            "Operating",
            [
                "Analyzing", "Announcing", "Answering", "Buckets", "Capturing", "CProcess", "Decoding", "Drawing",
                "Encoding", "Following", "Inference", "Jobs", "Notifying", "PathModel", "Pipeline", "Recording",
                "Rekognition", "Requesting", "Serving", "Settings", "Showing", "Signing", "Tracking", "Waiting",
            ]),
        .executableTarget(
            name: "footpath",
            dependencies: [
                "Analyzing", "Answering", "Batch", "Buckets", "Capturing", "Decoding", "Detecting", "Drawing",
                "Encoding", "Fetching", "Following",
                "Inference", "Jobs", "Linking", "Merging", "Operating", "PathModel", "Pipeline", "Reading", "Recording",
                "Rekognition",
                "Reporting", "Serving", "Settings", "Showing", "Signing", "Waiting", system,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: strict),

        .executableTarget(
            name: "stage-benchmark",
            dependencies: [
                "Analyzing", "Decoding", "Following", "Inference", "PathModel", "Pipeline", "Recording", "Settings",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], path: "Benchmarks/Stages", swiftSettings: strict),

        .target(
            name: "TestSupport", dependencies: ["Capturing", "Decoding", "Inference", "PathModel", "Waiting"],
            path: "Tests/TestSupport",
            swiftSettings: strict),
        tests("PathModelTests", []),
        tests("DecodingTests", ["CFFmpeg", "Decoding"]),
        tests("CapturingTests", ["CFFmpeg", "Capturing", "Decoding", "Waiting"]),
        tests("DrawingTests", ["CDrawing", "Drawing"]),
        tests("EncodingTests", ["CDrawing", "CFFmpeg", "Decoding", "Drawing", "Encoding", "Recording"]),
        tests("InferenceTests", ["Inference"]),
        tests("DetectingTests", ["Detecting", "Inference"]),
        tests("AligningTests", ["Aligning"]),
        .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
        tests("TrackingTests", ["CAllocationCounter", "Tracking"]),
        .executableTarget(
            name: "record-load", dependencies: ["PathModel", "Recording"], path: "Tests/RecordLoad",
            swiftSettings: strict),
        tests("RecordingTests", ["Recording", "record-load", system]),
        tests("ReadingTests", ["Reading", "Recording"]),
        tests("RekognitionTests", ["Detecting", "Reading", "Recording", "Rekognition"]),
        tests("FetchingTests", ["Decoding", "Fetching"]),
        tests("AssemblingTests", ["Assembling"]),
        tests("CountingTests", ["CAllocationCounter", "Counting", "Tracking"]),
        tests("MergingTests", ["Assembling", "Counting", "Merging", "Recording"]),
        tests("AnalyzingTests", ["Analyzing", "Decoding", "Detecting"]),
        tests(
            "FollowingTests", ["Analyzing", "Capturing", "Decoding", "Following", "Inference", "Recording", "Waiting"]),
        tests(
            "PipelineTests",
            [
                "Aligning", "Analyzing", "Decoding", "Detecting", "Following", "Pipeline", "Recording", "Tracking",
                "Waiting",
            ]),
        tests(
            "BatchTests",
            ["Analyzing", "Batch", "Decoding", "Inference", "Pipeline", "Recording", "Settings", system]),
        tests("WaitingTests", ["Waiting"]),
        tests(
            "SettingsTests",
            [
                "Analyzing", "Announcing", "Capturing", "Decoding", "Detecting", "Following", "Inference", "Notifying",
                "Recording", "Requesting", "Settings", "Tracking",
            ]),
        tests("ReportingTests", ["Reading", "Recording", "Reporting"]),
        tests("ShowingTests", ["Showing"]),
        tests("AnnouncingTests", ["Announcing"]),
        tests("ServingTests", ["CServing", "Requesting", "Serving"]),
        tests("SigningTests", ["Signing"]),
        tests("AnsweringTests", ["Answering", "Rekognition", "Signing"]),
        tests(
            "BucketsTests", ["Buckets", "Capturing", "Decoding", "footpath", "Rekognition", "Signing", "Waiting"]),
        tests("NotifyingTests", ["Notifying", "Rekognition", "Requesting"]),
        tests(
            "JobsTests",
            [
                "Analyzing", "Buckets", "Capturing", "Decoding", "footpath", "Inference", "Jobs", "Notifying",
                "Rekognition", "Settings", .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        tests("OperatingTests", ["Following", "Operating", "Settings"]),
        tests("GoldenTests", ["footpath"]),
        tests(
            "SystemTests",
            ["Analyzing", "Decoding", "Inference", "Pipeline", "Rekognition", "Settings", "footpath"]),
    ]
)
