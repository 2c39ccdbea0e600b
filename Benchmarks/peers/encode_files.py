"""Codes of a folder of JPEG files by `hrvqvae-ffhq` in plain PyTorch, for `make bench`.

Files are read as torchvision's examples do: Pillow decodes them in worker processes, one a thread of PyTorch, which stay
between repetitions, and scales and crops those of another size than 256 x 256. The encoder has random weights. The loop
is run as `protocol.py` says, a repetition being all files.

Variants:
    eager-float32          float32, NCHW memory.
    eager-bfloat16         channels-last memory, convolutions in bfloat16 by autocast, quantizer in float32.
    channels-last-float32  channels-last memory, all in float32.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import List

import numpy
import torch
from hrvqvae import HRVQVAE, Settings
from PIL import Image
from protocol import serve
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

VARIANTS = ["eager-float32", "eager-bfloat16", "channels-last-float32"]
SIDE = 256
BATCH = 16
# Table 6 of the paper.
FFHQ = Settings(hidden_units=128, downsampling=8, dimension=32)


class ImageFiles(Dataset[Tensor]):
    """The JPEG files of a folder as float [C, 256, 256] in [-0.5, 0.5]."""

    def __init__(self, folder: Path) -> None:
        self.paths: List[Path] = sorted(folder.glob("*.jpg"))

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int) -> Tensor:
        with Image.open(self.paths[index]) as file:
            image = file.convert("RGB")
        scale = SIDE / min(image.size)
        size = (max(SIDE, int(image.width * scale)), max(SIDE, int(image.height * scale)))
        if size != image.size:
            image = image.resize(size, Image.Resampling.BICUBIC)
        left, top = (image.width - SIDE) // 2, (image.height - SIDE) // 2
        image = image.crop((left, top, left + SIDE, top + SIDE))
        pixels = torch.from_numpy(numpy.array(image)).permute(2, 0, 1)
        return pixels.to(torch.float32).div_(255).sub_(0.5)


def main() -> None:
    """Reads arguments, warms up, answers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--variant", choices=VARIANTS, default=VARIANTS[0])
    parser.add_argument("--threads", type=int, default=torch.get_num_threads(), help="threads of PyTorch")
    parser.add_argument("--input", type=Path, required=True, help="a folder of .jpg files")
    parser.add_argument("--warm-up", type=int, default=1, help="repetitions before the first measured one")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    layout = torch.contiguous_format if arguments.variant == "eager-float32" else torch.channels_last
    model = HRVQVAE(FFHQ).to(memory_format=layout).eval()
    loader = DataLoader(
        ImageFiles(arguments.input), batch_size=BATCH, num_workers=arguments.threads, persistent_workers=True
    )

    @torch.no_grad()
    def repeat(count: int) -> int:
        encoded = 0
        for _ in range(count):
            parts: List[Tensor] = []
            for images in loader:
                images = images.contiguous(memory_format=layout)
                with torch.autocast("cpu", dtype=torch.bfloat16, enabled=arguments.variant == "eager-bfloat16"):
                    latents = model.encoder(images)
                batch, _, height, width = latents.shape
                quantized = model.quantizer(latents)
                parts.append(model.quantizer.codes(quantized.indices, batch, height, width).to(torch.uint8))
            encoded += len(torch.cat(parts))
        return encoded

    repeat(arguments.warm_up)
    serve(repeat, "images", variant=arguments.variant, threads=torch.get_num_threads(), torch=torch.__version__)


if __name__ == "__main__":
    main()
