"""Nearest-codeword search in PyTorch, for `make bench`: D = 32.

The search is run as `protocol.py` says, a repetition being one pass over all vectors. The default number of vectors is
a batch of `hrvqvae-imagenet`: 64 images of 32 x 32 positions.

Variants:
    gather        hierarchical search as in `hrvqvae.py`: 3 x 8 distances a vector among 8, 64 and 512 codewords,
                  all vectors together.
    gather-tuned  the same with what helps PyTorch most: rows fetched by `embedding`, vectors in parts that fit the
                  processor's cache.
    gather-statistics
                  as `gather`, with what a training step wants to know: errors, the gradient of the commitment terms,
                  and counts and sums for the moving averages of the codewords.
    residual-vq   `ResidualVQ` of vector-quantize-pytorch (github.com/lucidrains/vector-quantize-pytorch) with
                  3 x 512 codewords, evaluation mode: a flat search of the same number of layers.
    train         what a training step has of the quantizer of `hrvqvae.py` alone: search, objective, gradient of the
                  latents, moving averages of the codewords. (hrvq's looks for dead codewords as well.)
    residual-vq-train
                  the same of `ResidualVQ` in training mode, whose codewords are moving averages too.
    flat          one layer of 512 codewords as most public code searches it: the full matrix of distances by
                  x^2 - 2xc + c^2, argmin, and the codewords looked up by `embedding`.
    flat-cdist    the same with the distances by `torch.cdist`.
"""

from __future__ import annotations

import argparse
from typing import Callable, List, Tuple

import torch
import torch.nn.functional as functional
from hrvqvae import HierarchicalResidualQuantizer, Settings, nearest_children
from protocol import serve
from torch import Tensor

DIMENSION = 32
BRANCHING = 8
LAYERS = 3
FLAT_CODEWORDS = 512
PART = 4096
WEIGHT = 1e-6
SIDE = 32
VARIANTS = [
    "gather", "gather-tuned", "gather-statistics", "residual-vq", "train", "residual-vq-train", "flat", "flat-cdist",
]


def hierarchical_codebooks() -> List[Tensor]:
    """Random codebooks [m^i, m, D], smaller by half a layer."""
    return [torch.randn(BRANCHING**layer, BRANCHING, DIMENSION) / 2**layer for layer in range(LAYERS)]


def gather(vectors: Tensor, codebooks: List[Tensor]) -> Tuple[Tensor, Tensor]:
    """Absolute codeword numbers of every layer [layers, V], and the sum of codewords [V, D]."""
    parents = torch.zeros(len(vectors), dtype=torch.int64)
    residual = vectors
    indices: List[Tensor] = []
    for codebook in codebooks:
        parents = nearest_children(residual, codebook, parents)
        residual = residual - codebook.flatten(0, 1)[parents]
        indices.append(parents)
    return torch.stack(indices), vectors - residual


def gather_tuned(vectors: Tensor, codebooks: List[Tensor]) -> Tuple[Tensor, Tensor]:
    """The results of `gather`, faster."""
    all_indices = torch.empty(len(codebooks), len(vectors), dtype=torch.int64)
    sums = torch.empty_like(vectors)
    for start in range(0, len(vectors), PART):
        part = vectors[start : start + PART]
        parents = torch.zeros(len(part), dtype=torch.int64)
        residual = part
        for layer, codebook in enumerate(codebooks):
            count, branching, dimension = codebook.shape
            children = functional.embedding(parents, codebook.view(count, -1)).view(-1, branching, dimension)
            distances = (residual.unsqueeze(1) - children).square_().sum(dim=2)
            parents = parents * branching + distances.argmin(dim=1)
            residual = residual - functional.embedding(parents, codebook.flatten(0, 1))
            all_indices[layer, start : start + PART] = parents
        torch.sub(part, residual, out=sums[start : start + PART])
    return all_indices, sums


def gather_statistics(vectors: Tensor, codebooks: List[Tensor]) -> Tuple[Tensor, Tensor, Tensor, List[Tensor]]:
    """The results of `gather`, the gradient [V, D], and for each layer its error, counts and sums."""
    parents = torch.zeros(len(vectors), dtype=torch.int64)
    residual = vectors
    gradient = torch.zeros_like(vectors)
    indices: List[Tensor] = []
    statistics: List[Tensor] = []
    for codebook in codebooks:
        codewords = codebook.flatten(0, 1)
        parents = nearest_children(residual, codebook, parents)
        counts = torch.bincount(parents, minlength=len(codewords))
        sums = torch.zeros_like(codewords).index_add_(0, parents, residual)
        residual = residual - codewords[parents]
        gradient.add_(residual, alpha=WEIGHT)
        statistics += [residual.square().sum(), counts, sums]
        indices.append(parents)
    return torch.stack(indices), vectors - residual, gradient, statistics


