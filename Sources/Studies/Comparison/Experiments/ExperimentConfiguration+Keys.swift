import Settings

extension ExperimentConfiguration {
    /// All keys.
    package static let keys: [ConfigurationKey<ExperimentConfiguration>] = [
        .text("title", \.title, "what the experiment shows, as a heading"),
        .texts("settings", \.settings, "settings of all runs, each as key=value"),
        .integer("images", \.images, "test images that the final numbers are measured on"),
        .integer("curvePoints", \.curvePoints, "evaluations along each run of models, for the curves"),
        .texts("models.presets", \.models.presets, "models trained alike, the one that should win first (claim 1)"),
        .list("models.seeds", \.models.seeds, "seeds; every preset is trained once with each"),
        .integer("models.steps", \.models.steps, "training steps"),
        .text(
            "branching.hierarchical", \.branching.hierarchical, "preset of the hierarchy whose m grows (claims 2, 3)"),
        .text("branching.flat", \.branching.flat, "preset of a flat codebook of as many codewords"),
        .list("branching.branching", \.branching.branching, "codewords a codebook, m"),
        .list("branching.layers", \.branching.layers, "layers n, one value"),
        .list("branching.seeds", \.branching.seeds, "seeds; every setting is trained once with each"),
        .integer("branching.steps", \.branching.steps, "training steps"),
        .text("layers.hierarchical", \.layers.hierarchical, "preset of the hierarchy whose n grows (claims 2, 3)"),
        .text("layers.flat", \.layers.flat, "preset of a flat codebook of as many codewords"),
        .list("layers.branching", \.layers.branching, "codewords a codebook m, one value"),
        .list("layers.layers", \.layers.layers, "layers n"),
        .list("layers.seeds", \.layers.seeds, "seeds; every setting is trained once with each"),
        .integer("layers.steps", \.layers.steps, "training steps"),
        .texts("rates", \.rates, "presets whose rates are compared (claim 4)"),
    ]
}
