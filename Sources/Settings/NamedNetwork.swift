import Fetching
import Inference

/// A person network as the user names it: by a name of the catalogue, or else by a file.
struct NamedNetwork: Sendable {
    let source: NetworkSource
    /// Its name, where it would have to be fetched first.
    let missing: String?

    init(_ text: String) {
        let network = CataloguedNetwork.named(text)
        let place = network.flatMap { NetworkFolder().place(of: $0) }
        source = .file(place ?? text)
        missing = place == nil ? network?.name : nil
    }
}

extension Kind<NamedNetwork> {
    static let network = Kind(
        placeholder: "file", advice: "give a file, or a name that footpath models list prints",
        names: CataloguedNetwork.all.map(\.name), parse: { text, _ in NamedNetwork(text) })
}
