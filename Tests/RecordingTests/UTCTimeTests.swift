import Recording
import Testing

@Suite struct UTCTimeTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_709_251_199_999, "2024-02-29T23:59:59.999Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] as [(Int64, String)])
    func knownInstantsAreWrittenAndRead(milliseconds: Int64, text: String) {
        #expect(UTCTime(milliseconds: milliseconds).description == text)
        #expect(UTCTime(text)?.milliseconds == milliseconds)
    }

    /// 400 years, after which the calendar repeats, in steps that fall on every day of the month.
    @Test func daysOfAnEraReadBackAndAreWrittenInTheirOrder() {
        var previous = ""
        for day in stride(from: Int64(11_017), through: 11_017 + 146_097, by: 29) {
            let time = UTCTime(milliseconds: day * 86_400_000 + 45_296_789)
            let text = time.description
            #expect(text.hasSuffix("T12:34:56.789Z") && text > previous)
            #expect(UTCTime(text) == time)
            previous = text
        }
        #expect(previous > "2400-02")
    }

    @Test(
        arguments: [
            ("2024-05-01T12:00:00Z", 1_714_564_800_000),
            ("2024-05-01 12:00:00z", 1_714_564_800_000),
            ("2024-05-01t14:30:00+02:30", 1_714_564_800_000),
            ("2024-04-30T23:59:00.5-12:01", 1_714_564_800_500),
            ("2024-05-01T12:00:00.12399999Z", 1_714_564_800_123),
        ] as [(String, Int64)])
    func rfc3339IsReadInItsVariants(text: String, milliseconds: Int64) {
        #expect(UTCTime(text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "2024-05-01", "2024-05-01T12:00:00", "2024-05-01T12:00Z", "24-05-01T12:00:00Z", "2024-13-01T00:00:00Z",
        "2024-00-01T00:00:00Z", "2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2024-04-31T00:00:00Z",
        "2024-05-00T00:00:00Z", "2024-05-01T24:00:00Z", "2024-05-01T12:60:00Z", "2016-12-31T23:59:60Z",
        "2024-05-01T12:00:00+24:00", "2024-05-01T12:00:00+01:60", "2024-05-01T12:00:00.Z", " 2024-05-01T12:00:00Z",
        "2024-05-01T12:00:00Z ", "２０２４-05-01T12:00:00Z", "-024-05-01T12:00:00Z",
    ])
    func anythingElseIsRefused(text: String) {
        #expect(UTCTime(text) == nil)
    }

    @Test func instantsOutsideTheYearsThatCanBeWrittenMoveToTheNearest() {
        #expect(UTCTime(milliseconds: .max).description == "9999-12-31T23:59:59.999Z")
        #expect(UTCTime(milliseconds: .min).description == "0000-01-01T00:00:00.000Z")
    }
}
