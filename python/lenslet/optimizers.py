"""
Lenslet's optimizers. All but Muon are PyTorch's own, whose formulas Lenslet has: the names of the numbers are translated. A group of
weights has an optimizer of its own.
"""

from __future__ import annotations

import math
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple

import torch
from torch import Tensor
from torch.nn.utils import clip_grad_norm_
from torch.optim import SGD, Adadelta, Adagrad, Adam, AdamW, Optimizer, RMSprop

from .errors import RecipeError
from .schedules import rate_at


class Weight:
    """A parameter by Lenslet's name, with Lenslet's shape and the axes that turn it into PyTorch's (None: the same)."""

    def __init__(self, name: str, tensor: Tensor, shape: Tuple[int, ...], axes: Optional[Tuple[int, ...]]) -> None:
        self.name = name
        self.tensor = tensor
        self.shape = shape
        self.axes = axes

    def matrix(self, tensor: Tensor) -> Tensor:
        """A tensor of the parameter's size as Muon sees it: one column for each filter, [F*F*C, K]."""
        if self.axes is not None:
            tensor = tensor.permute([self.axes.index(axis) for axis in range(len(self.axes))])
        return tensor.reshape(-1, self.shape[-1])

    def unmatrix(self, matrix: Tensor) -> Tensor:
        shaped = matrix.reshape(self.shape)
        return shaped if self.axes is None else shaped.permute(self.axes)


#: Of the polynomial a*x + b*x**3 + c*x**5, which brings singular values from (0, 1] to about 1 in few steps.
_COEFFICIENTS = (3.4445, -4.775, 2.0315)


def orthogonalized(matrix: Tensor, steps: int) -> Tensor:
    """The matrix with singular values of about 1, by Newton-Schulz (Jordan et al. 2024)."""
    a, b, c = _COEFFICIENTS
    x = matrix / (matrix.norm() + 1e-7)
    rows, columns = x.shape
    for _ in range(steps):
        gram = x.t() @ x if columns <= rows else x @ x.t()
        factor = b * gram + c * (gram @ gram)
        factor.diagonal().add_(a)
        x = x @ factor if columns <= rows else factor @ x
    return x


class Muon(Optimizer):
    """
    Muon (Jordan et al. 2024): momentum whose matrix is made nearly orthogonal before it moves the weights. With filterNorm the
    weights are first scaled to filters of this mean norm, as airbench94 does.
    """

    def __init__(self, weights: Sequence[Weight], lr: float, momentum: float, ns_steps: int, filter_norm: float, weight_decay: float) -> None:
        self._weights = list(weights)
        defaults = {"lr": lr, "momentum": momentum, "ns_steps": ns_steps, "filter_norm": filter_norm, "weight_decay": weight_decay}
        super().__init__([weight.tensor for weight in weights], defaults)

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        settings = self.param_groups[0]
        for weight in self._weights:
            p, gradient = weight.tensor, weight.tensor.grad
            if gradient is None:
                continue
            velocity = self.state[p].setdefault("velocity", torch.zeros_like(p))
            velocity.mul_(settings["momentum"]).add_(gradient)
            direction = weight.matrix(gradient + settings["momentum"] * velocity)
            move = weight.unmatrix(orthogonalized(direction, settings["ns_steps"]))
            rows, columns = direction.shape
            size = math.sqrt(max(1, columns / rows))
            if settings["filter_norm"] > 0:
                norm = p.norm()
                p.mul_(torch.where(norm > 0, settings["filter_norm"] * math.sqrt(columns) / norm, torch.ones_like(norm)))
                size = 1
            p.sub_(settings["lr"] * (size * move + settings["weight_decay"] * p))


def _sgd(weights: Sequence[Weight], s: Mapping[str, Any]) -> Optimizer:
    momentum = s.get("momentum", 0)
    nesterov = s["kind"] == "nesterov" and momentum > 0
    return SGD(_tensors(weights), s["rate"], momentum, weight_decay=s["weightDecay"], nesterov=nesterov)


def _adam(weights: Sequence[Weight], s: Mapping[str, Any]) -> Optimizer:
    kind = AdamW if s["kind"] == "adamw" else Adam
    return kind(_tensors(weights), s["rate"], (s["beta1"], s["beta2"]), s["epsilon"], s["weightDecay"])


