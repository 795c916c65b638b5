"""Sliding windows of pooling and convolution: paddings on four sides, dilation, and rounding up."""

from __future__ import annotations

import math
from typing import Any, Mapping, Sequence, Tuple

import torch.nn.functional as F
from torch import Tensor

Attributes = Mapping[str, Any]


def output_sides(attributes: Attributes, x: Tensor) -> Tuple[int, int]:
    """Rows and columns of the output; with ``ceil``, by the rule of Caffe and PyTorch."""
    sides = []
    for axis in (0, 1):
        kernel, stride, dilation = (attributes[name][axis] for name in ("kernel", "stride", "dilation"))
        before, after = attributes["padding"][axis], attributes["padding"][axis + 2]
        length = x.shape[2 + axis]
        exact = (length - dilation * (kernel - 1) - 1 + before + after) / stride + 1
        ceil = attributes.get("ceil", False)
        side = math.ceil(exact) if ceil else math.floor(exact)
        if ceil and (side - 1) * stride >= length + before:
            side -= 1
        sides.append(side)
    return sides[0], sides[1]


def padded(x: Tensor, padding: Sequence[int], value: float = 0.0) -> Tensor:
    """Adds rows and columns of a value. ``padding`` is top, left, bottom, right."""
    top, left, bottom, right = padding
    return F.pad(x, (left, right, top, bottom), value=value) if any(padding) else x


def whole_windows(attributes: Attributes, x: Tensor, value: float) -> Tensor:
    """The input padded so that every window lies on it whole, and no more."""
    sides = output_sides(attributes, x)
    top, left = attributes["padding"][:2]
    more = []
    for axis, before in ((0, top), (1, left)):
        kernel, stride, dilation = (attributes[name][axis] for name in ("kernel", "stride", "dilation"))
        needed = (sides[axis] - 1) * stride + dilation * (kernel - 1) + 1
        more.append(needed - before - x.shape[2 + axis])
    # A negative padding cuts off what no window sees.
    return F.pad(x, (left, more[1], top, more[0]), value=value)


def window_sums(attributes: Attributes, x: Tensor) -> Tensor:
    """The sum of each window, the padding as zeros."""
    wide = whole_windows(attributes, x, 0.0)
    rows, columns = output_sides(attributes, x)
    (down, across), (row, column) = attributes["stride"], attributes["dilation"]
    total = None
    for i in range(attributes["kernel"][0]):
        for j in range(attributes["kernel"][1]):
            top, left = i * row, j * column
            part = wide[:, :, top : top + (rows - 1) * down + 1 : down, left : left + (columns - 1) * across + 1 : across]
            total = part if total is None else total + part
    assert total is not None
    return total
