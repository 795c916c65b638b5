"""
Mixup and CutMix: an image and its target get a share of another's. Which one, and how much, depends on the position in the epoch
alone. As Lenslet's src/data/augment/mixing.ts.
"""

from __future__ import annotations

import math
from typing import Any, Mapping, NamedTuple, Optional, Tuple

import numpy as np

from . import draws

_PARTNER, _WHICH, _TOP, _LEFT, _SHARE = 12, 13, 14, 15, 200


class Mixture(NamedTuple):
    #: Position in the epoch of the other image.
    partner: int
    #: Of the image's own target; the partner's is the rest.
    share: float
    #: What comes from the partner, as top, left, bottom, right; None: all pixels are averaged.
    box: Optional[Tuple[int, int, int, int]]


def mixes(augment: Mapping[str, Any]) -> bool:
    return augment["mixup"] > 0 or augment["cutmix"] > 0


def mixture_of(augment: Mapping[str, Any], height: int, width: int, key: int, position: int, count: int) -> Mixture:
    """count: images of the epoch."""
    mixup, cutmix = augment["mixup"], augment["cutmix"]
    # Any but itself.
    partner = position if count < 2 else (position + 1 + draws.integer(key, position, _PARTNER, count - 1)) % count
    cuts = cutmix > 0 and (mixup == 0 or draws.integer(key, position, _WHICH, 2) == 1)
    share = draws.beta(key, position, _SHARE, cutmix if cuts else mixup)
    if not cuts:
        return Mixture(partner, share, None)
    side = math.sqrt(1 - share)
    h, w = math.floor(height * side), math.floor(width * side)
    y = draws.integer(key, position, _TOP, height) - (h >> 1)
    x = draws.integer(key, position, _LEFT, width) - (w >> 1)
    top, left, bottom, right = max(0, y), max(0, x), min(height, y + h), min(width, x + w)
    # The box is clipped: the share is that of the pixels.
    inside = max(0, bottom - top) * max(0, right - left)
    return Mixture(partner, 1 - inside / (height * width), (top, left, bottom, right))


def mix_into(image: np.ndarray, other: np.ndarray, mixture: Mixture) -> None:
    """In place; both float32 [height, width, channels]."""
    if mixture.box is None:
        image[:] = mixture.share * image.astype(np.float64) + (1 - mixture.share) * other
        return
    top, left, bottom, right = mixture.box
    if bottom > top and right > left:
        image[top:bottom, left:right] = other[top:bottom, left:right]
