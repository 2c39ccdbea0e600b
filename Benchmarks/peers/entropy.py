"""The range coder of the `constriction` package (Bamler 2022) for `make bench`, on one core.

It is given the digits and the probabilities of all their values that hrvq's statistics computed: what it is timed at is
coding alone. A repetition is one pass over all digits.

Variants:
    encode  digits to compressed words.
    decode  compressed words to digits.
"""

from __future__ import annotations

import argparse

import constriction
import numpy
from protocol import serve
from safetensors.numpy import load_file


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--variant", choices=["encode", "decode"], required=True)
    parser.add_argument("--input", required=True, help="safetensors: digits int32 [n], probabilities float32 [n, 8]")
    parser.add_argument("--threads", type=int, default=1, help="of no meaning: the coder takes one core")
    arguments = parser.parse_args()
    tensors = load_file(arguments.input)
    digits = tensors["digits"]
    probabilities = tensors["probabilities"]
    model = constriction.stream.model.Categorical(perfect=False)

    def encode() -> numpy.ndarray:
        encoder = constriction.stream.queue.RangeEncoder()
        encoder.encode(digits, model, probabilities)
        return encoder.get_compressed()

    words = encode()

    def repeat(count: int) -> float:
        for _ in range(count):
            if arguments.variant == "encode":
                encode()
            else:
                constriction.stream.queue.RangeDecoder(words).decode(model, probabilities)
        return count * len(digits)

    repeat(1)
    serve(repeat, "codes", bytes=int(words.nbytes))


if __name__ == "__main__":
    main()
