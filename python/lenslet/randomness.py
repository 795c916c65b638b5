"""Lenslet's random numbers, bit for bit: sfc32 streams by name, and the hash that dropout masks are made of."""

from __future__ import annotations

from typing import List, Union

import torch
from torch import Tensor

_MASK = 0xFFFFFFFF


def _hash(text: str, salt: int) -> int:
    """FNV-1a with a salt and murmur3's finalizer, over UTF-16 code units as in JavaScript."""
    h = 0x811C9DC5 ^ (salt * 0x9E3779B9 & _MASK)
    units = text.encode("utf-16-le", "surrogatepass")
    for at in range(0, len(units), 2):
        h = ((h ^ (units[at] | units[at + 1] << 8)) * 0x01000193) & _MASK
    h = ((h ^ (h >> 16)) * 0x85EBCA6B) & _MASK
    h = ((h ^ (h >> 13)) * 0xC2B2AE35) & _MASK
    return h ^ (h >> 16)


class Random:
    """A generator of its own for every seed and stream: ``Random(7, "shuffle", epoch)``."""

    def __init__(self, seed: int, *stream: Union[str, int]) -> None:
        text = "\0".join(str(part) for part in (seed, *stream))
        self._a, self._b, self._c = (_hash(text, salt) for salt in (1, 2, 3))
        self._counter = 1
        for _ in range(15):
            self.uint32()

    def uint32(self) -> int:
        """A uniform integer in [0, 2**32)."""
        total = (self._a + self._b + self._counter) & _MASK
        self._counter = (self._counter + 1) & _MASK
        self._a = self._b ^ (self._b >> 9)
        self._b = (self._c + (self._c << 3)) & _MASK
        self._c = (((self._c << 21) | (self._c >> 11)) + total) & _MASK
        return total

    def next(self) -> float:
        """A uniform number in [0, 1)."""
        return self.uint32() / 4294967296

    def integer(self, below: int) -> int:
        """A uniform integer in [0, below), without modulo bias."""
        limit = 4294967296 - 4294967296 % below
        draw = self.uint32()
        while draw >= limit:
            draw = self.uint32()
        return draw % below

    def shuffled(self, count: int) -> List[int]:
        """0 to count - 1 in random order (Fisher-Yates)."""
        items = list(range(count))
        for at in range(count - 1, 0, -1):
            other = self.integer(at + 1)
            items[at], items[other] = items[other], items[at]
        return items


def _mix(value: int) -> int:
    """Chris Wellons's triple32."""
    x = value & _MASK
    x = ((x ^ (x >> 17)) * 0xED5AD4BB) & _MASK
    x = ((x ^ (x >> 11)) * 0xAC4C1B51) & _MASK
    x = ((x ^ (x >> 15)) * 0x31848BAB) & _MASK
    return x ^ (x >> 14)


def _times(x: Tensor, factor: int) -> Tensor:
    """x * factor modulo 2**32, for 0 <= x < 2**32: in halves, so that 64-bit integers do not overflow."""
    low, high = factor & 0xFFFF, factor >> 16
    return (x * low + ((x * high & 0xFFFF) << 16)) & _MASK


def keep_mask(rate: float, seed: int, step: int, stream: int, first: int, count: int, device: torch.device) -> Tensor:
    """
    Which of the elements ``first`` to ``first + count`` of a step a dropout layer keeps: a pure function of its arguments,
    so that each process computes the part of the batch that it has. Shape [count], bool.
    """
    kept = _round_half_up((1 - rate) * 2**32)
    if kept == 0:
        return torch.zeros(count, dtype=torch.bool, device=device)
    keys = [_mix(_mix(_mix(seed + start) ^ (step & _MASK)) ^ (stream & _MASK)) for start in (0x243F6A88, 0x85A308D3)]
    x = (torch.arange(first, first + count, dtype=torch.int64, device=device) + keys[0]) & _MASK
    x = _times(x ^ (x >> 17), 0xED5AD4BB)
    x = (x + keys[1]) & _MASK
    x = _times(x ^ (x >> 11), 0xAC4C1B51)
    x = (x + keys[0]) & _MASK
    x = _times(x ^ (x >> 15), 0x31848BAB)
    x = x ^ (x >> 14)
    # As signed integers, at most kept - 1 - 2**31.
    signed = torch.where(x >= 2**31, x - 2**32, x)
    return signed <= kept - 1 - 2**31


def _round_half_up(value: float) -> int:
    """JavaScript's Math.round."""
    whole = int(value // 1)
    return whole + (1 if value - whole >= 0.5 else 0)


def stream_of(name: str) -> int:
    """The dropout stream of a layer."""
    return Random(0, "stream", name).uint32()


__all__ = ["Random", "keep_mask", "stream_of"]
