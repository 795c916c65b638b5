"""
Random numbers without state: each depends on nothing but (key, position, draw), so that every process makes its share of a batch
again as one process would. The same bits as Lenslet's src/data/draws.ts.
"""

from __future__ import annotations

import math
from typing import Callable

from .mathematics import cos_pi, exp, log

_MASK = 0xFFFFFFFF


def _mix(h: int) -> int:
    """murmur3's finalizer."""
    h = ((h ^ (h >> 16)) * 0x85EBCA6B) & _MASK
    h = ((h ^ (h >> 13)) * 0xC2B2AE35) & _MASK
    return h ^ (h >> 16)


def _draw32(key: int, position: int, draw: int) -> int:
    h = _mix((key ^ ((position + 1) * 0x9E3779B9)) & _MASK)
    return _mix((h ^ ((draw + 1) * 0x85EBCA6B)) & _MASK)


def integer(key: int, position: int, draw: int, below: int) -> int:
    """Uniform in [0, below)."""
    return math.floor(_draw32(key, position, draw) / 4294967296 * below)


def between(key: int, position: int, draw: int, low: float, high: float) -> float:
    """Uniform in (low, high)."""
    return low + (_draw32(key, position, draw) + 0.5) / 4294967296 * (high - low)


def logarithmic(key: int, position: int, draw: int, low: float, high: float) -> float:
    """Its logarithm is uniform between those of ``low`` and ``high``."""
    return high * exp(between(key, position, draw, log(low / high), 0))


def beta(key: int, position: int, draw: int, alpha: float) -> float:
    """
    Beta(α, α), from the draws that begin with ``draw``. For α <= 1 by Jöhnk (1964), in logarithms; else as the share of one of
    two gamma variates (Marsaglia and Tsang 2000).
    """
    at = draw

    def uniform() -> float:
        nonlocal at
        at += 1
        return between(key, position, at - 1, 0, 1)

    if alpha > 1:
        first = _gamma(uniform, alpha)
        return first / (first + _gamma(uniform, alpha))
    while True:
        a = log(uniform()) / alpha
        b = log(uniform()) / alpha
        if exp(a) + exp(b) > 1:
            continue
        ratio = exp(-abs(a - b))
        return 1 / (1 + ratio) if a > b else ratio / (1 + ratio)


def _gamma(uniform: Callable[[], float], shape: float) -> float:
    """Gamma(shape, 1) for a shape of 1 or more."""
    d = shape - 1 / 3
    c = 1 / math.sqrt(9 * d)
    while True:
        radius = math.sqrt(-2 * log(uniform()))
        x = radius * cos_pi(2 * uniform())
        root = 1 + c * x
        v = root * root * root
        if v > 0 and log(uniform()) < 0.5 * x * x + d - d * v + d * log(v):
            return d * v
