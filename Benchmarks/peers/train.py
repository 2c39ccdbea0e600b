"""Training steps of `hrvqvae-cifar10` or `hrvqvae-ffhq` in plain PyTorch, for `make bench`.

Batch 128 of 32x32 pixels, or 8 of 256x256 (the table has 32: on two cores a step would take ten seconds). Adam at 3e-3,
codewords by moving averages, Polyak averages of the weights with decay 0.9. Measured is the cost of a step alone:
images lie in memory as bytes, as a data set holds them, and each step picks a batch at random and converts it to float
in [-0.5, 0.5]; there are no loader processes, no decoding and no logging. The loop is run as `protocol.py` says, a
repetition being a step.

Variants:
    eager-float32          float32, NCHW memory: what a first PyTorch implementation does.
    eager-bfloat16         channels-last memory, convolutions in bfloat16 by autocast, quantizer and losses in float32.
    channels-last-float32  channels-last memory, all in float32.
    compiled               PyTorch at its best: channels-last memory, `torch.compile`, Adam as one fused kernel, and
                           bfloat16 by autocast where the processor has instructions for it. Wants a C++ compiler.
    convolutions           nothing but the convolutions of the model and their gradients, each alone, on inputs that lie
                           there: bfloat16 where the processor has instructions for it, channels-last memory.

With `--device cuda` all of it happens on the GPU, the images in its memory too; cuDNN may try its algorithms, and
`compiled` and `convolutions` are in bfloat16.
"""

from __future__ import annotations

import argparse
import copy
from dataclasses import dataclass
from typing import Any, List, Optional, Tuple, Type

import torch
import torch.nn.functional as functional
from hrvqvae import HRVQVAE, Output, Settings
from protocol import serve
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

VARIANTS = ["eager-float32", "eager-bfloat16", "channels-last-float32", "compiled", "convolutions"]


@dataclass(frozen=True)
class Preset:
    """A model and what it is trained on."""

    settings: Any
    side: int
    """Pixels of an image along a side."""
    batch: int
    images: int
    """Images in memory."""


PRESETS = {
    "cifar10": Preset(Settings(), side=32, batch=128, images=4096),
    "ffhq": Preset(
        Settings(hidden_units=128, residual_units=64, downsampling=8, dimension=32), side=256, batch=8, images=64
    ),
}


def make_images(count: int, side: int = 32, channels: int = 3, seed: int = 0) -> Tensor:
    """Smooth random pictures with a little noise, uint8 [N, C, H, W], the same ones for the same seed."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand(count, channels, 4, 4, generator=generator)
    smooth = functional.interpolate(coarse, size=(side, side), mode="bicubic", align_corners=False)
    noise = torch.randn(smooth.shape, generator=generator) * 0.02
    return ((smooth + noise).clamp(0, 1) * 255).round().to(torch.uint8)


class Trainer:
    """A model, its optimiser, its average and its data.

    Subclasses say which model, and how its codebooks take an output in.
    """

    presets = PRESETS

    def make_model(self, settings: Settings) -> nn.Module:
        """A model with fresh weights."""
        return HRVQVAE(settings)

    def update(self, output: Output) -> None:
        """Moves the codewords."""
        self.model.quantizer.update(output.quantizer)

    def __init__(
        self, variant: str, preset: Preset, device: str = "cpu", batch: Optional[int] = None, seed: int = 0
    ) -> None:
        torch.manual_seed(seed)
        self.device = torch.device(device)
        self.batch = batch or preset.batch
        self.images = make_images(max(preset.images, self.batch), preset.side).to(self.device)
        is_compiled = variant == "compiled"
        self.reduced = variant == "eager-bfloat16" or (
            variant in ("compiled", "convolutions")
            and (self.device.type == "cuda" or torch.cpu._is_avx512_bf16_supported())
        )
        self.layout = torch.contiguous_format if variant == "eager-float32" else torch.channels_last
        self.model = self.make_model(preset.settings).to(self.device, memory_format=self.layout)
        self.run = torch.compile(self.model) if is_compiled else self.model
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=3e-3, fused=is_compiled)
        # Buffers, among them the codebooks, are copied and not averaged: they are averages already.
        self.average = AveragedModel(self.model, multi_avg_fn=get_ema_multi_avg_fn(0.9))

    def step(self) -> Tensor:
        """One step of training; the objective's value."""
        chosen = torch.randint(len(self.images), (self.batch,), device=self.device)
        pixels = self.images[chosen].to(torch.float32, memory_format=self.layout).div_(255).sub_(0.5)
        with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.reduced):
            output = self.run(pixels)
        objective = self.model.objective(pixels, output)
        self.optimizer.zero_grad(set_to_none=True)
        objective.total.backward()
        self.optimizer.step()
        self.update(output)
        self.average.update_parameters(self.model)
        return objective.total.detach()

    def steps(self, count: int) -> int:
        """So many steps; how many images they took."""
        for _ in range(count):
            value = self.step()
            if not torch.isfinite(value):
                raise FloatingPointError("the objective is not a number any more")
        if self.device.type == "cuda":
            torch.cuda.synchronize()
        return count * self.batch


