/// Makes a certificate of nobody's for this machine, for servers of tests; needs `openssl`.
///
/// - Returns: the path of a PEM file with the certificate and its key.
public func certificate(in folder: TemporaryFolder) throws -> String {
    let path = folder.path("server.pem")
    let names = ["-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"]
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", path + ".key"]
    let script = #"openssl req -x509 -days 1 "$@" -out "$0.crt" && cat "$0.crt" "$0.key" >"$0""#
    let result = try run("sh", ["-c", script, path] + names + key)
    if result.status != 0 { throw CommandFailure(text: "openssl: \(result.errors)") }
    return path
}
