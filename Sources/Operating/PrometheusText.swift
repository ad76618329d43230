/// Figures in Prometheus' text format, version 0.0.4.
struct PrometheusText {
    static let type = "text/plain; version=0.0.4; charset=utf-8"
    private(set) var text = ""

    /// - Parameters:
    ///   - name: without `footpath_`.
    ///   - type: `gauge`, `counter` or `histogram`.
    ///   - values: each with its labels.
    mutating func add(_ name: String, _ type: String, _ help: String, _ values: [([String: String], Double)]) {
        describe(name, type, help)
        for (labels, value) in values {
            let list = labels.sorted { $0.key < $1.key }.map { Self.label($0.key, $0.value) }.joined(separator: ",")
            let number = value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
            put("footpath_\(name)\(list.isEmpty ? "" : "{\(list)}") \(number)")
        }
    }

    /// A figure of the whole.
    mutating func gauge(_ name: String, _ help: String, _ value: Double) { add(name, "gauge", help, [([:], value)]) }

    /// Begins a figure whose values follow line by line.
    mutating func describe(_ name: String, _ type: String, _ help: String) {
        put("# HELP footpath_\(name) \(help)")
        put("# TYPE footpath_\(name) \(type)")
    }

    mutating func put(_ line: String) { text += line + "\n" }

    static func label(_ key: String, _ value: String) -> String {
        let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
        return "\(key)=\"\(escaped)\""
    }
}
