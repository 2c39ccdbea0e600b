"""Training steps of `vqvae2-cifar10` in plain PyTorch, for `make bench`.

Batch 128, Adam at 3e-3, codewords by moving averages, Polyak averages of the weights with decay 0.9. Data, protocol and
variants are those of `train.py`: the cost of a step alone is measured.

Variants:
    eager-float32          float32, NCHW memory: what a first PyTorch implementation does.
    eager-bfloat16         channels-last memory, convolutions in bfloat16 by autocast, quantizers and losses in float32.
    channels-last-float32  channels-last memory, all in float32.
    compiled               channels-last memory, `torch.compile`, Adam as one fused kernel, bfloat16 where there is such.
"""

from __future__ import annotations

from torch import nn
from train import Preset, Trainer, main
from vqvae2 import VQVAE2, Output, Settings


class VQVAE2Trainer(Trainer):
    """VQ-VAE-2 in the place of HR-VQVAE."""

    presets = {"cifar10": Preset(Settings(), side=32, batch=128, images=4096)}

    def make_model(self, settings: Settings) -> nn.Module:
        """A model with fresh weights."""
        return VQVAE2(settings)

    def update(self, output: Output) -> None:
        """Moves the codewords of every level."""
        self.model.update(output)


if __name__ == "__main__":
    main(VQVAE2Trainer, __doc__)
