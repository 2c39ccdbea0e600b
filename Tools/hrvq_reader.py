"""A decoder of .hrvq files, written from Documentation/hrvq-format.md alone: codes of a file, packed or modelled.

    PYTHONPATH=.libtorch/site python3 Tools/hrvq_reader.py FILE.hrvq [--model FOLDER] [--layers K] [--output codes.npz]

Prints the header as JSON. With --model it checks that the folder's model and statistics are those of the file, which
modelled files need. Codes are arrays layer.1, layer.2, … of shape [pictures, height, width]. Needs numpy.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import struct
import sys
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

import numpy

SOURCES = ["west", "north", "northWest", "northEast", "earlierEast", "earlierSouth"]
POWERS = [round(32768 * 2 ** (-i / 256)) for i in range(256)]


class FormatError(Exception):
    """What is wrong with a file."""


def crc32c(data: bytes) -> bytes:
    """CRC-32C, the lowest byte first."""
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return struct.pack("<I", value ^ 0xFFFFFFFF)


class Bytes:
    """Bytes that are read from the front."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0

    def take(self, count: int) -> bytes:
        part = self.data[self.position : self.position + count]
        if len(part) < count:
            raise FormatError(f"cut off after {len(self.data)} bytes")
        self.position += count
        return part

    def number(self) -> int:
        value = 0
        for index in range(5):
            byte = self.take(1)[0]
            value |= (byte & 127) << 7 * index
            if byte < 128:
                if index > 0 and byte == 0 or value >= 2**32:
                    break
                return value
        raise FormatError("a number that is not in its shortest form, or too large")


def read_header(source: Bytes) -> Dict[str, Any]:
    if source.take(5) != bytes([0x89, 0x48, 0x52, 0x56, 0x51]):
        raise FormatError("no .hrvq file")
    version, coding, channels, layers = source.take(4)
    if version != 1 or coding > 1 or channels not in (1, 3) or layers == 0:
        raise FormatError("a header of another version, or malformed")
    width, height, pictures = source.number(), source.number(), source.number()
    model = source.take(16).hex()
    statistics = source.take(8).hex() if coding == 1 else None
    grids = [(source.number(), source.number(), source.number()) for _ in range(layers)]
    if source.take(4) != crc32c(source.data[: source.position - 4]):
        raise FormatError("the header is damaged")
    return {
        "coding": ["packed", "modelled"][coding], "channels": channels, "width": width, "height": height,
        "pictures": pictures, "model": model, "statistics": statistics, "layers": grids,
    }


def read_payloads(source: Bytes, header: Dict[str, Any], wanted: Optional[int]) -> List[bytes]:
    before = source.data[source.position - 4 : source.position]
    payloads = []
    for number in range(wanted or len(header["layers"])):
        start = source.position
        payload = source.take(source.number())
        crc = crc32c(before + source.data[start : source.position])
        if source.take(4) != crc:
            raise FormatError(f"layer {number + 1} is damaged")
        payloads.append(payload)
        before = crc
    if wanted is None and source.position < len(source.data):
        raise FormatError("bytes behind the last chunk")
    return payloads


def unpack(payload: bytes, count: int, m: int) -> numpy.ndarray:
    bits = (m - 1).bit_length()
    if len(payload) != (count * bits + 7) // 8:
        raise FormatError("a packed payload of another size")
    if bits == 0:
        return numpy.zeros(count, numpy.int64)
    flat = numpy.unpackbits(numpy.frombuffer(payload, numpy.uint8), bitorder="little")
    if flat[count * bits :].any():
        raise FormatError("unused bits that are not zero")
    codes = flat[: count * bits].reshape(count, bits).astype(numpy.int64) @ (1 << numpy.arange(bits))
    if count and codes.max() >= m:
        raise FormatError("a code beyond m - 1")
    return codes


def read_safetensors(path: Path) -> Tuple[Dict[str, numpy.ndarray], Dict[str, str]]:
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + length])
    types = {"I16": "<i2", "F32": "<f4", "U8": "u1", "I32": "<i4", "I64": "<i8"}
    tensors = {}
    metadata = header.pop("__metadata__", {})
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        start, end = entry["data_offsets"]
        array = numpy.frombuffer(data[8 + length + start : 8 + length + end], types[entry["dtype"]])
        tensors[name] = array.reshape(entry["shape"])
    return tensors, metadata


