#!/usr/bin/env python3
"""Golden rows of tests/models/test_dtype.c: blocks of pseudo-random bytes decoded by the reader of the ggml project.

    python3 -m pip install gguf==0.19.0 numpy && python3 tests/golden/dtype.py

Each row: format, FNV-1a 64 over the float32 bits of 512 decoded elements, the bits of elements 0, 77, 300 and 511.
"""
import numpy as np
from gguf import GGMLQuantizationType as T, GGML_QUANT_SIZES
from gguf.quants import dequantize

HALVES = {  # offsets of the float16 fields in a block
    "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0], "Q4_K": [0, 2], "Q6_K": [208],
}


def pseudo_random(n):
    x, out = 12345, bytearray()
    for _ in range(n):
        x = (x * 1664525 + 1013904223) & 0xFFFFFFFF
        out.append(x >> 24)
    return out


for name, halves in HALVES.items():
    elements, size = GGML_QUANT_SIZES[T[name]]
    blocks = 512 // elements
    data = pseudo_random(blocks * size)
    for b in range(blocks):
        for h in halves:  # exponents that keep every value moderate: 2^-7 to 2^-4
            at = b * size + h + 1
            data[at] = 0x20 | (data[at] & 0x8F)
    x = dequantize(np.frombuffer(bytes(data), dtype=np.uint8), T[name]).astype("<f4")
    assert x.size == 512
    fnv = 0xCBF29CE484222325
    for byte in x.tobytes():
        fnv = ((fnv ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    bits = x.view("<u4").reshape(-1)
    spots = ", ".join(f"0x{bits[i]:08x}" for i in (0, 77, 300, 511))
    print(f"    {{FQ_DTYPE_{name}, {halves[0]}, {halves[1] if len(halves) > 1 else -1}, 0x{fnv:016x}, {{{spots}}}}},")
