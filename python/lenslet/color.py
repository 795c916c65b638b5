"""
Brightness, contrast, saturation and hue of an image, in this order: torchvision's ColorJitter, whose order is random. Values are 0
to 255 and stay there. As Lenslet's src/data/augment/color.ts.
"""

from __future__ import annotations

from typing import Any, Mapping

import numpy as np

from . import draws

_BRIGHTNESS, _CONTRAST, _SATURATION, _HUE = 8, 9, 10, 11
#: Luma of Rec. 601.
_LUMA = np.array([0.299, 0.587, 0.114])


def changes_color(augment: Mapping[str, Any]) -> bool:
    return augment["color"] > 0 or augment["hue"] > 0


def change_color(values: np.ndarray, augment: Mapping[str, Any], key: int, position: int) -> np.ndarray:
    """values: float32 [height, width, channels]. Images without three channels have no saturation and no hue."""
    color, hue = augment["color"], augment["hue"]
    colored = values.shape[-1] == 3
    if color > 0:
        brightness, contrast, saturation = (
            draws.between(key, position, draw, 1 - color, 1 + color) for draw in (_BRIGHTNESS, _CONTRAST, _SATURATION)
        )
        exact = np.clip(values.astype(np.float64) * brightness, 0, 255)
        gray = float((exact @ _LUMA).mean() if colored else exact.mean())
        values = np.clip(contrast * exact.astype(np.float32).astype(np.float64) + (1 - contrast) * gray, 0, 255)
        if colored:
            values = np.clip(saturation * values + ((1 - saturation) * (values @ _LUMA))[..., None], 0, 255)
        values = values.astype(np.float32)
    if hue > 0 and colored:
        values = _turn_hue(values, draws.between(key, position, _HUE, -hue, hue))
    return values


def _turn_hue(values: np.ndarray, turn: float) -> np.ndarray:
    """By part of the circle, at the same value and saturation of HSV."""
    exact = values.astype(np.float64)
    red, green, blue = exact[..., 0], exact[..., 1], exact[..., 2]
    most = exact.max(-1)
    chroma = most - exact.min(-1)
    some = np.where(chroma == 0, 1, chroma)
    # In sixths of the circle, and moved to be positive.
    sixth = np.where(
        most == red, (green - blue) / some, np.where(most == green, 2 + (blue - red) / some, 4 + (red - green) / some)
    )
    hue = sixth + 6 * turn + 6
    turned = np.stack([most - chroma * _below(hue + shift) for shift in (5, 3, 1)], -1)
    return np.where((chroma == 0)[..., None], values, turned).astype(np.float32)


def _below(hue: np.ndarray) -> np.ndarray:
    """How far a channel lies below the greatest, in parts of the chroma (Smith 1978, without cases)."""
    k = hue % 6
    return np.clip(np.minimum(k, 4 - k), 0, 1)
