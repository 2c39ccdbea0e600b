"""PixelSNAIL in plain PyTorch, and its training steps and samples for `make bench`: the peer of hrvq's priors.

Chen, Mishra, Rohaninejad, Abbeel: "PixelSNAIL: An Improved Autoregressive Generative Model", 2017 (arXiv 1712.09763),
over the codes of a layer of HR-VQVAE, given those of the earlier layers and a class. Parameter names are the keys of
the `model.safetensors` of a prior, so that `load_state_dict` takes such a file as it is.

The network is written as public code writes it: `nn.Conv2d` over a padded grid with its weight masked, attention as a
matrix of scores, a mask, a softmax and a product. The programme is run as `protocol.py` says. Random codes lie in
memory; the layer that is predicted has 8 choices, the two earlier ones have 8 and 64.

Training: the third prior of `prior-hrvqvae-cifar10` (table 8 of the HR-VQVAE paper): a 16 x 16 grid, hidden and
residual units 64, dropout 0.1, batch 512, Adam at 3e-4, Polyak averages of the weights with decay 0.99. A repetition
is a step, which adds up the gradients of parts of 128 images: a part takes 4 GB, the whole batch at once would take
about 16. Units are images.

    train                float32, NCHW memory: what a first PyTorch implementation does.
    train-bfloat16       channels-last memory, the network in bfloat16 by autocast, the loss in float32.
    train-channels-last  channels-last memory, all in float32.
    train-sdpa           NCHW memory, attention by `scaled_dot_product_attention` with `is_causal`.
    train-tuned          channels-last memory and `scaled_dot_product_attention`.

Sampling: a batch of 16, without gradients, in float32 and NCHW memory. As in public code a position costs a pass
through the network over all rows up to its own, and what the earlier layers say is computed once for all positions.

    sample-32            a 32 x 32 grid, hidden units 128, as `prior-hrvqvae-ffhq`.
    sample-16            a 16 x 16 grid, hidden units 64, as `prior-hrvqvae-cifar10`.
    sample-32-whole, sample-16-whole   the pass is over the whole grid always.

A sample of the larger grid takes minutes. A repetition is therefore not a sample: it samples so many positions
(`--positions`), one near the middle row of each of as many equal parts of the grid, and counts as the share
positions / (height * width) of the batch's images: a pass costs the same whatever the codes are, and wherever in a row
the position is. The units are images, a fraction.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from math import sqrt
from typing import Callable, List, Optional, Tuple

import torch
import torch.nn.functional as functional
from protocol import serve
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn


@dataclass(frozen=True)
class Condition:
    """An earlier layer of codes: its grid and how many codewords there are to choose from."""

    height: int
    width: int
    choices: int


@dataclass(frozen=True)
class Settings:
    """The grid, what is predicted and known, widths and depths."""

    height: int = 16
    width: int = 16
    choices: int = 8
    """Codes to choose from at a position, m."""
    hidden_units: int = 64
    residual_units: int = 64
    groups: int = 4
    residual_blocks: int = 4
    """Gated blocks a group."""
    attention_layers: int = 4
    """How many groups, the last ones, end with attention."""
    attention_heads: int = 8
    filter_size: int = 5
    dropout: float = 0.0
    output_layers: int = 0
    conditioning_blocks: int = 2
    conditions: Tuple[Condition, ...] = ()
    classes: int = 0
    """Classes of labels, 0 for a prior without; the label `classes` stands for no class."""


class CausalConvolution(nn.Conv2d):
    """A convolution that reads the rows above and what is to the left, zeros outside of the grid.

    Args:
        strictly: Whether the present position is hidden too.
    """

    def __init__(self, inputs: int, outputs: int, filter_size: int, strictly: bool) -> None:
        rows = (filter_size + 1) // 2
        super().__init__(inputs, outputs, (rows, filter_size))
        mask = torch.ones(rows, filter_size)
        mask[-1, filter_size // 2 + (0 if strictly else 1) :] = 0
        self.register_buffer("mask", mask, persistent=False)
        self.margins = [filter_size // 2, filter_size // 2, rows - 1, 0]

    def forward(self, features: Tensor) -> Tensor:
        """[N, in, H, W] to [N, out, H, W]."""
        return functional.conv2d(functional.pad(features, self.margins), self.weight * self.mask, self.bias)


class GatedBlock(nn.Module):
    """h + GLU(gate(dropout(ELU(convolution(ELU(h)) + attended(t)))) + condition(c)); without t or c where there is
    none."""

    def __init__(self, settings: Settings, convolution: nn.Conv2d, conditioned: bool, merges: bool = False) -> None:
        super().__init__()
        hidden, residual = settings.hidden_units, settings.residual_units
        self.convolution = convolution
        self.attended = nn.Conv2d(hidden, residual, 1, bias=False) if merges else None
        self.gate = nn.Conv2d(residual, 2 * hidden, 1)
        self.condition = nn.Conv2d(hidden, 2 * hidden, 1, bias=False) if conditioned else None
        self.dropout = nn.Dropout(settings.dropout)

    def forward(
        self, features: Tensor, condition: Optional[Tensor] = None, attended: Optional[Tensor] = None
    ) -> Tensor:
        """[N, C, H, W] to the same shape."""
        inner = self.convolution(functional.elu(features))
        if self.attended is not None and attended is not None:
            inner = inner + self.attended(attended)
        gates = self.gate(self.dropout(functional.elu(inner)))
        if self.condition is not None and condition is not None:
            gates = gates + self.condition(condition)
        return features + functional.glu(gates, dim=1)


class CausalAttention(nn.Module):
    """Attention of each position to features and embedded codes of the positions before it in raster order."""

    def __init__(self, settings: Settings, fused: bool) -> None:
        super().__init__()
        hidden = settings.hidden_units
        self.heads = settings.attention_heads
        self.fused = fused
        self.query = nn.Conv2d(hidden, hidden, 1)
        self.keyValue = nn.Conv2d(2 * hidden, 2 * hidden, 1)
        positions = settings.height * settings.width
        mask = torch.ones(positions, positions, dtype=torch.bool).triu(diagonal=1)
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, features: Tensor, embedded: Tensor) -> Tensor:
        """Both [N, C, H, W], to the same shape."""
        count, units, height, width = features.shape
        positions = height * width

        def split(values: Tensor) -> Tensor:
            return values.reshape(count, self.heads, units // self.heads, positions).transpose(2, 3)

        joined = torch.cat([features, embedded], dim=1).flatten(2)
        before = functional.pad(joined, [1, 0])[:, :, :positions]
        keys, values = self.keyValue(before.reshape(count, 2 * units, height, width)).chunk(2, dim=1)
        queries, keys, values = split(self.query(features)), split(keys), split(values)
        if self.fused:
            # The fused kernel takes channels that lie side by side; anything else it leaves to the slow path.
            queries, keys, values = queries.contiguous(), keys.contiguous(), values.contiguous()
            result = functional.scaled_dot_product_attention(queries, keys, values, is_causal=True)
        else:
            scores = torch.matmul(queries, keys.transpose(2, 3)) / sqrt(units // self.heads)
            scores = scores.masked_fill(self.mask[:positions, :positions], float("-inf"))
            result = torch.matmul(torch.softmax(scores, dim=3), values)
        return result.transpose(2, 3).reshape(count, units, height, width)


class Group(nn.Module):
    """Gated causal blocks, and attention after them where a group has it."""

    def __init__(self, settings: Settings, attends: bool, fused: bool) -> None:
        super().__init__()
        conditioned = bool(settings.conditions) or settings.classes > 0
        hidden, residual = settings.hidden_units, settings.residual_units
        self.blocks = nn.ModuleList(
            GatedBlock(settings, CausalConvolution(hidden, residual, settings.filter_size, strictly=False), conditioned)
            for _ in range(settings.residual_blocks)
        )
        self.attention = CausalAttention(settings, fused) if attends else None
        self.merge = (
            GatedBlock(settings, nn.Conv2d(hidden, residual, 1), conditioned, merges=True) if attends else None
        )

    def forward(self, features: Tensor, embedded: Tensor, condition: Optional[Tensor]) -> Tensor:
        """[N, C, H, W] to the same shape."""
        for block in self.blocks:
            features = block(features, condition)
        if self.attention is not None and self.merge is not None:
            features = self.merge(features, condition, self.attention(features, embedded))
        return features


class Positions(nn.Module):
    """A vector a row plus a vector a column."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.rows = nn.Parameter(torch.randn(settings.height, settings.hidden_units) * 0.02)
        self.columns = nn.Parameter(torch.randn(settings.width, settings.hidden_units) * 0.02)

    def forward(self, rows: int) -> Tensor:
        """Of the first rows, [C, rows, W]."""
        return self.rows[:rows].t().unsqueeze(2) + self.columns.t().unsqueeze(1)


