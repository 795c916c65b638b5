"""
Where a pixel of a moved image comes from: one affine map for shift, window, rotation, size, shear and mirror together, so that an
image is sampled once. Sampling is bilinear, between pixel centers. As Lenslet's src/data/augment/warp.ts.
"""

from __future__ import annotations

import math
from typing import Any, Mapping, NamedTuple, Optional, Tuple

import numpy as np
import torch
import torch.nn.functional as F

from . import draws
from .mathematics import cos_pi, rounded

#: The source of (x, y) is (a*x + b*y + c, d*x + e*y + f); pixel i reaches from i to i + 1.
Affine = Tuple[float, float, float, float, float, float]

_ROTATE, _SCALE, _SHEAR, _WINDOW, _TRIES = 5, 6, 7, 40, 10


class Window(NamedTuple):
    top: int
    left: int
    height: int
    width: int


def is_warped(augment: Mapping[str, Any]) -> bool:
    """Whether the image must be sampled: others move by whole pixels."""
    return any(augment[name] > 0 for name in ("rotate", "scale", "shear", "resizedCrop"))


def source_of(height: int, width: int, augment: Mapping[str, Any], key: int, position: int, flip: bool) -> Affine:
    """From the moved image to the one it is made of. Order of the changes: crop, resized crop, rotate and the like, flip."""
    at: Affine = (-1, 0, width, 0, 1, 0) if flip else (1, 0, 0, 0, 1, 0)
    rotate, scale, shear = augment["rotate"], augment["scale"], augment["shear"]
    if rotate > 0 or scale > 0 or shear > 0:
        turn = draws.between(key, position, _ROTATE, -rotate, rotate) / 180
        size = draws.between(key, position, _SCALE, 1 - scale, 1 + scale)
        lean = draws.between(key, position, _SHEAR, -shear, shear) / 180
        cos, sin = cos_pi(turn) / size, cos_pi(turn - 0.5) / size
        tan = cos_pi(lean - 0.5) / cos_pi(lean)
        cx, cy = width / 2, height / 2
        # The inverses of turning and growing, then of leaning, about the center.
        m00, m01, m10, m11 = cos + tan * sin, sin - tan * cos, -sin, cos
        at = _after(at, (m00, m01, cx - m00 * cx - m01 * cy, m10, m11, cy - m10 * cx - m11 * cy))
    if augment["resizedCrop"] > 0:
        window = _window_of(height, width, augment["resizedCrop"], key, position)
        at = _after(at, (window.width / width, 0, window.left, 0, window.height / height, window.top))
    crop = augment["crop"]
    if crop == 0:
        return at
    top = draws.integer(key, position, 1, 2 * crop + 1) - crop
    left = draws.integer(key, position, 2, 2 * crop + 1) - crop
    return _after(at, (1, 0, left, 0, 1, top))


def _after(first: Affine, then: Affine) -> Affine:
    a, b, c, d, e, f = first
    A, B, C, D, E, F_ = then
    return (A * a + B * d, A * b + B * e, A * c + B * f + C, D * a + E * d, D * b + E * e, D * c + E * f + F_)


def _window_of(height: int, width: int, least: float, key: int, position: int) -> Window:
    """Of at least this share of the area; the middle where ten tries do not fit (torchvision's RandomResizedCrop)."""
    for turn in range(_TRIES):
        draw = _WINDOW + 4 * turn
        area = height * width * draws.between(key, position, draw, least, 1)
        ratio = draws.logarithmic(key, position, draw + 1, 3 / 4, 4 / 3)
        w, h = rounded(math.sqrt(area * ratio)), rounded(math.sqrt(area / ratio))
        if w < 1 or h < 1 or w > width or h > height:
            continue
        top = draws.integer(key, position, draw + 2, height - h + 1)
        return Window(top, draws.integer(key, position, draw + 3, width - w + 1), h, w)
    ratio = width / height
    w = rounded((height * 4) / 3) if ratio > 4 / 3 else width
    h = rounded((width * 4) / 3) if ratio < 3 / 4 else height
    return Window(rounded((height - h) / 2), rounded((width - w) / 2), h, w)


def sample(image: np.ndarray, at: Affine, outside: Optional[np.ndarray]) -> np.ndarray:
    """
    image: [height, width, channels], 0 to 255. outside: [channels], what lies around it; None: the image, mirrored. The result is
    float32 of the same shape, not rounded to whole values.
    """
    height, width, _ = image.shape
    a, b, c, d, e, f = at
    x, y = np.arange(width) + 0.5, (np.arange(height) + 0.5)[:, None]
    across, down = a * x + (b * y + c - 0.5), d * x + (e * y + f - 0.5)
    values = image.astype(np.float64)
    if outside is not None:
        values -= outside
    # Mirroring needs two pixels: an axis of one is doubled, and only its first pixel is looked at.
    for axis, places in ((0, down), (1, across)):
        if values.shape[axis] == 1:
            values = np.repeat(values, 2, axis)
            if outside is None:
                places[:] = 0
    grid = np.stack([_unit(across, values.shape[1]), _unit(down, values.shape[0])], -1)
    if outside is not None:
        # What a doubled axis of one pixel shows behind that pixel is outside.
        values[height:], values[:, width:] = 0, 0
    sampled = F.grid_sample(
        torch.from_numpy(values).permute(2, 0, 1)[None],
        torch.from_numpy(grid)[None],
        mode="bilinear",
        padding_mode="zeros" if outside is not None else "reflection",
        align_corners=True,
    )
    out = sampled[0].permute(1, 2, 0).numpy()
    return np.ascontiguousarray(out if outside is None else out + outside, dtype=np.float32)


def _unit(places: np.ndarray, size: int) -> np.ndarray:
    """Pixel centers 0 to size - 1 as grid_sample's -1 to 1."""
    return 2 * places / (size - 1) - 1
