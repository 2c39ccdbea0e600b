"""Turns a PyTorch checkpoint into a safetensors file, for `hrvq import`.

    PYTHONPATH=.libtorch/site python3 Tools/pt_to_safetensors.py IN.pt OUT.safetensors

IN.pt is what `torch.save(model.state_dict(), ...)` wrote, alone or under the key `state_dict` or `model`; a `module.`
before every name (DataParallel) is dropped. It is read with `weights_only=True`, so that no code in it runs. Ends with 1
and one line that says what is wrong where it cannot be read, holds something else than named tensors, or OUT cannot be
written; nothing is written then.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Dict, List, Optional

try:
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import save_file
    from torch import Tensor
except ImportError as error:
    sys.exit(f"pt_to_safetensors.py: {error}; run it with PYTHONPATH=.libtorch/site, which 'make setup' fills")

WRAPPERS = ("state_dict", "model")
PREFIX = "module."


def state_of(path: Path) -> Dict[str, Tensor]:
    """The named tensors of a checkpoint, each dense and in memory of its own.

    Raises:
        OSError: It cannot be read.
        ValueError: It holds something else.
    """
    if path.is_dir():
        raise ValueError("is a folder, and a PyTorch checkpoint is due")
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
        raise ValueError(f"holds more than tensors: {shortened(others)}; save model.state_dict() alone")
    unnamed = [f"{name} ({type(name).__name__})" for name in state if not isinstance(name, str)]
    if unnamed:
        raise ValueError(f"its tensors have no names but {shortened(unnamed)}; save model.state_dict() alone")
    sparse = [name for name, value in state.items() if value.layout != torch.strided or value.is_quantized]
    if sparse:
        raise ValueError(f"holds sparse or quantized tensors: {shortened(sparse)}; make them dense floats first")
    if all(name.startswith(PREFIX) for name in state):
        state = {name[len(PREFIX) :]: value for name, value in state.items()}
    # safetensors refuses tensors that share memory.
    return {name: value.detach().clone(memory_format=torch.contiguous_format) for name, value in state.items()}


def shortened(names: List[str]) -> str:
    """The first few of a list, and how many more there are."""
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def problem_with(output: Path, force: bool) -> Optional[str]:
    """Why a file cannot be written, where that is known before the work."""
    if output.exists() and not output.is_file():
        # To put a file in the place of a folder or a device would destroy it.
        return "is no file that could be replaced; choose another name"
    if output.exists() and not force:
        return "exists already; add --force to replace it"
    if not output.parent.is_dir():
        return f"cannot be written: there is no folder {output.parent}"
    return None


def reason(error: BaseException, failed: str) -> str:
    """An error in one line; `failed` is what could not be done."""
    if isinstance(error, OSError) and error.strerror:
        return f"{failed}: {error.strerror}"
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def main() -> int:
    """Reads arguments; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input", type=Path, help="PyTorch checkpoint")
    parser.add_argument("output", type=Path, help="safetensors file to write")
    parser.add_argument("--force", action="store_true", help="replace a file that exists")
    arguments = parser.parse_args()
    problem = problem_with(arguments.output, arguments.force)
    if problem:
        print(f"{arguments.output}: {problem}", file=sys.stderr)
        return 1
    try:
        state = state_of(arguments.input)
    except (OSError, ValueError) as error:
        print(f"{arguments.input}: {reason(error, 'cannot be read')}", file=sys.stderr)
        return 1
    temporary = arguments.output.with_name(f".{arguments.output.name}.tmp")
    try:
        save_file(state, str(temporary), metadata={"format": "pt"})
        os.replace(temporary, arguments.output)
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        temporary.unlink(missing_ok=True)
        # safetensors names an element type that it does not know by a KeyError.
        text = f"safetensors has no {error}" if isinstance(error, KeyError) else reason(error, "cannot be written")
        print(f"{arguments.output}: {text}", file=sys.stderr)
        return 1
    print(f"{len(state)} tensors in {arguments.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