def _tensors(weights: Sequence[Weight]) -> List[Tensor]:
    return [weight.tensor for weight in weights]


#: By the kind that recipe.json names.
optimizers: Dict[str, Callable[[Sequence[Weight], Mapping[str, Any]], Optimizer]] = {
    "sgd": _sgd,
    "momentum": _sgd,
    "nesterov": _sgd,
    "adagrad": lambda weights, s: Adagrad(_tensors(weights), s["rate"], eps=s["epsilon"], weight_decay=s["weightDecay"]),
    "rmsprop": lambda weights, s: RMSprop(
        _tensors(weights), s["rate"], s["smoothing"], s["epsilon"], s["weightDecay"], s["momentum"]
    ),
    "adam": _adam,
    "adamw": _adam,
    "adadelta": lambda weights, s: Adadelta(_tensors(weights), s["rate"], s["smoothing"], s["epsilon"], s["weightDecay"]),
    "muon": lambda weights, s: Muon(weights, s["rate"], s["momentum"], s["nsSteps"], s["filterNorm"], s["weightDecay"]),
}


class Group:
    """Weights that learn alike, in the steps from ``first`` to before ``end``."""

    def __init__(self, weights: Sequence[Weight], settings: Mapping[str, Any], steps_per_epoch: int) -> None:
        self.weights = list(weights)
        self.optimizer = optimizers[settings["optimizer"]["kind"]](self.weights, settings["optimizer"])
        self._settings = settings
        self._steps_per_epoch = steps_per_epoch

    def learns(self, step: int) -> bool:
        """Otherwise the weights and their state stay as they are."""
        return self._settings["from"] <= step < self._settings["until"]

    def rate(self, step: int) -> float:
        schedule = self._settings["schedule"]
        time = max(0, step - schedule["from"])
        return rate_at(schedule, self._settings["optimizer"]["rate"], time, self._steps_per_epoch)


class Update:
    """The update of all weights that learn."""

    def __init__(self, weights: Sequence[Weight], recipe: Mapping[str, Any]) -> None:
        known = {weight.name: weight for weight in weights}
        unknown = [name for group in recipe["groups"] for name in group["weights"] if name not in known]
        if unknown:
            raise RecipeError("recipe.json names weights that network.json does not have", ", ".join(unknown[:3]))
        self.groups = [
            Group([known[name] for name in group["weights"]], group, recipe["stepsPerEpoch"]) for group in recipe["groups"]
        ]
        self._clip_norm = recipe["clipNorm"]

    def clip(self) -> Optional[float]:
        """Clips the norm of all gradients together, and gives what it was; None where nothing is clipped."""
        if self._clip_norm is None:
            return None
        tensors = [weight.tensor for group in self.groups for weight in group.weights]
        return float(clip_grad_norm_(tensors, self._clip_norm))

    def take(self, step: int, scaler: Any) -> None:
        for group in self.groups:
            if not group.learns(step):
                continue
            group.optimizer.param_groups[0]["lr"] = group.rate(step)
            scaler.step(group.optimizer)

    def rate(self, step: int) -> float:
        """Of the first group that learns: what metrics state."""
        return next((group.rate(step) for group in self.groups if group.learns(step)), 0.0)

    def clear(self) -> None:
        for group in self.groups:
            group.optimizer.zero_grad(set_to_none=True)

    def state(self) -> Dict[str, Tensor]:
        """All that the optimizers remember, by weight and name. Some of PyTorch's count steps in plain numbers: int64."""
        return {
            f"{weight.name}.{name}": value if isinstance(value, Tensor) else torch.tensor(value, dtype=torch.int64)
            for group in self.groups
            for weight in group.weights
            for name, value in group.optimizer.state.get(weight.tensor, {}).items()
            if value is not None
        }

    def load_state(self, state: Mapping[str, Tensor]) -> None:
        for group in self.groups:
            for weight in group.weights:
                own = {key[len(weight.name) + 1 :]: value for key, value in state.items() if key.startswith(f"{weight.name}.")}
                for name, value in own.items():
                    kept: Any = value if value.dim() == 0 else value.to(weight.tensor.device)
                    # Counters of steps stay on the CPU, as PyTorch has them.
                    group.optimizer.state[weight.tensor][name] = int(kept) if kept.dtype == torch.int64 else kept
