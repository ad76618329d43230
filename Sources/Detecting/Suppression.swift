import PathModel

/// Greedy non-maximum suppression: of boxes that overlap by `iou` or more, the best stays.
///
/// - Returns: what stays, best first; of equal scores the one earlier in `detections`.
func suppress(_ detections: [Detection], iou: Double) -> [Detection] {
    let order = detections.indices.sorted {
        (-detections[$0].confidence, $0) < (-detections[$1].confidence, $1)
    }
    var kept: [Detection] = []
    for index in order where !kept.contains(where: { $0.box.iou(detections[index].box) >= iou }) {
        kept.append(detections[index])
    }
    return kept
}