class Conditioning(nn.Module):
    """What is known beforehand: codes of earlier layers, and a label."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        hidden, residual = settings.hidden_units, settings.residual_units
        self.size = (settings.height, settings.width)
        if settings.conditions:
            self.embeddings = nn.ModuleList(
                nn.Embedding(condition.choices, hidden) for condition in settings.conditions
            )
        self.labels = nn.Embedding(settings.classes + 1, hidden) if settings.classes > 0 else None
        if settings.conditions:
            self.blocks = nn.ModuleList(
                GatedBlock(settings, nn.Conv2d(hidden, residual, 3, padding=1), conditioned=False)
                for _ in range(settings.conditioning_blocks)
            )

    def forward(self, conditions: List[Tensor], labels: Optional[Tensor], layout: torch.memory_format) -> Tensor:
        """Conditions [N, h, w] and labels [N] to [N, C, H, W], [N, C, 1, 1] where there is a label alone."""
        result: Optional[Tensor] = None
        if conditions:
            for codes, embedding in zip(conditions, self.embeddings):
                embedded = embedding(codes).permute(0, 3, 1, 2).contiguous(memory_format=layout)
                embedded = functional.interpolate(embedded, size=self.size, mode="nearest")
                result = embedded if result is None else result + embedded
        if self.labels is not None and labels is not None:
            labelled = self.labels(labels)[:, :, None, None]
            result = labelled if result is None else result + labelled
        if result is None:
            raise ValueError("a conditional prior needs conditions or labels")
        if conditions:
            for block in self.blocks:
                result = block(result)
        return result


class Output(nn.Module):
    """From features to logits."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        hidden = settings.hidden_units
        self.layers = nn.ModuleList(nn.Conv2d(hidden, hidden, 1) for _ in range(settings.output_layers))
        self.logits = nn.Conv2d(hidden, settings.choices, 1)

    def forward(self, features: Tensor) -> Tensor:
        """[N, C, H, W] to [N, m, H, W]."""
        for layer in self.layers:
            features = layer(functional.elu(features))
        return self.logits(functional.elu(features))


