"""
Images as a network takes them: normalized, and augmented as the draws of (seed, epoch, position) say. As Lenslet's
src/data/augment: the same random numbers bit for bit, and the same pixels to float32's rounding.
"""

from __future__ import annotations

import math
from typing import Any, Mapping

import numpy as np

from . import draws
from .color import change_color, changes_color
from .mathematics import rounded
from .randomness import Random
from .warp import is_warped, sample, source_of

_FLIP, _TOP, _LEFT, _CUT_TOP, _CUT_LEFT, _ERASES, _ERASED, _TRIES = 0, 1, 2, 3, 4, 16, 100, 10


class Normalization:
    """(b/255 - mean)/std for each byte, from a table. ``colors`` of ``bgr`` turn three channels around first."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.mean = np.array(settings["mean"], dtype=np.float64)
        self.std = np.array(settings["std"], dtype=np.float64)
        self.turned = settings["colors"] == "bgr" and len(self.mean) == 3
        self._table = ((np.arange(256)[None] / 255 - self.mean[:, None]) / self.std[:, None]).astype(np.float32)

    def bytes(self, images: np.ndarray) -> np.ndarray:
        """uint8 [..., channels] to float32."""
        out = np.empty(images.shape, np.float32)
        for channel, table in enumerate(self._table):
            np.take(table, images[..., self._from(channel)], out=out[..., channel])
        return out

    def values(self, values: np.ndarray) -> np.ndarray:
        """The same for values of 0 to 255 that are not whole."""
        return ((values[..., ::-1] if self.turned else values) * (1 / (255 * self.std)) - self.mean / self.std).astype(np.float32)

    def outside(self) -> np.ndarray:
        """By the channels of the image: what becomes 0."""
        return 255 * (self.mean[::-1] if self.turned else self.mean)

    def _from(self, channel: int) -> int:
        return 2 - channel if self.turned else channel


class Augmenter:
    def __init__(self, augment: Mapping[str, Any], normalization: Normalization, seed: int) -> None:
        self.augment = augment
        self.normalization = normalization
        self._seed = seed
        self._is_sampled = is_warped(augment) or changes_color(augment)
        self._is_moved = bool(augment["flip"]) or augment["crop"] > 0
        #: Which half of the images is mirrored in even epochs.
        self._halves = Random(seed, "alternating").uint32()

    def key(self, epoch: int) -> int:
        """Of the epoch's draws."""
        return Random(self._seed, "augment", epoch).uint32()

    def is_flipped(self, key: int, epoch: int, position: int, number: int) -> bool:
        """number: the image's place in the split, which does not change from epoch to epoch."""
        if self.augment["flip"] == "alternating":
            return (draws.integer(self._halves, number, 0, 2) + epoch) % 2 == 1
        return bool(self.augment["flip"]) and draws.integer(key, position, _FLIP, 2) == 1

    def image(self, image: np.ndarray, key: int, epoch: int, position: int, number: int) -> np.ndarray:
        """image: uint8 [height, width, channels]. position: in the epoch's order."""
        flip = self.is_flipped(key, epoch, position, number)
        height, width, _ = image.shape
        if self._is_sampled:
            at = source_of(height, width, self.augment, key, position, flip)
            outside = None if self.augment["border"] == "reflect" else self.normalization.outside()
            values = sample(image, at, outside)
            if changes_color(self.augment):
                values = change_color(values, self.augment, key, position)
            out = self.normalization.values(values)
        elif self._is_moved:
            out = self._move(image, key, position, flip)
        else:
            out = self.normalization.bytes(image)
        self._cut_out(out, key, position)
        self._erase(out, key, position)
        return out

    def _move(self, image: np.ndarray, key: int, position: int, flip: bool) -> np.ndarray:
        """Cropped out of its padding and mirrored, by whole pixels. Outside is 0, the mean color, or the image reflected."""
        height, width, _ = image.shape
        crop = self.augment["crop"]
        top = draws.integer(key, position, _TOP, 2 * crop + 1) - crop if crop > 0 else 0
        left = draws.integer(key, position, _LEFT, 2 * crop + 1) - crop if crop > 0 else 0
        if self.augment["border"] == "reflect":
            down, across = (_mirror(np.arange(size) + shift, size) for size, shift in ((height, top), (width, left)))
            out = self.normalization.bytes(image[down][:, across])
        else:
            out = np.zeros(image.shape, np.float32)
            y0, y1, x0, x1 = max(0, -top), min(height, height - top), max(0, -left), min(width, width - left)
            out[y0:y1, x0:x1] = self.normalization.bytes(image[y0 + top : y1 + top, x0 + left : x1 + left])
        return np.ascontiguousarray(out[:, ::-1]) if flip else out

    def _cut_out(self, out: np.ndarray, key: int, position: int) -> None:
        """A square somewhere, clipped, becomes 0 (DeVries and Taylor 2017)."""
        side = self.augment["cutout"]
        if side == 0:
            return
        height, width, _ = out.shape
        top = draws.integer(key, position, _CUT_TOP, height) - (side >> 1)
        left = draws.integer(key, position, _CUT_LEFT, width) - (side >> 1)
        out[max(0, top) : max(0, top + side), max(0, left) : max(0, left + side)] = 0

    def _erase(self, out: np.ndarray, key: int, position: int) -> None:
        """Random erasing (Zhong et al. 2017): a rectangle of 2 to 33 % of the area, of aspect 0.3 to 3.3, becomes 0."""
        chance = self.augment["erase"]
        if chance == 0 or draws.between(key, position, _ERASES, 0, 1) > chance:
            return
        height, width, _ = out.shape
        for turn in range(_TRIES):
            draw = _ERASED + 4 * turn
            area = height * width * draws.between(key, position, draw, 0.02, 0.33)
            ratio = draws.logarithmic(key, position, draw + 1, 0.3, 3.3)
            h, w = rounded(math.sqrt(area * ratio)), rounded(math.sqrt(area / ratio))
            if h < 1 or w < 1 or h >= height or w >= width:
                continue
            top = draws.integer(key, position, draw + 2, height - h + 1)
            left = draws.integer(key, position, draw + 3, width - w + 1)
            out[top : top + h, left : left + w] = 0
            return


def _mirror(places: np.ndarray, size: int) -> np.ndarray:
    """-1 becomes 1, size becomes size - 2: the edge pixel is not repeated."""
    places = np.abs(places)
    return np.where(places < size, places, 2 * size - 2 - places)
