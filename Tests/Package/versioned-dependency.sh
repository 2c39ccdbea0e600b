#!/usr/bin/env bash
# Another package depends on this one by URL and version: SwiftPM refuses build flags there, so LibTorch must be found
# through pkg-config. Makes a local repository of the working tree, tags it, and builds and runs a small consumer.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir "$work/hrvq"
(cd "$root" && git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -P -t "$work/hrvq" 2>/dev/null || true)
cd "$work/hrvq"
git init -q
git add -A
git -c user.name=test -c user.email=test@example.com commit -qm "A version to depend on"
git tag 1.0.0

mkdir -p "$work/consumer/Sources/consumer"
cat >"$work/consumer/Package.swift" <<MANIFEST
// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "consumer", platforms: [.macOS(.v14)],
    dependencies: [.package(url: "file://$work/hrvq", from: "1.0.0")],
    targets: [.executableTarget(name: "consumer", dependencies: [.product(name: "HRVQ", package: "hrvq")])])
MANIFEST
cat >"$work/consumer/Sources/consumer/main.swift" <<'PROGRAM'
import Foundation
import HRVQ

let model = try SingleGridAutoencoder(
    network: NetworkSettings(channels: 1, hiddenUnits: 8, residualUnits: 8, downsampling: 2),
    quantizer: QuantizerSettings(layers: 2, branching: 4, dimension: 4), generator: Generator(seed: 1))
let codes = try model.encode(Tensor.zeros([1, 1, 16, 16]))

// What the library is mostly used for has to compile as well.
func again(_ folder: URL, _ image: PixelImage) throws -> PixelImage {
    let tokenizer = try ImageTokenizer(folder: folder)
    return try tokenizer.decode(tokenizer.encode(image).prefix(1))
}

func train(_ data: URL, _ output: URL) throws -> EvaluationReport {
    var configuration = try RunConfiguration.resolve(preset: RunConfiguration.presets[0], overrides: ["training.steps=10"])
    configuration.training.batchSize = 8
    let run = try TrainingRun(configuration, data: data, output: output) {
        ProgressReporter.standardError(totalSteps: $0, firstStep: $1, every: 100)
    }
    _ = try run.run()
    let (stored, model) = try ModelFolder(output).load()
    let images = try stored.data.open(data, split: .test)
    return try Evaluator(model: model, configuration: stored, device: .cpu).evaluate(images)
}

func sample(_ data: URL, _ folder: URL, _ output: URL) throws -> [PixelImage] {
    let (stored, model) = try ModelFolder(folder).load()
    let (codes, _) = try Tokenizer(model: model, configuration: stored, device: .cpu)
        .codes(stored.data.open(data, split: .train))
    _ = try PriorTraining(PriorConfiguration.resolve(), codes: (codes, "codes"), output: output)
        .run(progress: { ProgressReporter.standardError(totalSteps: $0, firstStep: $1, every: 100) })
    let sampled = try ImageSampler(PriorFolder(output).load()).sample(.init(count: 4, seed: 1))
    return try sampled.map { try CodeDecoder(model, stored, device: .cpu).images($0.codes) } ?? []
}

print("LibTorch \(Engine.version), codes \(codes.grids[0].shape)")
PROGRAM
cd "$work/consumer"
torch="${LIBTORCH:-$root/.libtorch/site/torch}"
env -u LIBTORCH PKG_CONFIG_PATH="$root/.libtorch/pkgconfig" swift build --quiet
answer=$(LD_LIBRARY_PATH="$torch/lib" .build/debug/consumer)
echo "versioned dependency: $answer"
[[ "$answer" == *"codes [1, 2, 8, 8]" ]]
