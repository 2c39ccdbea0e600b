"""VQ-VAE-2 of any number of levels in plain PyTorch: the peer that hrvq's is measured and tested against.

Razavi, van den Oord, Vinyals: "Generating Diverse High-Fidelity Images with VQ-VAE-2", 2019 (arXiv 1906.00446).
Vectors are quantized as public implementations do it: all distances by one matrix product, the nearest codeword by
`argmax` of their negatives, and one-hot rows for the moving averages (van den Oord et al. 2017, arXiv 1711.00937,
appendix A.1).

Level 0 is the bottom, the finest grid; level L - 1 the top, which is quantized first. Parameter names are the keys of
hrvq's `model.safetensors`, so that `load_state_dict` takes such a file as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, List, NamedTuple, Optional

import torch
import torch.nn.functional as functional
from hrvqvae import GRADIENT, LEAST_COUNT, MOVING_AVERAGE, Objective, ResidualBlock
from torch import Tensor, nn


@dataclass(frozen=True)
class Settings:
    """Widths, depths and how codewords are learnt; the defaults are `vqvae2-cifar10` (table 7 of the HR-VQVAE paper)."""

    channels: int = 3
    hidden_units: int = 64
    residual_units: int = 64
    residual_blocks: int = 2
    filter_size: int = 3
    downsampling: int = 2
    """Pixels a position of the bottom grid stands for along a side: 2, 4 or 8."""
    levels: int = 3
    """Grids, L; each level halves the one below it."""
    codewords: int = 512
    """Codewords of each level, K."""
    dimension: int = 16
    """Length of a codeword, D."""
    learning: str = MOVING_AVERAGE
    decay: float = 0.99
    beta: float = 0.25
    """Weight of each level's commitment term."""

    @property
    def halvings(self) -> int:
        """How many convolutions of stride 2 the bottom encoder has."""
        return self.downsampling.bit_length() - 1

    @property
    def outer_units(self) -> int:
        """Channels after the first convolution of an encoder, and before the last one of a decoder."""
        return max(self.hidden_units // 2, 1)


class Encoder(nn.Module):
    """[N, inputs, H, W] to features [N, hidden, H / 2^halvings, W / 2^halvings]."""

    def __init__(self, settings: Settings, inputs: int, halvings: int) -> None:
        super().__init__()
        widths = [inputs, settings.outer_units] + [settings.hidden_units] * (halvings - 1)
        self.down = nn.ModuleList(nn.Conv2d(a, b, 4, stride=2, padding=1) for a, b in zip(widths, widths[1:]))
        filter_size = settings.filter_size
        self.conv = nn.Conv2d(widths[-1], settings.hidden_units, filter_size, padding=filter_size // 2)
        self.residual = nn.Sequential(*(ResidualBlock(settings) for _ in range(settings.residual_blocks)))

    def forward(self, features: Tensor) -> Tensor:
        """The features of an image in [-0.5, 0.5], or of the level below."""
        for layer in self.down:
            features = functional.relu(layer(features))
        return functional.relu(self.residual(self.conv(features)))


class Decoder(nn.Module):
    """[N, inputs, h, w] to [N, outputs, h * 2^doublings, w * 2^doublings]."""

    def __init__(self, settings: Settings, inputs: int, outputs: int, doublings: int) -> None:
        super().__init__()
        filter_size = settings.filter_size
        self.conv = nn.Conv2d(inputs, settings.hidden_units, filter_size, padding=filter_size // 2)
        self.residual = nn.Sequential(*(ResidualBlock(settings) for _ in range(settings.residual_blocks)))
        # One doubling: hidden -> outputs; two: hidden -> hidden/2 -> outputs; three: hidden twice, and so on.
        widths = [settings.hidden_units] * max(doublings - 1, 1)
        widths += [settings.outer_units] if doublings > 1 else []
        widths += [outputs]
        self.up = nn.ModuleList(nn.ConvTranspose2d(a, b, 4, stride=2, padding=1) for a, b in zip(widths, widths[1:]))

    def forward(self, latents: Tensor) -> Tensor:
        """An image about [-0.5, 0.5], or what helps the level below to choose."""
        return upsample(functional.relu(self.residual(self.conv(latents))), self.up)


def upsample(features: Tensor, layers: nn.ModuleList) -> Tensor:
    """Transposed convolutions one after the other, ReLU between them."""
    for index, layer in enumerate(layers):
        features = layer(functional.relu(features) if index > 0 else features)
    return features


class QuantizerOutput(NamedTuple):
    """What a quantizer makes of latents."""

    quantized: Tensor
    """Codewords with the gradient passed straight through, [N, D, h, w]."""
    codebook: Tensor
    """|sg[z] - q|^2, the mean over all elements."""
    commitment: Tensor
    """|sg[q] - z|^2, the mean over all elements."""
    indices: Tensor
    """Codeword numbers, int64 [N, h, w]."""
    vectors: Tensor
    """What was quantized, [N * h * w, D], outside of differentiation."""


class Quantizer(nn.Module):
    """A flat codebook, `codebooks.0` of shape [1, K, D]."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.settings = settings
        codewords = torch.randn(1, settings.codewords, settings.dimension) * settings.dimension**-0.5
        self.codebooks = nn.Module()
        if settings.learning == GRADIENT:
            self.codebooks.register_parameter("0", nn.Parameter(codewords))
        else:
            self.codebooks.register_buffer("0", codewords)
            # Moving averages of how many vectors a codeword got and of their sum, transposed: [K] and [D, K].
            self.register_buffer("counts", torch.ones(settings.codewords), persistent=False)
            self.register_buffer("sums", codewords[0].t().clone(), persistent=False)

    @property
    def codewords(self) -> Tensor:
        """The codewords, [K, D]."""
        return getattr(self.codebooks, "0")[0]

    def forward(self, latents: Tensor) -> QuantizerOutput:
        """Quantizes latents [N, D, h, w]; changes nothing. Runs in the codewords' element type always."""
        with torch.autocast(latents.device.type, enabled=False):
            return self._quantize(latents.to(self.codewords.dtype))

    def _quantize(self, latents: Tensor) -> QuantizerOutput:
        channels_last = latents.permute(0, 2, 3, 1)
        vectors = channels_last.reshape(-1, self.settings.dimension)
        indices = nearest(vectors.detach(), self.codewords.detach()).view(channels_last.shape[:-1])
        codewords = functional.embedding(indices, self.codewords)
        commitment = functional.mse_loss(channels_last, codewords.detach())
        learn_by_gradient = self.settings.learning == GRADIENT
        # The values are equal; only the way of the gradient differs.
        codebook = functional.mse_loss(codewords, channels_last.detach()) if learn_by_gradient else commitment.detach()
        quantized = channels_last + (codewords - channels_last).detach()
        return QuantizerOutput(quantized.permute(0, 3, 1, 2), codebook, commitment, indices, vectors.detach())

    @torch.no_grad()
    def restart_statistics(self) -> None:
        """Makes every count 1 and every sum its codeword, as after codewords were placed or loaded."""
        self.counts.fill_(1)
        self.sums.copy_(self.codewords.t())

    @torch.no_grad()
    def update(self, output: QuantizerOutput) -> None:
        """Moves the codewords by one step of moving averages.

            count <- decay * count + (1 - decay) * n,  sum <- decay * sum + (1 - decay) * s,  codeword = sum / count

        without Laplace smoothing; a codeword whose count fell to `LEAST_COUNT` keeps its place. Agrees with hrvq's
        `CodebookStatistics.update`. Dead codewords are not revived here.
        """
        decay = self.settings.decay
        onehot = functional.one_hot(output.indices.flatten(), self.settings.codewords).type(output.vectors.dtype)
        self.counts.mul_(decay).add_(onehot.sum(0), alpha=1 - decay)
        self.sums.mul_(decay).add_(output.vectors.t() @ onehot, alpha=1 - decay)
        means = (self.sums / self.counts.clamp(min=LEAST_COUNT)).t()
        enough = (self.counts > LEAST_COUNT).unsqueeze(1)
        self.codewords.copy_(torch.where(enough, means, self.codewords))


def nearest(vectors: Tensor, codewords: Tensor) -> Tensor:
    """The number of each vector's nearest codeword, the first of equals, from the full matrix of distances [V, K].

    Args:
        vectors: [V, D].
        codewords: [K, D].
    """
    distances = (
        vectors.pow(2).sum(1, keepdim=True) - 2 * vectors @ codewords.t() + codewords.pow(2).sum(1).unsqueeze(0)
    )
    return (-distances).argmax(1)


class Output(NamedTuple):
    """What one forward pass gives; lists are in the order of quantization, the top level first."""

    reconstruction: Tensor
    latents: List[Tensor]
    """What each quantizer saw, [N, D, h, w]."""
    quantizers: List[QuantizerOutput]


class VQVAE2(nn.Module):
    """Encoders one on top of the other, a quantizer a level, one decoder that sees all levels.

    The top is quantized first; each lower level is quantized from its features and the decoded level above it.
    """

    def __init__(self, settings: Optional[Settings] = None) -> None:
        super().__init__()
        self.settings = settings = settings or Settings()
        levels, hidden, dimension = settings.levels, settings.hidden_units, settings.dimension
        self.encoders = nn.ModuleList(
            Encoder(settings, settings.channels, settings.halvings) if level == 0 else Encoder(settings, hidden, 1)
            for level in range(levels)
        )
        self.projections = nn.ModuleList(
            nn.Conv2d(hidden if level == levels - 1 else dimension + hidden, dimension, 1) for level in range(levels)
        )
        self.quantizers = nn.ModuleList(Quantizer(settings) for _ in range(levels))
        upper = range(1, levels)
        self.decoders = nn.ModuleDict({str(level): Decoder(settings, dimension, dimension, 1) for level in upper})
        self.upsamplings = nn.ModuleDict(
            {
                str(level): nn.ModuleList(
                    nn.ConvTranspose2d(dimension, dimension, 4, stride=2, padding=1) for _ in range(level)
                )
                for level in upper
            }
        )
        self.decoder = Decoder(settings, levels * dimension, settings.channels, settings.halvings)

    def forward(self, images: Tensor) -> Output:
        """Images [N, C, H, W] in [-0.5, 0.5] through the whole model; the reconstruction is not limited to it."""
        features: List[Tensor] = []
        for encoder in self.encoders:
            features.append(encoder(features[-1] if features else images))
        latents: List[Tensor] = []
        outputs: List[QuantizerOutput] = []
        for level in reversed(range(self.settings.levels)):
            inputs = features[level]
            if outputs:
                above = self.decoders[str(level + 1)](outputs[-1].quantized)
                inputs = torch.cat([above, inputs], dim=1)
            latents.append(self.projections[level](inputs))
            outputs.append(self.quantizers[level](latents[-1]))
        grids = [output.quantized for output in outputs]
        upper = [
            upsample(grid, self.upsamplings[str(level)])
            for grid, level in zip(grids, reversed(range(1, self.settings.levels)))
        ]
        return Output(self.decoder(torch.cat(upper + grids[-1:], dim=1)), latents, outputs)

    def objective(self, images: Tensor, output: Output) -> Objective:
        """|x - D(q)|^2 + sum of beta |sg[q] - z|^2, and |sg[z] - q|^2 where codewords are learnt by gradient; the
        reconstruction term in the images' element type."""
        reconstruction = functional.mse_loss(output.reconstruction.to(images.dtype), images)
        total = reconstruction + self.settings.beta * torch.stack([q.commitment for q in output.quantizers]).sum()
        if self.settings.learning == GRADIENT:
            total = total + torch.stack([q.codebook for q in output.quantizers]).sum()
        return Objective(reconstruction, total)

    def update(self, output: Output) -> None:
        """Moves the codewords of all levels by one step of moving averages."""
        for level, quantized in zip(reversed(range(self.settings.levels)), output.quantizers):
            self.quantizers[level].update(quantized)

    def codes(self, output: Output) -> List[Tensor]:
        """Codeword numbers, int64 [N, 1, h, w] a level, the top level first."""
        return [quantized.indices.unsqueeze(1) for quantized in output.quantizers]

    def statistics(self, level: int) -> Dict[str, Tensor]:
        """The moving averages of a level: counts [K] and sums [K, D]."""
        quantizer = self.quantizers[level]
        return {"counts": quantizer.counts, "sums": quantizer.sums.t()}
