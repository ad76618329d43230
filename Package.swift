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
    ],
    targets: [
        room("PathModel"),
        .systemLibrary(
            name: "CFFmpeg", pkgConfig: "libavformat libavcodec libswscale libavutil",
            providers: [.apt(["libavformat-dev", "libavcodec-dev", "libswscale-dev", "libavutil-dev"])]),
        room("Waiting"),
        .target(name: "CProcess"),
        room("Decoding", ["CFFmpeg", "CProcess", "PathModel", "Waiting"]),
        .target(name: "COpenVINO"),
        .target(name: "CPersonNetwork", exclude: ["footpath-person.onnx", "README.md"]),
        room("Inference", ["COpenVINO", "CPersonNetwork", "PathModel"]),
        room("Detecting", ["Inference", "PathModel"]),
        room("Aligning", ["PathModel"]),
        room("Tracking", ["PathModel"]),
        .target(name: "CRecording", linkerSettings: [.linkedLibrary("z")]),
        room("Recording", ["CRecording", "PathModel", system]),
        room("Annotating", ["PathModel"]),
        room(
            "Pipeline",
            [
                "Aligning", "Annotating", "CProcess", "Decoding", "Detecting", "Inference", "PathModel", "Recording",
                "Tracking", "Waiting",
            ]),
        room(
            "Settings",
            [
                "Decoding", "Detecting", "Inference", "PathModel", "Pipeline", "Recording", "Tracking",
                .product(name: "Yams", package: "Yams"),
            ]),
        .target(name: "CServing"),
        room("Serving", ["CServing"]),
        room(
            "Operating",
            [
                "CProcess", "Decoding", "Inference", "PathModel", "Pipeline", "Recording", "Serving", "Settings",
                "Waiting",
            ]),
        .executableTarget(
            name: "footpath",
            dependencies: [
                "Decoding", "Detecting", "Inference", "Operating", "PathModel", "Pipeline", "Recording", "Serving",
                "Settings", "Tracking", "Waiting",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: strict),

        .target(
            name: "TestSupport", dependencies: ["Decoding", "Inference", "PathModel", "Waiting"],
            path: "Tests/TestSupport",
            swiftSettings: strict),
        tests("PathModelTests", []),
        tests("DecodingTests", ["Decoding"]),
        tests("InferenceTests", ["Inference"]),
        tests("DetectingTests", ["Detecting", "Inference"]),
        tests("AligningTests", ["Aligning"]),
        .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
        tests("TrackingTests", ["CAllocationCounter", "Tracking"]),
        .executableTarget(
            name: "record-load", dependencies: ["PathModel", "Recording"], path: "Tests/RecordLoad",
            swiftSettings: strict),
        tests("RecordingTests", ["Recording", "record-load", system]),
        tests(
            "PipelineTests", ["Aligning", "Annotating", "Decoding", "Detecting", "Pipeline", "Recording", "Waiting"]),
        tests("WaitingTests", ["Waiting"]),
        tests("SettingsTests", ["Decoding", "Inference", "Pipeline", "Recording", "Settings", "Tracking"]),
        tests("ServingTests", ["CServing", "Serving"]),
        tests("OperatingTests", ["Operating", "Pipeline", "Settings"]),
        tests("GoldenTests", ["footpath"]),
        tests("SystemTests", ["footpath"]),
    ]
)