def model_fingerprint(folder: Path) -> str:
    """The whole fingerprint of a model folder, in hexadecimal."""
    settings = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    data, model, quantizer = settings["data"], settings["model"], settings["quantizer"]
    sizes = [
        data["channels"], data["height"], data["width"], data["padding"],
        model["downsampling"] * 2 ** (model["levels"] - 1), model["filterSize"], model["levels"], quantizer["layers"],
        quantizer["branching"],
    ]
    digest = hashlib.sha256(b"hrvq codes 1\n")
    digest.update(f"{model['kind']} {sizes}\n".encode())
    if quantizer.get("kind", "residual") != "residual":
        digest.update(f"{quantizer['kind']} {quantizer['levels']}\n".encode())
    for name, tensor in read_safetensors(folder / "model.safetensors")[0].items():
        digest.update(f"{name} {list(tensor.shape)}\n".encode())
        digest.update(tensor.astype("<f4").tobytes())
    return digest.hexdigest()


class Statistics:
    """Tables of entropy.safetensors."""

    def __init__(self, path: Path) -> None:
        tensors, metadata = read_safetensors(path)
        description = json.loads(metadata["statistics"])
        self.hierarchical = description["isHierarchical"]
        self.adaptation = description["adaptation"]
        self.model = description["model"]
        self.layers = []
        for number, layer in enumerate(description["layers"], 1):
            digits = []
            for place, terms in enumerate(layer["digits"], 1):
                scope = f"layer.{number}.digit.{place}."
                found = [
                    (SOURCES.index(term["source"]), term["nodeKind"], term["shift"], tensors[scope + term["source"]])
                    for term in terms
                ]
                digits.append((tensors[scope + "base"], found))
            self.layers.append((layer["choices"], digits))

    def fingerprint(self) -> str:
        digest = hashlib.sha256(b"hrvq statistics 1\n")

        def update(*numbers: int) -> None:
            digest.update(struct.pack(f"<{len(numbers)}i", *numbers))

        update(int(self.hierarchical), self.adaptation, len(self.layers))
        for m, digits in self.layers:
            update(m, len(digits))
            for base, terms in digits:
                update(len(terms))
                update(0, 2, 0, len(base))
                digest.update(base.astype("<i2").tobytes())
                for source, kind, shift, table in terms:
                    update(source + 1, kind, shift, len(table))
                    digest.update(table.astype("<i2").tobytes())
        return digest.digest()[:8].hex()


