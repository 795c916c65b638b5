"""What is minimized: the network's loss over the images of one process, as a module, so that DistributedDataParallel sees it run."""

from __future__ import annotations

from typing import Any, Mapping, NamedTuple, Optional

import torch
from torch import Tensor, nn

from .losses import losses_of, weight_of
from .precision import Precision


class Losses(NamedTuple):
    #: Of all images of this process, added up; with those of auxiliary heads.
    loss: Tensor
    #: How many of them are right; 0 for numbers, which are neither.
    hits: Tensor


class Objective(nn.Module):
    def __init__(self, network: Any, loss: Mapping[str, Any], precision: Precision) -> None:
        super().__init__()
        self.network = network
        self._loss = loss
        self._precision = precision

    def forward(self, images: Tensor, targets: Tensor) -> Losses:
        with self._precision.context():
            heads = self.network.heads(images)
        total: Optional[Tensor] = None
        hits: Optional[Tensor] = None
        for weight, scores in heads:
            each, right = losses_of(self._loss, scores.float() if scores.dtype != torch.float64 else scores, targets)
            total = weight * each.sum() if total is None else total + weight * each.sum()
            if hits is None and right is not None:
                hits = right.sum()
        assert total is not None
        return Losses(total, torch.zeros_like(total) if hits is None else hits.to(total.dtype))

    def weight(self, targets: Tensor) -> Optional[Tensor]:
        """What the images of this process count in the mean over a batch; None: each 1."""
        weights = weight_of(self._loss, targets)
        return None if weights is None else weights.sum()