class PixelSNAIL(nn.Module):
    """A prior over a grid of codes.

    Args:
        fused: Whether attention is `scaled_dot_product_attention`.
        layout: The order of features in memory.
    """

    def __init__(
        self, settings: Settings, fused: bool = False, layout: torch.memory_format = torch.contiguous_format
    ) -> None:
        super().__init__()
        self.settings = settings
        self.layout = layout
        hidden = settings.hidden_units
        self.embedding = nn.Embedding(settings.choices, hidden)
        self.positions = Positions(settings)
        self.input = CausalConvolution(hidden, hidden, settings.filter_size, strictly=True)
        conditioned = bool(settings.conditions) or settings.classes > 0
        self.conditioning = Conditioning(settings) if conditioned else None
        self.groups = nn.ModuleList(
            Group(settings, index >= settings.groups - settings.attention_layers, fused)
            for index in range(settings.groups)
        )
        self.output = Output(settings)
        self.to(memory_format=layout)

    def known(self, conditions: List[Tensor], labels: Optional[Tensor]) -> Optional[Tensor]:
        """What conditions and labels say at every position, see `Conditioning`; nothing without them."""
        return None if self.conditioning is None else self.conditioning(conditions, labels, self.layout)

    def logits(self, codes: Tensor, condition: Optional[Tensor]) -> Tensor:
        """Codes of the first rows [N, rows, W], with what is known of these rows, to logits [N, m, rows, W]."""
        embedded = self.embedding(codes).permute(0, 3, 1, 2).contiguous(memory_format=self.layout)
        features = self.input(embedded) + self.positions(codes.shape[1])
        for group in self.groups:
            features = group(features, embedded, condition)
        return self.output(features)

    def forward(self, codes: Tensor, conditions: List[Tensor], labels: Optional[Tensor] = None) -> Tensor:
        """Codes [N, H, W], conditions [N, h, w] each and labels [N] to logits [N, m, H, W]."""
        return self.logits(codes, self.known(conditions, labels))


LAYERS = (8, 64)
"""Codewords of the two earlier layers."""


def settings_of(side: int, hidden_units: int, dropout: float) -> Settings:
    """The third prior of an HR-VQVAE of three layers with m = 8."""
    conditions = tuple(Condition(side, side, choices) for choices in LAYERS)
    return Settings(height=side, width=side, hidden_units=hidden_units, dropout=dropout, conditions=conditions)


def random_codes(settings: Settings, count: int) -> List[Tensor]:
    """Codes [N, H, W] of the layer that is predicted, then those of the earlier layers, uint8."""
    sizes = [settings.choices] + [condition.choices for condition in settings.conditions]
    return [torch.randint(size, (count, settings.height, settings.width), dtype=torch.uint8) for size in sizes]


