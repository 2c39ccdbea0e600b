// What `import HRVQ` gives: the modules that a program needs to train, measure and use a model.
@_exported import Autoencoders
@_exported import Bitstream
@_exported import Comparison
@_exported import Compression
@_exported import Datasets
@_exported import Exchange
@_exported import Features
@_exported import Figures
@_exported import Generation
@_exported import Images
@_exported import Metrics
@_exported import Priors
@_exported import Processors
@_exported import Quantization
@_exported import Torch
@_exported import Training

@_exported import enum Files.FileError
