@_exported import Autoencoders
@_exported import Datasets
@_exported import Images
@_exported import Metrics
@_exported import Quantization
@_exported import Torch
@_exported import Training
