import Buckets
import Pipeline
import Rekognition

/// Faces of pictures that a request holds or that lie in a store.
struct StoredPictures: PictureFaces {
    /// Rekognition's bound of a picture in a bucket, in bytes.
    private static let largest = 15 << 20
    let store: any ObjectStore
    let search: PictureFaceSearch

    func faces(in picture: PictureSource) throws(APIError) -> [UInt8] {
        switch picture {
        case .bytes(let bytes): return try search.faces(in: bytes)
        case .object(let object):
            guard let bytes = try store.open(object).read(atMost: Self.largest) else {
                throw APIError(.imageTooLarge, "The picture has more than \(Self.largest) bytes.")
            }
            return try search.faces(in: bytes)
        }
    }
}