class RangeReader:
    """The arithmetic decoder of one payload."""

    def __init__(self, payload: bytes) -> None:
        self.payload = payload
        self.taken = 8
        self.offset = int.from_bytes(payload[:8].ljust(8, b"\0"), "big")
        self.range = 2**64 - 1

    def digit(self, shares: List[int]) -> int:
        unit = self.range // 65536
        target = min(self.offset // unit, 65535)
        value, start = 0, 0
        while value + 1 < len(shares) and start + shares[value] <= target:
            start += shares[value]
            value += 1
        self.offset -= unit * start
        self.range = unit * shares[value] if value + 1 < len(shares) else self.range - unit * start
        if self.range < 2**32:
            part = self.payload[self.taken : self.taken + 4].ljust(4, b"\0")
            self.taken += 4
            self.offset = (self.offset << 32 | int.from_bytes(part, "big")) % 2**64
            self.range = self.range << 32
        return value


def shares_of(scores: List[int], values: int) -> List[int]:
    best = max(scores[:values])
    powers = [POWERS[(best - s) % 256] >> min((best - s) // 256, 31) for s in scores[:values]]
    r = (65536 - values) * 2**15 // sum(powers)
    return [1 + e * r // 2**15 for e in powers]


def decode_layer(
    payload: bytes, pictures: int, grid: Tuple[int, int, int], index: int, statistics: Statistics,
    before: Optional[numpy.ndarray], codewords_before: int,
) -> Tuple[numpy.ndarray, numpy.ndarray, int]:
    """Codes [pictures, h, w] and absolute numbers of a layer, and how many codewords it has."""
    h, w, m = grid
    _, digits = statistics.layers[index]
    codewords = codewords_before * m if statistics.hierarchical else m
    codes = numpy.zeros((pictures, h, w), numpy.int64)
    absolute = numpy.zeros_like(codes)
    if not digits:
        if payload:
            raise FormatError("a payload of a layer without digits")
        if statistics.hierarchical and before is not None:
            absolute = before.copy()
        return codes, absolute, codewords
    reader = RangeReader(payload)
    top = (m - 1) // 8 ** (len(digits) - 1) + 1
    tables = [(base.astype(numpy.int64).copy(), terms) for base, terms in digits]
    earlier_h, earlier_w = before.shape[1:] if before is not None else (1, 1)
    for picture in range(pictures):
        for y in range(h):
            for x in range(w):

                def own(row: int, column: int) -> int:
                    inside = 0 <= row < h and 0 <= column < w
                    return int(absolute[picture, row, column]) + 1 if inside else 0

                def earlier(row: int, column: int) -> int:
                    # Row h and column w lie outside.
                    if before is None or row >= h or column >= w:
                        return 0
                    return int(before[picture, row * earlier_h // h, column * earlier_w // w]) + 1

                symbols = [
                    own(y, x - 1), own(y - 1, x), own(y - 1, x - 1), own(y - 1, x + 1), earlier(y, x + 1),
                    earlier(y + 1, x),
                ]
                parent = earlier(y, x) - 1 if before is not None else 0
                prefix = 0
                for place, (base, terms) in enumerate(tables):
                    values = top if place == 0 else 8
                    prefixes = 1 if place == 0 else top * 8 ** (place - 1)
                    node = parent * prefixes + prefix
                    scores = base[node].copy()
                    for source, kind, shift, table in terms:
                        count = ((codewords_before if source >= 4 else codewords) >> shift) + 1
                        row = [0, prefix, node][kind] * count + (symbols[source] >> shift)
                        scores += table[row]
                    shares = shares_of([int(score) for score in scores], values)
                    value = reader.digit(shares)
                    if statistics.adaptation:
                        a = statistics.adaptation
                        for u in range(8):
                            share = shares[u] if u < values else 0
                            step = (65535 * (u == value) - share + 2 ** (a - 1)) // 2**a
                            base[node][u] = max(-4095, min(4095, base[node][u] + step))
                    prefix = prefix * 8 + value
                if prefix >= m:
                    raise FormatError("a code beyond m - 1")
                codes[picture, y, x] = prefix
                absolute[picture, y, x] = parent * m + prefix if statistics.hierarchical else prefix
    least = codes.size * len(digits) // 65536
    if len(payload) < least:
        raise FormatError("a payload of too few bytes for its digits")
    if len(payload) > least and (len(payload) > reader.taken or payload[-1] == 0):
        raise FormatError("a payload with bytes that are not taken, or a zero last byte")
    return codes, absolute, codewords


def decode(data: bytes, model: Optional[Path] = None, layers: Optional[int] = None) -> Tuple[Dict[str, Any], List[Any]]:
    """The header of a file and the codes of its layers, [pictures, h, w] each."""
    source = Bytes(data)
    header = read_header(source)
    payloads = read_payloads(source, header, layers)
    if model is not None and model_fingerprint(model)[:32] != header["model"]:
        raise FormatError("the file is of another model")
    if header["coding"] == "packed":
        return header, [
            unpack(payload, header["pictures"] * h * w, m).reshape(header["pictures"], h, w)
            for payload, (h, w, m) in zip(payloads, header["layers"])
        ]
    if model is None:
        raise FormatError("a modelled file needs --model, the folder of its model with entropy.safetensors")
    statistics = Statistics(model / "entropy.safetensors")
    if statistics.fingerprint() != header["statistics"]:
        raise FormatError("the file needs other statistics")
    result: List[Any] = []
    absolute, codewords = None, 1
    for index, (payload, grid) in enumerate(zip(payloads, header["layers"])):
        codes, absolute, codewords = decode_layer(
            payload, header["pictures"], grid, index, statistics, absolute, codewords
        )
        result.append(codes)
    return header, result


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--model", type=Path, help="the folder of the model")
    parser.add_argument("--layers", type=int, help="read the first so many layers")
    parser.add_argument("--output", type=Path, help="write codes as an .npz file")
    arguments = parser.parse_args()
    try:
        header, codes = decode(arguments.file.read_bytes(), arguments.model, arguments.layers)
    except FormatError as error:
        print(f"error: {arguments.file}: {error}", file=sys.stderr)
        return 1
    print(json.dumps(header))
    if arguments.output:
        numpy.savez(arguments.output, **{f"layer.{number}": layer for number, layer in enumerate(codes, 1)})
    return 0


if __name__ == "__main__":
    sys.exit(main())
