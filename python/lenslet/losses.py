"""The losses that a network can ask for, one loss per image, and what each image is counted as right by."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Optional, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor

#: The closing layer whose input a loss takes, instead of its output.
closing_layers: Dict[str, str] = {"cross-entropy": "softmax", "sigmoid-cross-entropy": "sigmoid"}


def weights_of(settings: Mapping[str, Any], like: Tensor) -> Optional[Tensor]:
    given = settings.get("classWeights", settings.get("positiveWeights"))
    return None if given is None else torch.tensor(given, dtype=like.dtype, device=like.device)


def losses_of(settings: Mapping[str, Any], scores: Tensor, targets: Tensor) -> Tuple[Tensor, Optional[Tensor]]:
    """
    The loss of each image, [N], and whether each is right, or None where a loss has no such notion. The loss of a batch is the
    mean; with class weights, which the losses here contain, their sum divided by that of ``weight_of``.

    scores: [N, K]. targets: [N] classes (also [N, K] shares), [N, K] labels from 0 to 1, or [N, K] numbers.
    """
    kind = settings["kind"]
    weights = weights_of(settings, scores)
    if kind == "cross-entropy":
        smoothing = settings.get("smoothing", 0)
        classes = scores.shape[1]
        shares = targets if targets.dim() == 2 else F.one_hot(targets.long(), classes)
        shares = shares.to(scores.dtype) * (1 - smoothing) + smoothing / classes
        if weights is not None:
            shares = shares * weights
        best = targets if targets.dim() == 1 else targets.argmax(1)
        return -(shares * F.log_softmax(scores, 1)).sum(1), scores.argmax(1) == best
    if kind == "hinge":
        own = scores.gather(1, targets.long()[:, None])
        violations = (settings.get("margin", 1) + scores - own).clamp_min(0).scatter(1, targets.long()[:, None], 0)
        total = (violations * violations if settings.get("power", 1) == 2 else violations).sum(1) / scores.shape[1]
        total = total if weights is None else total * weights[targets.long()]
        return total, scores.argmax(1) == targets
    if kind == "squared-error":
        return ((scores - targets) ** 2).mean(1), None
    if kind == "huber":
        return F.huber_loss(scores, targets.to(scores.dtype), reduction="none", delta=settings.get("delta", 1)).mean(1), None
    if kind == "sigmoid-cross-entropy":
        each = F.binary_cross_entropy_with_logits(scores, targets.to(scores.dtype), reduction="none", pos_weight=weights)
        return each.mean(1), ((scores > 0) == (targets > 0.5)).all(1)
    raise ValueError(f"no loss {kind!r}; expected cross-entropy, hinge, squared-error, huber or sigmoid-cross-entropy")


def weight_of(settings: Mapping[str, Any], targets: Tensor) -> Optional[Tensor]:
    """
    What each image counts in the mean over a batch, or None for 1. Only cross-entropy of classes divides by the classes' weights;
    shares of classes are weighted, but not divided.
    """
    given = settings.get("classWeights")
    if given is None or settings["kind"] != "cross-entropy" or targets.dim() == 2:
        return None
    return torch.tensor(given, dtype=torch.float32, device=targets.device)[targets.long()]
