"""
Batch normalization over the images of all processes (Ioffe and Szegedy 2015; torch.nn.SyncBatchNorm, which is for GPUs only). Two
all-reduces forward, mean and then variance, so that nothing cancels, and one backward.
"""

from __future__ import annotations

from typing import Any, Tuple

import torch
import torch.distributed as dist
from torch import Tensor


def _sums(x: Tensor) -> Tensor:
    """By channel, exact to the last digits of 32 bits: GPUs add up in a tree, CPUs in 64 bits. x is of 32 or 64."""
    return x.sum((0, 2, 3), dtype=None if x.is_cuda else torch.float64)


def _all(sums: Tensor) -> Tensor:
    if dist.is_available() and dist.is_initialized():
        dist.all_reduce(sums)
    return sums


class SynchronizedNorm(torch.autograd.Function):
    """(x [N, C, H, W], epsilon) to x normalized by channel, mean and variance of all processes, and how many values each is of."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, epsilon: float) -> Tuple[Tensor, Tensor, Tensor, Tensor]:  # type: ignore[override]
        wide = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
        own = _sums(wide)
        sums = _all(torch.cat([own, own.new_full((1,), x.numel() / x.shape[1])]))
        total = sums[-1]
        mean = (sums[:-1] / total).to(wide.dtype)
        centered = wide - mean[:, None, None]
        variance = _all(_sums(centered * centered)) / total
        scale = torch.rsqrt(variance + epsilon).to(wide.dtype)
        y = centered * scale[:, None, None]
        ctx.save_for_backward(y, scale, total)
        ctx.mark_non_differentiable(mean, variance, total)
        return y.to(x.dtype), mean, variance.to(wide.dtype), total.to(wide.dtype)

    @staticmethod
    def backward(ctx: Any, dy: Tensor, *_: Any) -> Tuple[Tensor, None]:  # type: ignore[override]
        y, scale, total = ctx.saved_tensors
        wide = dy.to(y.dtype)
        both = _all(torch.stack([_sums(wide), _sums(wide * y)])) / total
        about, along = both.to(y.dtype)[:, :, None, None]
        return ((wide - about - y * along) * scale[:, None, None]).to(dy.dtype), None
