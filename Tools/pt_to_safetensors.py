"""Turns a PyTorch checkpoint into a safetensors file, for `hrvq import`.

    PYTHONPATH=.libtorch/site python3 Tools/pt_to_safetensors.py IN.pt OUT.safetensors

IN.pt is what `torch.save(model.state_dict(), ...)` wrote, alone or under the key `state_dict` or `model`; a `module.`
before every name (DataParallel) is dropped. It is read with `weights_only=True`, so that no code in it runs. Ends with 1
and a message where it holds something else than named tensors; nothing is written then.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Dict

import torch
from safetensors.torch import save_file
from torch import Tensor

WRAPPERS = ("state_dict", "model")
PREFIX = "module."


def state_of(path: Path) -> Dict[str, Tensor]:
    """The named tensors of a checkpoint, each dense and in memory of its own.

    Raises:
        ValueError: It holds something else.
    """
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except OSError:
        raise
    except Exception as error:  # A damaged file ends the unpickler in any way it likes.
        kind = type(error).__name__
        raise ValueError(f"is no PyTorch checkpoint, or holds more than tensors ({kind}); save model.state_dict() alone")
    while isinstance(state, dict) and any(isinstance(state.get(name), dict) for name in WRAPPERS):
        state = next(state[name] for name in WRAPPERS if isinstance(state.get(name), dict))
    if not isinstance(state, dict) or not state:
        raise ValueError(f"holds a {type(state).__name__}, expected named tensors (the state_dict of a model)")
    others = [f"{name} ({type(value).__name__})" for name, value in state.items() if not isinstance(value, Tensor)]
    if others:
        raise ValueError(f"holds more than tensors: {', '.join(others)}; save model.state_dict() alone")
    if all(name.startswith(PREFIX) for name in state):
        state = {name[len(PREFIX) :]: value for name, value in state.items()}
    # safetensors refuses tensors that share memory.
    return {name: value.detach().clone(memory_format=torch.contiguous_format) for name, value in state.items()}


def main() -> int:
    """Reads arguments; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input", type=Path, help="PyTorch checkpoint")
    parser.add_argument("output", type=Path, help="safetensors file to write")
    parser.add_argument("--force", action="store_true", help="replace a file that exists")
    arguments = parser.parse_args()
    if arguments.output.exists() and not arguments.force:
        print(f"{arguments.output}: exists already; add --force to replace it", file=sys.stderr)
        return 1
    temporary = arguments.output.with_name(f".{arguments.output.name}.tmp")
    try:
        state = state_of(arguments.input)
        save_file(state, str(temporary), metadata={"format": "pt"})
        os.replace(temporary, arguments.output)
    except (OSError, ValueError) as error:
        temporary.unlink(missing_ok=True)
        print(f"{arguments.input}: {error}", file=sys.stderr)
        return 1
    print(f"{len(state)} tensors in {arguments.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
