import Foundation
import Testing

@testable import Recording

@Suite struct JSONLineTests {
    @Test(
        arguments: [
            (0, "0"), (1, "1"), (0.5, "0.5"), (0.1234567, "0.12346"), (0.00001, "0.00001"), (0.000004, "0"),
            (-0.000004, "0"), (-0.0, "0"), (-0.25, "-0.25"), (0.999996, "1"), (0.100010, "0.10001"), (123.5, "123.5"),
            (.nan, "0"), (.infinity, "1000000000000"), (-.infinity, "-1000000000000"), (1e300, "1000000000000"),
            (.leastNonzeroMagnitude, "0"),
        ] as [(Double, String)])
    func numbersAreRoundedToFiveDecimalsWithoutTrailingZeros(value: Double, text: String) {
        #expect(json { $0.add("n", value, decimals: 5) } == #"{"n":\#(text)}"#)
    }

    @Test(arguments: [0, 2, 3, 5])
    func roundedNumbersReadBackAsTheNearestDouble(decimals: Int) throws {
        var random = SplitMix64(state: 7)
        let scale = pow(10, Double(decimals))
        for _ in 0..<5_000 {
            let value = Double.random(in: -2...2, using: &random) * pow(10, Double.random(in: -6...3, using: &random))
            let text = json { $0.add("n", value, decimals: decimals) }.dropFirst(5).dropLast()
            #expect(Double(text) == (value * scale).rounded() / scale)
            #expect(!text.contains("e") && !(text.contains(".") && text.hasSuffix("0")))
        }
    }

    @Test(
        arguments: [
            (50, "50"), (12.5, "12.5"), (0.1, "0.1"), (1e-7, "1e-07"), (-3, "-3"), (1e300, "1e+300"), (.nan, "0"),
            (-.infinity, "0"),
        ] as [(Double, String)])
    func exactNumbersKeepTheirDigits(value: Double, text: String) {
        #expect(json { $0.add("n", exactly: value) } == #"{"n":\#(text)}"#)
        #expect(!value.isFinite || Double(text) == value)
    }

    @Test(arguments: [
        (#"say "hi""#, #"say \"hi\""#), (#"C:\clips"#, #"C:\\clips"#), ("a\nb\r\tc", #"a\nb\r\tc"#),
        ("\u{0}\u{1f}\u{8}", #"\u0000\u001f\u0008"#), ("Füße 人 🚶", "Füße 人 🚶"), ("\u{2028}/\u{7f}", "\u{2028}/\u{7f}"),
    ])
    func textsAreEscapedAsRFC8259Demands(text: String, escaped: String) throws {
        let line = json { $0.add("t", text) }
        #expect(line == #"{"t":"\#(escaped)"}"#)
        #expect(try JSONDecoder().decode([String: String].self, from: Data(line.utf8)) == ["t": text])
    }

    @Test(arguments: [
        ("abcdefgh", "abcdefgh"), ("abcdefghi", "abcde…"), ("abcd人xyz", "abcd…"), ("abcdefg\"", "abcde…"),
        ("\u{1}\u{1}", #"…"#), ("ab\u{1}", #"ab\u0001"#),
    ])
    func longTextsAreCutBetweenCharactersAndEscapes(text: String, cut: String) {
        #expect(json { $0.add("t", text, limit: 8) } == #"{"t":"\#(cut)"}"#)
    }

    @Test func objectsAndArraysNest() {
        let line = json { line in
            line.add("a", 1)
            line.addObject("b") { $0.add("c", true) }
            line.addObject("d") { _ in }
            line.addArray("e", [1, 2]) { $0.add("f", $1) }
            line.addArray("g", [Int]()) { $0.add("h", $1) }
            line.add("i", "j")
        }
        #expect(line == #"{"a":1,"b":{"c":true},"d":{},"e":[{"f":1},{"f":2}],"g":[],"i":"j"}"#)
    }

    private func json(_ fill: (inout JSONLine) -> Void) -> String {
        var line = JSONLine(textLimit: 100)
        fill(&line)
        return line.closed()
    }
}