def residual_search(vectors: Tensor) -> Callable[[], object]:
    """One search by vector-quantize-pytorch."""
    from vector_quantize_pytorch import ResidualVQ

    quantizer = ResidualVQ(dim=DIMENSION, num_quantizers=LAYERS, codebook_size=FLAT_CODEWORDS).eval()
    return lambda: quantizer(vectors.unsqueeze(0))


def train_step(vectors: Tensor) -> Callable[[], object]:
    """One step of the quantizer of `hrvqvae.py`."""
    settings = Settings(layers=LAYERS, branching=BRANCHING, dimension=DIMENSION)
    quantizer = HierarchicalResidualQuantizer(settings)
    latents = vectors.view(-1, SIDE, SIDE, DIMENSION).permute(0, 3, 1, 2).requires_grad_()

    def step() -> None:
        latents.grad = None
        output = quantizer(latents)
        output.loss.total(settings).backward()
        quantizer.update(output)

    return step


def residual_train_step(vectors: Tensor) -> Callable[[], object]:
    """One step of vector-quantize-pytorch."""
    from vector_quantize_pytorch import ResidualVQ

    quantizer = ResidualVQ(dim=DIMENSION, num_quantizers=LAYERS, codebook_size=FLAT_CODEWORDS).train()
    latents = vectors.unsqueeze(0).requires_grad_()

    def step() -> None:
        latents.grad = None
        _, _, losses = quantizer(latents)
        losses.sum().backward()

    return step


def flat(vectors: Tensor, codewords: Tensor) -> Tuple[Tensor, Tensor]:
    """The number of the nearest codeword of each vector [V], and the codewords [V, D].

    Args:
        vectors: [V, D].
        codewords: [K, D].
    """
    distances = vectors.pow(2).sum(1, keepdim=True) - 2 * vectors @ codewords.t() + codewords.pow(2).sum(1)
    indices = distances.argmin(dim=1)
    return indices, functional.embedding(indices, codewords)


def flat_cdist(vectors: Tensor, codewords: Tensor) -> Tuple[Tensor, Tensor]:
    """The results of `flat` by PyTorch's own function for distances."""
    indices = torch.cdist(vectors, codewords).argmin(dim=1)
    return indices, functional.embedding(indices, codewords)


def search_of(variant: str, vectors: Tensor) -> Callable[[], object]:
    """What one repetition runs."""
    if variant == "residual-vq":
        return residual_search(vectors)
    if variant == "train":
        return train_step(vectors)
    if variant == "residual-vq-train":
        return residual_train_step(vectors)
    if variant.startswith("flat"):
        codewords = torch.randn(FLAT_CODEWORDS, DIMENSION)
        return lambda: (flat_cdist if variant == "flat-cdist" else flat)(vectors, codewords)
    codebooks = hierarchical_codebooks()
    if variant == "gather-tuned":
        return lambda: gather_tuned(vectors, codebooks)
    if variant == "gather-statistics":
        return lambda: gather_statistics(vectors, codebooks)
    return lambda: gather(vectors, codebooks)


def main() -> None:
    """Reads arguments, warms up, answers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--variant", choices=VARIANTS, default=VARIANTS[0])
    parser.add_argument("--threads", type=int, default=torch.get_num_threads(), help="threads of PyTorch")
    parser.add_argument("--vectors", type=int, default=64 * 32 * 32, help="vectors a repetition")
    parser.add_argument("--warm-up", type=int, default=2, help="repetitions before the first measured one")
    arguments = parser.parse_args()
    if arguments.variant == "train" and arguments.vectors % SIDE**2:
        parser.error(f"--vectors is {arguments.vectors}; a grid has {SIDE}x{SIDE} of them")
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    vectors = torch.randn(arguments.vectors, DIMENSION)
    search = search_of(arguments.variant, vectors)

    def repeat(count: int) -> int:
        with torch.set_grad_enabled("train" in arguments.variant):
            for _ in range(count):
                search()
        return count * arguments.vectors

    repeat(arguments.warm_up)
    serve(repeat, "vectors", variant=arguments.variant, threads=torch.get_num_threads(), torch=torch.__version__)


if __name__ == "__main__":
    main()
