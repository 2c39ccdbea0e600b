"""Training steps of `vqvae2-cifar10` in plain PyTorch, for `make bench`.

Batch 128, Adam at 3e-3, codewords by moving averages, Polyak averages of the weights with decay 0.9. Data, protocol and
variants are those of `train.py`: the cost of a step alone is measured.

Variants:
    eager-float32          float32, NCHW memory: what a first PyTorch implementation does.
    eager-bfloat16         channels-last memory, convolutions in bfloat16 by autocast, quantizers and losses in float32.
    channels-last-float32  channels-last memory, all in float32.
"""

from __future__ import annotations

import argparse

import torch
from torch import Tensor
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from protocol import serve
from train import VARIANTS, make_images
from vqvae2 import VQVAE2, Settings


class Trainer:
    """A model, its optimiser, its average and its data."""

    def __init__(self, variant: str, batch: int, images: Tensor, seed: int = 0) -> None:
        torch.manual_seed(seed)
        self.images = images
        self.batch = batch
        self.reduced = variant == "eager-bfloat16"
        self.layout = torch.contiguous_format if variant == "eager-float32" else torch.channels_last
        self.model = VQVAE2(Settings()).to(memory_format=self.layout)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=3e-3)
        # Buffers, among them the codebooks, are copied and not averaged: they are averages already.
        self.average = AveragedModel(self.model, multi_avg_fn=get_ema_multi_avg_fn(0.9))

    def step(self) -> Tensor:
        """One step of training; the objective's value."""
        chosen = torch.randint(len(self.images), (self.batch,))
        pixels = self.images[chosen].to(torch.float32, memory_format=self.layout).div_(255).sub_(0.5)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.reduced):
            output = self.model(pixels)
        objective = self.model.objective(pixels, output)
        self.optimizer.zero_grad(set_to_none=True)
        objective.total.backward()
        self.optimizer.step()
        self.model.update(output)
        self.average.update_parameters(self.model)
        return objective.total.detach()

    def steps(self, count: int) -> int:
        """So many steps; how many images they took."""
        for _ in range(count):
            value = self.step()
            if not torch.isfinite(value):
                raise FloatingPointError("the objective is not a number any more")
        return count * self.batch


def main() -> None:
    """Reads arguments, warms up, answers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--variant", choices=VARIANTS, default=VARIANTS[0])
    parser.add_argument("--threads", type=int, default=torch.get_num_threads(), help="threads of PyTorch")
    parser.add_argument("--batch", type=int, default=128, help="images a step")
    parser.add_argument("--images", type=int, default=4096, help="images in memory")
    parser.add_argument("--warm-up", type=int, default=3, help="steps before the first measured one")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    trainer = Trainer(arguments.variant, arguments.batch, make_images(arguments.images))
    trainer.steps(arguments.warm_up)
    serve(
        trainer.steps, "images", variant=arguments.variant, threads=torch.get_num_threads(), torch=torch.__version__
    )


if __name__ == "__main__":
    main()
