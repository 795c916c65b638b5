"""Means of weights over steps: a running mean (Polyak and Juditsky 1992) and Lookahead's slow weights (Zhang et al. 2019)."""

from __future__ import annotations

from typing import Callable, Dict, List, Mapping, NamedTuple, Optional

import torch
from torch import Tensor

from .mathematics import power


class Averaged(NamedTuple):
    """A weight that learns, or a running statistic; and whether it learns at a step."""

    name: str
    tensor: Tensor
    learns: Callable[[int], bool]


class Means:
    """``ema`` and ``lookahead`` as recipe.json has them; either may be None."""

    def __init__(
        self,
        averaged: List[Averaged],
        ema: Optional[Mapping[str, float]],
        lookahead: Optional[Mapping[str, float]],
        steps: int,
    ) -> None:
        self._averaged = averaged
        self._ema = ema
        self._lookahead = lookahead
        self._steps = steps
        self.mean: Dict[str, Tensor] = self._copies() if ema is not None else {}
        self.slow: Dict[str, Tensor] = self._copies() if lookahead is not None else {}

    @torch.no_grad()
    def take(self, step: int) -> None:
        """After the update of step 0, 1, …"""
        kept = self._slow_kept(step + 1)
        for name, tensor, learns in self._averaged:
            if kept is not None and learns(step):
                slow = self.slow[name]
                slow.mul_(kept).add_(tensor, alpha=1 - kept)
                tensor.copy_(slow)
            if self._ema is not None:
                decay = 0.0 if step == 0 else self._ema["decay"]
                self.mean[name].mul_(decay).add_(tensor, alpha=1 - decay)

    @torch.no_grad()
    def exchange(self) -> None:
        """Puts the running mean in the place of the weights, or the weights back."""
        for name, tensor, _ in self._averaged:
            if name in self.mean:
                weights = tensor.clone()
                tensor.copy_(self.mean[name])
                self.mean[name].copy_(weights)

    def _slow_kept(self, done: int) -> Optional[float]:
        """The share of the slow weights that is kept; None where they do not move. done: steps, this one among them."""
        if self._lookahead is None:
            return None
        if done % self._lookahead["every"] == 0:
            return self._lookahead["keep"] * power(done / self._steps, int(self._lookahead["power"]))
        # What the last steps alone have found is given up.
        return 1.0 if done == self._steps else None

    def _copies(self) -> Dict[str, Tensor]:
        return {name: tensor.detach().clone() for name, tensor, _ in self._averaged}
