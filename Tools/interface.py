#!/usr/bin/env python3
"""The public interface: what `import HRVQ` shows.

    swift build && python3 Tools/interface.py            compares it with Documentation/interface.txt
    swift build && python3 Tools/interface.py --write    writes that file

A change of the interface is so seen in a review. Ends with 1 where it differs, or has more declarations than MOST.
Declarations come from the compiler's symbol graphs, so that a public member of a package type does not count.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import List

ROOT = Path(__file__).resolve().parents[1]
LIST = ROOT / "Documentation" / "interface.txt"
MOST = 600


def modules() -> List[str]:
    """HRVQ and the modules whose declarations it exports as a whole."""
    source = (ROOT / "Sources" / "HRVQ" / "HRVQ.swift").read_text(encoding="utf-8")
    return ["HRVQ"] + re.findall(r"^@_exported import (\w+)$", source, re.MULTILINE)


def module_maps() -> List[str]:
    """The compiler's flags for the C modules that those depend on."""
    places = ("Sources/System/*/", ".build/debug/*.build/", ".build/checkouts/*/Sources/*/include/")
    maps = [file for place in places for file in sorted(ROOT.glob(place + "module.modulemap"))]
    return [flag for file in maps for flag in ("-Xcc", f"-fmodule-map-file={file}")]


def declarations(module: str, flags: List[str], folder: Path) -> List[str]:
    """The public declarations of a module as lines, its extensions of other modules' types included."""
    target = json.loads(subprocess.check_output(["swift", "-print-target-info"]))["target"]["unversionedTriple"]
    subprocess.run(
        ["swift", "symbolgraph-extract", "-module-name", module, "-I", str(ROOT / ".build/debug/Modules"), "-target", target,
         "-minimum-access-level", "public", "-skip-synthesized-members", "-output-dir", str(folder), *flags],
        check=True,
    )
    lines = []
    for file in folder.glob(f"{module}*.symbols.json"):
        if file.name.split(".")[0].split("@")[0] != module:
            continue
        for symbol in json.loads(file.read_text(encoding="utf-8"))["symbols"]:
            text = "".join(part["spelling"] for part in symbol["declarationFragments"])
            path = ".".join(symbol["pathComponents"][:-1])
            lines.append(f"{module}: " + (f"{path}: " if path else "") + " ".join(text.split()))
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write the list instead of comparing with it")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        flags = module_maps()
        lines = sorted(line for module in modules() for line in declarations(module, flags, Path(folder)))
    text = "".join(line + "\n" for line in lines)
    print(f"{len(lines)} public declarations")
    if arguments.write:
        LIST.write_text(text, encoding="utf-8")
        return 0
    before = LIST.read_text(encoding="utf-8").splitlines() if LIST.exists() else []
    for line in sorted(set(before) - set(lines)):
        print(f"- {line}")
    for line in sorted(set(lines) - set(before)):
        print(f"+ {line}")
    if set(before) != set(lines):
        print("the public interface differs from Documentation/interface.txt; python3 Tools/interface.py --write", file=sys.stderr)
        return 1
    if len(lines) > MOST:
        print(f"more than {MOST}: make declarations 'package', or say in a review why not", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