class Convolutions:
    """The convolutions of a trainer's model, each alone, with the gradients that training asks of them."""

    def __init__(self, trainer: Trainer) -> None:
        self.trainer = trainer
        self.layers: List[Tuple[nn.Module, Tensor, Tensor]] = []
        kind = torch.bfloat16 if trainer.reduced else torch.float32
        convolutions = (nn.Conv2d, nn.ConvTranspose2d)
        modules = [module for module in trainer.model.modules() if isinstance(module, convolutions)]

        def take(module: nn.Module, inputs: Tuple[Tensor, ...], output: Tensor) -> None:
            tensor = inputs[0].detach().to(kind, memory_format=torch.channels_last)
            # The first layer's input are the images, which have no gradient.
            tensor.requires_grad_(bool(self.layers))
            gradient = torch.randn_like(output).to(kind, memory_format=torch.channels_last)
            self.layers.append((module, tensor, gradient))

        hooks = [module.register_forward_hook(take) for module in modules]
        pixels = trainer.images[: trainer.batch].to(torch.float32, memory_format=torch.channels_last).div(255).sub(0.5)
        with torch.no_grad():
            trainer.model(pixels)
        for hook in hooks:
            hook.remove()
        # Copies, made when no hook is left that would be copied along.
        self.layers = [(copy.deepcopy(module).to(kind), *rest) for module, *rest in self.layers]

    def steps(self, count: int) -> int:
        """So many times all of them; how many images they took."""
        for _ in range(count):
            for module, tensor, gradient in self.layers:
                module.zero_grad(set_to_none=True)
                tensor.grad = None
                module(tensor).backward(gradient)
        if self.trainer.device.type == "cuda":
            torch.cuda.synchronize()
        return count * self.trainer.batch


def main(trainer_class: Type[Trainer] = Trainer, description: Optional[str] = __doc__) -> None:
    """Reads arguments, warms up, answers."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--variant", choices=VARIANTS, default=VARIANTS[0])
    parser.add_argument("--threads", type=int, default=torch.get_num_threads(), help="threads of PyTorch")
    parser.add_argument("--preset", choices=sorted(trainer_class.presets), default="cifar10")
    parser.add_argument("--device", default="cpu", help="where to compute")
    parser.add_argument("--batch", type=int, help="images a step; the preset's here by default")
    parser.add_argument("--warm-up", type=int, default=3, help="steps before the first measured one")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.backends.cudnn.benchmark = arguments.device == "cuda"
    trainer = trainer_class(
        arguments.variant, trainer_class.presets[arguments.preset], arguments.device, arguments.batch
    )
    work = Convolutions(trainer) if arguments.variant == "convolutions" else trainer
    work.steps(arguments.warm_up)
    serve(
        work.steps, "images", variant=arguments.variant, threads=torch.get_num_threads(), torch=torch.__version__
    )


if __name__ == "__main__":
    main()
