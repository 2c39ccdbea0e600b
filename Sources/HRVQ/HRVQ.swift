// What `import HRVQ` gives: what a program needs to train, measure, use and ship a model.
@_exported import Autoencoders
@_exported import Bitstream
@_exported import Datasets
@_exported import Generation
@_exported import Images
@_exported import Latents
@_exported import Metrics
@_exported import Priors
@_exported import Quantization
@_exported import Settings
@_exported import Torch
@_exported import Training

@_exported import enum Files.FileError
@_exported import struct Files.MemoryError
@_exported import struct Files.Message
