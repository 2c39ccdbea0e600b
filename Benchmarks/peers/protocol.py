"""How a benchmark drives a peer: lines in, JSON lines out.

    -> (after set-up and warm-up)   {"ready": true, ...}
    <- round N                      {"seconds": 1.23, "<unit>": 1234}     N repetitions, timed
    <- memory                       {"peakBytes": 123456789}              peak resident memory so far
    <- quit, or the end of input    (exits with 0)

A line that is none of these is answered by {"error": "..."}. Two programs measured so can take turns, round by round.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any, Callable


def peak_bytes() -> int:
    """The largest resident memory of this process so far: VmHWM of proc(5), getrusage(2) elsewhere."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def say(**values: Any) -> None:
    """Prints one JSON line."""
    print(json.dumps(values), flush=True)


def serve(repeat: Callable[[int], float], unit: str, **description: Any) -> None:
    """Answers lines from standard input until it ends.

    Args:
        repeat: Does so many repetitions and returns how many units of work they were, whole or not.
        unit: What the units are called, such as `images`.
        description: What else to say when ready.
    """
    say(ready=True, unit=unit, **description)
    for line in sys.stdin:
        words = line.split()
        if words == ["quit"]:
            return
        if words == ["memory"]:
            say(peakBytes=peak_bytes())
        elif len(words) == 2 and words[0] == "round" and words[1].isdigit():
            start = time.perf_counter()
            count = repeat(int(words[1]))
            say(**{"seconds": time.perf_counter() - start, unit: count})
        elif words:
            say(error=f"expected 'round N', 'memory' or 'quit', got '{line.strip()}'")