class Trainer:
    """A prior, its optimiser, its average and its data."""

    def __init__(self, variant: str, batch: int, part: int, images: int = 4096) -> None:
        settings = settings_of(side=16, hidden_units=64, dropout=0.1)
        self.reduced = variant == "train-bfloat16"
        plain = variant in ("train", "train-sdpa")
        self.model = PixelSNAIL(
            settings,
            fused=variant in ("train-sdpa", "train-tuned"),
            layout=torch.contiguous_format if plain else torch.channels_last,
        )
        self.layers = random_codes(settings, images)
        self.batch = batch
        self.part = min(part, batch)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=3e-4)
        self.average = AveragedModel(self.model, multi_avg_fn=get_ema_multi_avg_fn(0.99))

    def step(self) -> Tensor:
        """One step of training; the mean loss."""
        chosen = torch.randint(len(self.layers[0]), (self.batch,))
        total = torch.zeros(())
        self.optimizer.zero_grad(set_to_none=True)
        for part in chosen.split(self.part):
            codes, *conditions = [layer[part].long() for layer in self.layers]
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.reduced):
                logits = self.model(codes, conditions)
            loss = functional.cross_entropy(logits.float(), codes) * (len(part) / self.batch)
            loss.backward()
            total += loss.detach()
        self.optimizer.step()
        self.average.update_parameters(self.model)
        return total

    def repeat(self, count: int) -> float:
        """So many steps; how many images they took."""
        for _ in range(count):
            if not torch.isfinite(self.step()):
                raise FloatingPointError("the loss is not a number any more")
        return count * self.batch


class Sampler:
    """A prior that draws codes position by position."""

    def __init__(self, variant: str, batch: int, positions: int) -> None:
        larger = variant.startswith("sample-32")
        settings = settings_of(side=32 if larger else 16, hidden_units=128 if larger else 64, dropout=0.0)
        self.model = PixelSNAIL(settings).eval()
        self.whole = variant.endswith("whole")
        self.codes, *conditions = [layer.long() for layer in random_codes(settings, batch)]
        if settings.height % (2 * positions) != 0:
            raise ValueError(f"{settings.height} rows have no {positions} equal parts with a middle between rows")
        self.share = positions / (settings.height * settings.width)
        # The row above and the row below the middles, in turns: so the mean of the rows passed, and very nearly that
        # of their squares, are those of the whole grid.
        middles = [settings.height * (2 * index + 1) // (2 * positions) for index in range(positions)]
        self.places = [(middle - 1 + index % 2, settings.width // 2) for index, middle in enumerate(middles)]
        with torch.no_grad():
            self.condition = self.model.known(conditions, None)

    @torch.no_grad()
    def repeat(self, count: int) -> float:
        """Samples the chosen positions so many times; how many images' worth of positions that is."""
        for _ in range(count):
            for row, column in self.places:
                rows = self.codes.shape[1] if self.whole else row + 1
                logits = self.model.logits(self.codes[:, :rows], self.condition[:, :, :rows])
                probabilities = torch.softmax(logits[:, :, row, column], dim=1)
                self.codes[:, row, column] = torch.multinomial(probabilities, 1).squeeze(1)
        return count * self.share * len(self.codes)


VARIANTS = [
    "train", "train-bfloat16", "train-channels-last", "train-sdpa", "train-tuned",
    "sample-32", "sample-16", "sample-32-whole", "sample-16-whole",
]


def main() -> None:
    """Reads arguments, warms up, answers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--variant", choices=VARIANTS, default=VARIANTS[0])
    parser.add_argument("--threads", type=int, default=torch.get_num_threads(), help="threads of PyTorch")
    parser.add_argument("--batch", type=int, help="images a step (default: 512), or sampled together (default: 16)")
    parser.add_argument("--part", type=int, default=128, help="images of a step that pass together")
    parser.add_argument("--positions", type=int, default=8, help="positions a repetition of sampling")
    parser.add_argument("--warm-up", type=int, default=1, help="repetitions before the first measured one")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    repeat: Callable[[int], float]
    if arguments.variant.startswith("train"):
        repeat = Trainer(arguments.variant, arguments.batch or 512, arguments.part).repeat
    else:
        repeat = Sampler(arguments.variant, arguments.batch or 16, arguments.positions).repeat
    repeat(arguments.warm_up)
    serve(repeat, "images", variant=arguments.variant, threads=torch.get_num_threads(), torch=torch.__version__)


if __name__ == "__main__":
    main()
