import Autoencoders
import Bitstream
import Compression
import Foundation
import Images
import Latents
import TestSupport
import Testing
import Torch
import Training

@testable import Comparison

@Suite("Models as codecs")
struct ModelCodecTests {
    @Test("A setting is the file up to a layer, and gives what these layers decode to")
    func prefixes() throws {
        let compared = try tinyModel("tiny")
        let compressor = try ImageCompressor(compared.model, compared.configuration, device: .cpu)
        let codec = ModelCodec(name: "tiny", compressor, .packed)
        #expect(codec.name == "tiny (packed)" && codec.family == "tiny" && codec.isModel)
        #expect(codec.settings == ["1 of 2 layers", "all 2 layers"])
        let images = try (0..<2).map { try scene($0, width: 30, height: 20, channels: 1) }
        for image in images + images {
            let file = try compressor.compress(image)
            let files = try (0..<2).map { try codec.encode(image, setting: $0) }
            #expect(try files[1] == file.bytes() && files[1].starts(with: files[0]) && files[0].count < files[1].count)
            for setting in 0..<2 {
                var expected: [PixelImage] = []
                try compressor.decompress(
                    CompressedImage(bytes: file.bytes(), layers: setting + 1, name: "file"), name: "file"
                ) { expected.append($0) }
                #expect(try codec.decode(files[setting], setting: setting, channels: 1) == expected.first)
            }
        }
    }

    @Test("A compressor keeps to the limits that it is given")
    func limits() throws {
        let compared = try tinyModel("tiny")
        var compressor = try ImageCompressor(compared.model, compared.configuration, device: .cpu)
        let image = try scene(0, width: 30, height: 20, channels: 1)
        let codes = try compressor.compress(image).header.layers.reduce(0) { $0 + $1.height * $1.width }
        compressor.limits.codes = codes
        _ = try compressor.compress(image)
        try compressor.requireRoom(images: 1, width: 30, height: 20, name: "x")
        #expect(throws: BitstreamError.self) { try compressor.requireRoom(images: 2, width: 30, height: 20, name: "x") }
        compressor.limits.codes = codes - 1
        #expect(throws: BitstreamError.self) { try compressor.compress(image) }
        compressor.limits = CompressedHeader.Limits(pixels: 599)
        #expect(throws: BitstreamError.self) { try compressor.requireRoom(width: 30, height: 20, name: "x") }
        #expect(throws: BitstreamError.self) { try compressor.compress(image) }
    }

    @Test("A run's codecs count what a reader needs beside the files, and take part in a report")
    func run() throws {
        try withTemporaryFolder { folder in
            let compared = try tinyModel("tiny")
            let model = ModelFolder(folder)
            try model.save(
                compared.configuration,
                parameters: compared.model.parameters.all.map { ($0.name, $0.tensor) }, step: 1)
            let run = try RateDistortionRun("mine=\(folder.path)")
            let codecs = try ModelCodec.codecs(of: run)
            #expect(codecs.map(\.name) == ["mine (packed)"])
            #expect(codecs[0].sideBytes == (try Data(contentsOf: model.weightsFile)).count)
            var measurement = try RateDistortionMeasurement(models: codecs, others: ClassicCodecs.all(channels: 1))
            try measurement.add(.init(name: "i", image: scene(0, width: 28, height: 28, channels: 1)))
            let report = try measurement.report(source: "scenes")
            #expect(report.curves.map(\.name) == ["mine (packed)", "JPEG", "WebP", "WebP lossless"])
            #expect(report.channels == 1 && report.verdict[0].hasPrefix("mine (packed), all 2 layers, takes "))
        }
    }
}
