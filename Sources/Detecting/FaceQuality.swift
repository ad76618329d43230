import PathModel

extension FaceQuality {
    /// Measures the middle of a face's picture.
    ///
    /// Brightness is the mean luma (ITU-R BT.601) of the middle half of the picture's width and height, 100 for 255.
    /// Sharpness is 100 less the blur of Crété et al. 2007, "The blur effect", in percent: how much of the difference
    /// between neighbouring pixels a mean over nine pixels leaves, in the blurrier of both directions.
    ///
    /// - Parameter image: the face upright and in the middle, half as large again as the face, RGB.
    init(of image: PixelBuffer) {
        let luma = Luma(middleOf: image)
        let mean = luma.values.reduce(0, +) / Double(max(1, luma.values.count))
        self.init(brightness: mean / 255 * 100, sharpness: 100 * (1 - max(luma.blur(), luma.transposed().blur())))
    }
}

/// A square of luma, 0...255.
private struct Luma {
    let side: Int
    let values: [Double]

    private init(side: Int, values: [Double]) {
        self.side = side
        self.values = values
    }

    init(middleOf image: PixelBuffer) {
        let start = image.size.width / 4
        let side = image.size.width / 2
        var values: [Double] = []
        values.reserveCapacity(side * side)
        for y in start..<start + side {
            for x in start..<start + side {
                let at = (y * image.size.width + x) * PixelBuffer.channels
                let (red, green, blue) = (
                    Double(image.bytes[at]), Double(image.bytes[at + 1]), Double(image.bytes[at + 2])
                )
                values.append(0.299 * red + 0.587 * green + 0.114 * blue)
            }
        }
        self.init(side: side, values: values)
    }

    func transposed() -> Luma {
        var turned = values
        for y in 0..<side {
            for x in 0..<side { turned[x * side + y] = values[y * side + x] }
        }
        return Luma(side: side, values: turned)
    }

    /// The share of the differences between neighbours in a row that a mean over nine of them leaves, 0...1.
    func blur() -> Double {
        let reach = 4
        var (differences, lost) = (0.0, 0.0)
        for start in stride(from: 0, to: side * side, by: side) {
            for x in start + reach + 1..<start + side - reach {
                // From the mean around x - 1 to the mean around x.
                let step = values[x + reach] - values[x - reach - 1]
                let (sharp, blurred) = (abs(values[x] - values[x - 1]), abs(step) / Double(2 * reach + 1))
                differences += sharp
                lost += max(0, sharp - blurred)
            }
        }
        return differences > 0 ? (differences - lost) / differences : 1
    }
}
