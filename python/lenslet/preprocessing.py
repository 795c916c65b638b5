"""
From an image file to the network's input, with Pillow: scaled by its filters, then the center is cut out or padded. Sizes and places
are rounded as Lenslet's src/data/preprocessing.ts does, which has the same bytes.
"""

from __future__ import annotations

import math
from typing import Any, Mapping, Tuple

import numpy as np

from .errors import DataError, ImageError
from .mathematics import rounded

Sides = Tuple[int, int]


def read_image(path: str, size: Tuple[int, int, int], prepare: Mapping[str, Any]) -> np.ndarray:
    """
    uint8 [height, width, channels]. EXIF orientation is applied, transparent parts are seen on white, color profiles are ignored.
    Raises ImageError.
    """
    try:
        from PIL import Image, ImageOps
    except ImportError as error:
        raise DataError("images cannot be decoded here", "no package Pillow", "Pillow", "pip install pillow") from error
    try:
        with Image.open(path) as file:
            photo = _upright(ImageOps.exif_transpose(file))
    except FileNotFoundError as error:
        raise ImageError(f"there is no image {path}", advice="copy the images here, or name their folder: --data FOLDER") from error
    except Exception as error:  # Pillow's decoders raise errors of many types.
        received = f"{type(error).__name__}: {error}"
        raise ImageError(f"cannot read the image {path}", received, "an image that Pillow decodes", "copy the file again") from error
    return _prepared(photo, size, prepare)


def _upright(photo: Any) -> Any:
    """In mode L or RGB."""
    from PIL import Image

    if photo.mode in ("L", "RGB"):
        return photo
    if photo.mode == "1":
        return photo.convert("L")
    if photo.mode.startswith("I"):
        # 16 bits a value: the upper ones.
        return Image.fromarray((np.asarray(photo).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8))
    if photo.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in photo.info:
        layers = photo.convert("RGBA")
        pixels, alpha = np.asarray(layers)[..., :3].astype(np.int64), np.asarray(layers)[..., 3:].astype(np.int64)
        product = pixels * alpha + 128
        seen = (255 - alpha + ((product + (product >> 8)) >> 8)).astype(np.uint8)
        return Image.fromarray(seen)
    return photo.convert("RGB")


def _prepared(photo: Any, size: Tuple[int, int, int], prepare: Mapping[str, Any]) -> np.ndarray:
    from PIL import Image

    height, width, channels = size
    filters = getattr(Image, "Resampling", Image)
    to = scaled_sides((photo.height, photo.width), (height, width), prepare["resize"])
    if to != (photo.height, photo.width):
        if prepare["interpolation"] == "nearest":
            photo = Image.fromarray(_nearest(np.asarray(photo), to))
        else:
            photo = photo.resize((to[1], to[0]), getattr(filters, prepare["interpolation"].upper()))
    top, left = centered(to[0], height), centered(to[1], width)
    window = (max(0, left), max(0, top), max(0, left) + min(width, to[1]), max(0, top) + min(height, to[0]))
    pixels = _channels(np.asarray(photo.crop(window)), channels)
    if pixels.shape[:2] == (height, width):
        return pixels
    out = np.empty((height, width, channels), np.uint8)
    out[:] = _channels(np.array([[prepare["fill"]]]).astype(np.uint8), channels)
    y, x = max(0, -top), max(0, -left)
    out[y : y + pixels.shape[0], x : x + pixels.shape[1]] = pixels
    return out


def _nearest(pixels: np.ndarray, to: Sides) -> np.ndarray:
    """Pillow adds up where a pixel comes from, and its sums round: on the border of two pixels it can take the other one."""
    down, across = (
        np.minimum(length - 1, np.floor((np.arange(size) + 0.5) * (length / size)).astype(int)) for length, size in zip(pixels.shape, to)
    )
    return np.ascontiguousarray(pixels[down][:, across])


def _channels(pixels: np.ndarray, channels: int) -> np.ndarray:
    """Gray becomes three equal channels; color becomes gray by the luma of Rec. 601 in Pillow's fixed point."""
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    if pixels.shape[2] == channels:
        return pixels
    if channels == 3:
        return np.repeat(pixels, 3, 2)
    weights = np.array([19595, 38470, 7471])
    return (((pixels.astype(np.int64) * weights).sum(2, keepdims=True) + 0x8000) >> 16).astype(np.uint8)


def scaled_sides(photo: Sides, size: Sides, resize: Mapping[str, Any]) -> Sides:
    """To which height and width a photo is scaled."""
    h, w = photo
    height, width = size
    kind = resize["kind"]
    box = (resize["height"] or height, resize["width"] or width)
    if kind == "none":
        return photo
    if kind == "both":
        return box
    if kind == "within":
        ratio = max(h / box[0], w / box[1])
        return max(1, _half_to_even(h / ratio)), max(1, _half_to_even(w / ratio))
    if kind == "shorter":
        short = resize["side"] or max(height, width)
        return (short * h // w, short) if w <= h else (short, short * w // h)
    return (width * h // w, width) if w * height <= h * width else (height, height * w // h)


def centered(length: int, size: int) -> int:
    """Where a window of ``size`` begins in the middle of ``length`` pixels; negative where these are fewer."""
    return -((size - length) // 2) if length < size else _half_to_even((length - size) / 2)


def _half_to_even(value: float) -> int:
    whole = math.floor(value)
    return rounded(value) if value - whole != 0.5 else whole + whole % 2
