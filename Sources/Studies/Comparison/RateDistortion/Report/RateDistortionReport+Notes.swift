import Files
import Foundation

extension RateDistortionReport {
    /// How it was measured and what to keep in mind, as sentences; some only where they apply.
    var notes: [String] {
        var notes = [
            "Rates are the bytes of whole files, headers included, times 8, over the pixels of all images together."
                + " PSNR, SSIM and MS-SSIM are means over images, on 8-bit values of all channels.",
            "The codecs are "
                + curves.filter { !$0.isModel }.map { "\($0.name) (\($0.summary))" }.joined(separator: "; ")
                + ". What stands for a family is the best of all its settings; between two of them it is taken as a"
                + " straight line over the logarithm of the rate.",
        ]
        let models = curves.filter(\.isModel)
        if !models.isEmpty {
            let sizes = models.reduce(into: [(String, Int)]()) { sizes, curve in
                if !sizes.contains(where: { $0.0 == curve.family }) { sizes.append((curve.family, curve.sideBytes)) }
            }
            notes.append(
                "A model's files can be read with that model alone, and its weights are not counted: "
                    + sizes.map { "\($0): \(String(format: "%.1f", Double($1) / 1e6)) MB" }.joined(separator: ", ")
                    + ". JPEG and WebP are read everywhere, take a fraction of the time, and were made for no kind of"
                    + " images; a model was trained on some, and is good at these: images that it was trained on are not to be measured."
            )
        }
        if imagesFromJPEG > 0 {
            notes.append(
                "\(imagesFromJPEG == images ? "All" : "\(imagesFromJPEG) of \(images)") originals are JPEG files"
                    + " themselves. At sizes that were not changed since, JPEG repeats its own rounding near their"
                    + " quality, and there its curves are better than they would be otherwise.")
        }
        if ssimImages < images {
            notes.append(
                "SSIM needs 11 pixels a side; \(images - ssimImages) of \(images) images are smaller and left out of it."
            )
        }
        if msSSIMImages < images {
            notes.append(
                msSSIMImages == 0
                    ? "MS-SSIM is left out: it needs more than 160 pixels a side, and no image has them."
                    : "MS-SSIM needs more than 160 pixels a side; \(images - msSSIMImages) of \(images) images are smaller"
                        + " and left out of it.")
        }
        if curves.contains(where: { $0.points.contains { $0.cappedImages > 0 } }) {
            notes.append(
                "An image's PSNR counts as \(Int(Self.largestPSNR)) dB at most, an error of a quarter of an 8-bit step:"
                    + " without any error it is infinite, and the mean would be.")
        }
        if let lossless = curves.first(where: \.isLossless), let point = lossless.points.first {
            notes.append(
                "For the scale: \(lossless.name) takes \(RateDistortionVerdict.rate(point.bitsPerPixel)) bits per pixel"
                    + " and gives back every value.")
        }
        if !skipped.isEmpty {
            let texts = Listing.text(skipped.map(\.description), separator: "; ")
            notes.append("Images that were left out: \(texts).")
        }
        return notes
    }

    /// What headers do to small images; `nil` for others.
    var headerNote: String? {
        guard pixels < images * 128 * 128 else { return nil }
        let files = curves.filter { !$0.isModel && !$0.isLossless }.compactMap { curve in
            curve.points.map(\.bytes).min().map { "\($0 / max(images, 1)) bytes of \(curve.name)" }
        }
        guard !files.isEmpty else { return nil }
        return
            "These images are small (\(pixels / max(images, 1)) pixels on average), so headers weigh much: the smallest"
            + " files have " + files.joined(separator: ", ")
            + ". Larger images of the same kind are kinder to codecs whose"
            + " headers are long, JPEG above all."
    }
}
