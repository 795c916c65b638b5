"""A network on images that it is not trained on: each process takes its share."""

from __future__ import annotations

from typing import Any, Mapping, NamedTuple, Optional

import numpy as np
import torch

from .augmentation import Normalization
from .datasets import Split
from .losses import losses_of
from .world import World

#: Images at a time, and the most values of these.
_PORTION, _VALUES = 256, 2**22


class Evaluation(NamedTuple):
    #: Mean over the images, without label smoothing and class weights.
    loss: float
    #: None for numbers, which are neither right nor wrong.
    accuracy: Optional[float]


@torch.no_grad()
def evaluate(network: Any, split: Split, recipe: Mapping[str, Any], world: World) -> Evaluation:
    """In the floats of the weights, with running statistics. The mode of the network is as it was afterwards."""
    normalization = Normalization(recipe["normalization"])
    size = recipe["input"]["height"] * recipe["input"]["width"] * recipe["input"]["channels"]
    portion = max(1, min(_PORTION, _VALUES // size))
    # One run of images for each process: the last may be shorter.
    each = -(-len(split) // world.size)
    first, end = world.rank * each, min(len(split), (world.rank + 1) * each)
    real = next(network.parameters()).dtype
    sums = torch.zeros(3, dtype=torch.float64, device=world.device)
    modes = {module: module.training for module in network.modules()}
    network.eval()
    for start in range(first, end, portion):
        numbers = np.arange(start, min(end, start + portion))
        images = torch.from_numpy(normalization.bytes(split.read(numbers))).to(world.device, real)
        targets = torch.from_numpy(split.targets[numbers]).to(world.device)
        scores = network.heads(images, auxiliary=False)[0].scores
        losses, right = losses_of(recipe["evaluationLoss"], scores, targets)
        sums[0] += losses.double().sum()
        sums[1] += 0 if right is None else right.sum()
        sums[2] += len(numbers)
    for module, training in modes.items():
        module.training = training
    loss, hits, count = world.sum(sums).tolist()
    return Evaluation(loss / count, None if recipe["targets"] == "numbers" else hits / count)
