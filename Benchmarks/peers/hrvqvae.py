"""HR-VQVAE in plain PyTorch: the peer that hrvq is measured and tested against.

Adiban, Stefanov, Siniscalchi, Salvi: "Hierarchical Residual Learning Based Vector Quantized Variational Autoencoder
for Image Reconstruction and Generation", BMVC 2022 (arXiv 2208.04554). The convolutional parts are those of VQ-VAE-2
(Razavi et al. 2019, arXiv 1906.00446). Codewords learn by moving averages as in VQ-VAE (van den Oord et al. 2017,
arXiv 1711.00937, appendix A.1) or by gradient.

Parameter names are the keys of hrvq's `model.safetensors`, so that `load_state_dict` takes such a file as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, List, NamedTuple, Optional

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

MOVING_AVERAGE = "movingAverage"
GRADIENT = "gradient"


@dataclass(frozen=True)
class Settings:
    """Widths, depths and how codewords are learnt; the defaults are `hrvqvae-cifar10` (table 6 of the paper)."""

    channels: int = 3
    hidden_units: int = 64
    residual_units: int = 64
    residual_blocks: int = 2
    filter_size: int = 3
    downsampling: int = 2
    """Pixels a grid position stands for along a side: 2, 4 or 8."""
    layers: int = 3
    branching: int = 8
    """Codewords a codebook, m."""
    dimension: int = 16
    """Length of a codeword, D."""
    learning: str = MOVING_AVERAGE
    decay: float = 0.99
    beta: float = 0.25
    """Weight of each layer's commitment term."""
    beta_sum: float = 0.25
    """Weight of the commitment to the sum of codewords, the paper's first beta."""

    @property
    def halvings(self) -> int:
        """How many convolutions of stride 2 there are."""
        return self.downsampling.bit_length() - 1

    @property
    def outer_units(self) -> int:
        """Channels next to the image."""
        return max(self.hidden_units // 2, 1)


class ResidualBlock(nn.Module):
    """x + conv1x1(ReLU(conv3x3(ReLU(x))))."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(settings.hidden_units, settings.residual_units, 3, padding=1)
        self.conv2 = nn.Conv2d(settings.residual_units, settings.hidden_units, 1)

    def forward(self, features: Tensor) -> Tensor:
        """[N, hidden, h, w] to the same shape."""
        return features + self.conv2(functional.relu(self.conv1(functional.relu(features))))


class Encoder(nn.Module):
    """Images [N, C, H, W] to latents [N, D, H / downsampling, W / downsampling]."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        widths = [settings.channels, settings.outer_units] + [settings.hidden_units] * (settings.halvings - 1)
        self.down = nn.ModuleList(
            nn.Conv2d(inputs, outputs, 4, stride=2, padding=1) for inputs, outputs in zip(widths, widths[1:])
        )
        filter_size = settings.filter_size
        self.conv = nn.Conv2d(widths[-1], settings.hidden_units, filter_size, padding=filter_size // 2)
        self.residual = nn.Sequential(*(ResidualBlock(settings) for _ in range(settings.residual_blocks)))
        self.project = nn.Conv2d(settings.hidden_units, settings.dimension, 1)

    def forward(self, images: Tensor) -> Tensor:
        """The latents of images in [-0.5, 0.5]."""
        features = images
        for layer in self.down:
            features = functional.relu(layer(features))
        return self.project(functional.relu(self.residual(self.conv(features))))


class Decoder(nn.Module):
    """Latents [N, D, h, w] to images [N, C, h * downsampling, w * downsampling]: the encoder mirrored."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        filter_size = settings.filter_size
        self.conv = nn.Conv2d(settings.dimension, settings.hidden_units, filter_size, padding=filter_size // 2)
        self.residual = nn.Sequential(*(ResidualBlock(settings) for _ in range(settings.residual_blocks)))
        # One doubling: hidden -> C; two: hidden -> hidden/2 -> C; three: hidden -> hidden -> hidden/2 -> C.
        widths = [settings.hidden_units] * max(settings.halvings - 1, 1)
        widths += [settings.outer_units] if settings.halvings > 1 else []
        widths += [settings.channels]
        self.up = nn.ModuleList(
            nn.ConvTranspose2d(inputs, outputs, 4, stride=2, padding=1) for inputs, outputs in zip(widths, widths[1:])
        )

    def forward(self, latents: Tensor) -> Tensor:
        """Images about [-0.5, 0.5], not limited to it."""
        features = functional.relu(self.residual(self.conv(latents)))
        for index, layer in enumerate(self.up):
            features = layer(features)
            if index < len(self.up) - 1:
                features = functional.relu(features)
        return features


class QuantizerLoss(NamedTuple):
    """The quantizer's terms of the objective, each the mean over all elements, without beta."""

    codebook_sum: Tensor
    """|sg[latents] - sum of codewords|^2."""
    commitment_sum: Tensor
    """|sg[sum of codewords] - latents|^2."""
    codebook: List[Tensor]
    """|sg[residual] - codeword|^2, one a layer."""
    commitment: List[Tensor]
    """|sg[codeword] - residual|^2, one a layer."""

    def total(self, settings: Settings) -> Tensor:
        """The weighted sum; codebook terms count only where codewords are learnt by gradient."""
        total = settings.beta_sum * self.commitment_sum + settings.beta * torch.stack(self.commitment).sum()
        if settings.learning == GRADIENT:
            total = total + self.codebook_sum + torch.stack(self.codebook).sum()
        return total


class QuantizerOutput(NamedTuple):
    """What the quantizer makes of latents."""

    quantized: Tensor
    """Sum of codewords with the gradient passed straight through, [N, D, H, W]."""
    loss: QuantizerLoss
    indices: Tensor
    """Absolute codeword numbers, parent * m + child, int64 [layers, V] with V = N * H * W."""
    residuals: List[Tensor]
    """What entered each layer, [V, D], outside of differentiation."""


class HierarchicalResidualQuantizer(nn.Module):
    """Layer i (from 0) owns m^i codebooks of m codewords, `codebooks.i` of shape [m^i, m, D].

    The codeword chosen in layer i - 1 names the codebook of layer i; a layer quantizes what the layers above left.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.settings = settings
        self.codebooks = nn.Module()
        for layer in range(settings.layers):
            shape = (settings.branching**layer, settings.branching, settings.dimension)
            codewords = torch.randn(shape) * settings.dimension**-0.5 / 2**layer
            if settings.learning == GRADIENT:
                self.codebooks.register_parameter(str(layer), nn.Parameter(codewords))
            else:
                self.codebooks.register_buffer(str(layer), codewords)
                # Moving averages of how many vectors a codeword got and of their sum; count 1 and sum = codeword
                # at the start, so that sum / count is the codeword.
                self.register_buffer(f"counts{layer}", torch.ones(shape[0] * shape[1]), persistent=False)
                self.register_buffer(f"sums{layer}", codewords.flatten(0, 1).clone(), persistent=False)

    def codebook(self, layer: int) -> Tensor:
        """The codewords of a layer, [m^i, m, D]."""
        return getattr(self.codebooks, str(layer))

    def forward(self, latents: Tensor) -> QuantizerOutput:
        """Quantizes latents [N, D, H, W]; changes nothing. Runs in the codebooks' element type always."""
        with torch.autocast(latents.device.type, enabled=False):
            return self._quantize(latents.to(self.codebook(0).dtype))

    def _quantize(self, latents: Tensor) -> QuantizerOutput:
        batch, dimension, height, width = latents.shape
        vectors = latents.permute(0, 2, 3, 1).reshape(-1, dimension)
        parents = torch.zeros(len(vectors), dtype=torch.int64, device=vectors.device)
        residual = vectors
        total = torch.zeros_like(vectors)
        indices: List[Tensor] = []
        residuals: List[Tensor] = []
        codebook_terms: List[Tensor] = []
        commitment_terms: List[Tensor] = []
        learn_by_gradient = self.settings.learning == GRADIENT
        for layer in range(self.settings.layers):
            codebook = self.codebook(layer)
            parents = nearest_children(residual.detach(), codebook.detach(), parents)
            codewords = functional.embedding(parents, codebook.flatten(0, 1))
            commitment = functional.mse_loss(residual, codewords.detach())
            commitment_terms.append(commitment)
            # The values are equal; only the way of the gradient differs.
            codebook_terms.append(
                functional.mse_loss(codewords, residual.detach()) if learn_by_gradient else commitment.detach()
            )
            indices.append(parents)
            residuals.append(residual.detach())
            # The codeword is a constant here: otherwise the commitment of later layers would move it, and a
            # straight-through residual would give later layers no commitment gradient at all.
            residual = residual - codewords.detach()
            total = total + codewords
        commitment_sum = functional.mse_loss(vectors, total.detach())
        loss = QuantizerLoss(
            codebook_sum=functional.mse_loss(total, vectors.detach()) if learn_by_gradient else commitment_sum.detach(),
            commitment_sum=commitment_sum,
            codebook=codebook_terms,
            commitment=commitment_terms,
        )
        grid = total.detach().view(batch, height, width, dimension).permute(0, 3, 1, 2)
        quantized = latents + (grid - latents).detach()
        return QuantizerOutput(quantized, loss, torch.stack(indices), residuals)

    def codes(self, indices: Tensor, batch: int, height: int, width: int) -> Tensor:
        """Absolute codeword numbers [layers, V] as child indices [N, layers, H, W], each in 0 ..< m."""
        children = indices % self.settings.branching
        return children.view(self.settings.layers, batch, height, width).transpose(0, 1).contiguous()

    def statistics(self, layer: int) -> Dict[str, Tensor]:
        """The moving averages of a layer: counts [m^(i+1)] and sums [m^(i+1), D]."""
        return {"counts": getattr(self, f"counts{layer}"), "sums": getattr(self, f"sums{layer}")}

    @torch.no_grad()
    def restart_statistics(self) -> None:
        """Makes every count 1 and every sum its codeword, as after codewords were placed or loaded."""
        for layer in range(self.settings.layers):
            averages = self.statistics(layer)
            averages["counts"].fill_(1)
            averages["sums"].copy_(self.codebook(layer).flatten(0, 1))

    @torch.no_grad()
    def update(self, output: QuantizerOutput) -> None:
        """Moves the codewords by one step of moving averages.

            count <- decay * count + (1 - decay) * n,  sum <- decay * sum + (1 - decay) * s,  codeword = sum / count

        without Laplace smoothing; a codeword whose count fell to `LEAST_COUNT` keeps its place. Agrees with hrvq's
        `CodebookStatistics.update`. Dead codewords are not revived here.
        """
        decay = self.settings.decay
        for layer, (indices, vectors) in enumerate(zip(output.indices, output.residuals)):
            codebook = self.codebook(layer)
            averages = self.statistics(layer)
            counts, sums = averages["counts"], averages["sums"]
            assigned = torch.bincount(indices, minlength=len(counts)).to(counts.dtype)
            assigned_sums = torch.zeros_like(sums).index_add_(0, indices, vectors)
            counts.mul_(decay).add_(assigned, alpha=1 - decay)
            sums.mul_(decay).add_(assigned_sums, alpha=1 - decay)
            means = sums / counts.clamp(min=LEAST_COUNT).unsqueeze(1)
            enough = (counts > LEAST_COUNT).unsqueeze(1)
            codebook.copy_(torch.where(enough, means, codebook.flatten(0, 1)).view_as(codebook))


LEAST_COUNT = 1e-3
"""Below this count a codeword is not recomputed."""


def nearest_children(vectors: Tensor, codebook: Tensor, parents: Tensor) -> Tensor:
    """The absolute number of the nearest child of each vector's parent, the first of equals.

    Gathers the m children of every vector: a temporary of [V, m, D].

    Args:
        vectors: [V, D].
        codebook: [parents, m, D].
        parents: The codebook to use for each vector, int64 [V].
    """
    children = codebook[parents]
    distances = (vectors.unsqueeze(1) - children).square().sum(dim=2)
    return parents * codebook.shape[1] + distances.argmin(dim=1)


class Output(NamedTuple):
    """What one forward pass gives."""

    reconstruction: Tensor
    latents: Tensor
    quantizer: QuantizerOutput


class Objective(NamedTuple):
    """The objective and its reconstruction term."""

    reconstruction: Tensor
    total: Tensor


class HRVQVAE(nn.Module):
    """One encoder, a hierarchical residual quantizer, one decoder."""

    def __init__(self, settings: Optional[Settings] = None) -> None:
        super().__init__()
        self.settings = settings or Settings()
        self.encoder = Encoder(self.settings)
        self.quantizer = HierarchicalResidualQuantizer(self.settings)
        self.decoder = Decoder(self.settings)

    def forward(self, images: Tensor) -> Output:
        """Images [N, C, H, W] in [-0.5, 0.5] through the whole model; the reconstruction is not limited to it."""
        latents = self.encoder(images)
        quantized = self.quantizer(latents)
        return Output(self.decoder(quantized.quantized), latents, quantized)

    def objective(self, images: Tensor, output: Output) -> Objective:
        """The objective of the paper, in the images' element type: |x - D(e)|^2 plus the quantizer's terms."""
        reconstruction = functional.mse_loss(output.reconstruction.to(images.dtype), images)
        return Objective(reconstruction, reconstruction + output.quantizer.loss.total(self.settings))

    def codes(self, output: Output) -> Tensor:
        """Child indices of an output, int64 [N, layers, H, W]."""
        batch, _, height, width = output.latents.shape
        return self.quantizer.codes(output.quantizer.indices, batch, height, width)
