"""
The checksum of Lenslet's model files, against damage: murmur3's mixing over 32-bit words, twice (src/core/checksum.ts). A word depends
on all before it, so this takes about half a second for a million weights.
"""

from __future__ import annotations

import json
from typing import Iterable, List, Mapping, Tuple

import numpy as np
from torch import Tensor

_MASK = 0xFFFFFFFF
_STARTS = (0x9747B28C, 0x3C6EF372)
_FACTORS = ((0xCC9E2D51, 0x1B873593), (0x239B961B, 0xAB0E9789))
#: Words that are mixed at a time.
_PORTION = 1 << 20

#: The texts in a model file's metadata that are summed, in this order.
_TEXTS = ("format", "version", "network", "info")


def checksum_of(metadata: Mapping[str, str], tensors: Mapping[str, Tensor]) -> str:
    """Of the texts of a model file, and of every tensor's name, shape and values. Sixteen hexadecimal digits."""
    texts = {name: metadata.get(name, "") for name in _TEXTS}
    names = [f"{name} {list(tensor.shape)}" for name, tensor in tensors.items()]
    text = json.dumps([texts, names], separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")
    parts: List[np.ndarray] = [np.frombuffer(text, np.uint8)]
    parts += [tensor.detach().cpu().contiguous().reshape(-1).numpy().view(np.uint8) for tensor in tensors.values()]
    return "".join(f"{_sum(parts, which):08x}" for which in (0, 1))


def _sum(parts: Iterable[np.ndarray], which: int) -> int:
    h, factors = _STARTS[which], _FACTORS[which]
    for part in parts:
        words = np.concatenate([part, np.zeros(-len(part) % 4, np.uint8)]).view("<u4")
        for start in range(0, len(words), _PORTION):
            h = _mix(h, words[start : start + _PORTION], factors)
        h = _mix(h, np.array([len(part) & _MASK], np.uint32), factors)
    h = ((h ^ (h >> 16)) * 0x85EBCA6B) & _MASK
    h = ((h ^ (h >> 13)) * 0xC2B2AE35) & _MASK
    return h ^ (h >> 16)


def _mix(h: int, words: np.ndarray, factors: Tuple[int, int]) -> int:
    k = words * np.uint32(factors[0])
    k = ((k << np.uint32(15)) | (k >> np.uint32(17))) * np.uint32(factors[1])
    for word in k.tolist():
        h ^= word
        h = (((h << 13) | (h >> 19)) * 5 + 0xE6546B64) & _MASK
    return h
