import PathModel
import Testing

@Suite struct PrintableTextTests {
    @Test(
        "What would steer a terminal or end a line is shown instead; all else stays",
        arguments: [
            ("e\u{1B}[31m\u{7}.mp4", #"e\x1B[31m\x07.mp4"#), ("new\nline\r", #"new\x0Aline\x0D"#),
            ("\u{7F}\u{9B}", #"\x7F\x9B"#), ("a\u{2028}b", #"a\u{2028}b"#),
            ("näme 👩‍👩‍👧 '$x", "näme 👩‍👩‍👧 '$x"),
        ])
    func printable(text: String, shown: String) { #expect(text.printable == shown) }
}
