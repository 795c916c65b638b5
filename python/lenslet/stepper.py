"""One update after the other: each process computes its share of the batch, gradients are averaged, all update alike."""

from __future__ import annotations

import math
import warnings
from contextlib import nullcontext
from typing import Any, List, Mapping, Optional

import torch
from torch import Tensor
from torch.nn.parallel import DistributedDataParallel

from .batches import Batch, Batches
from .checkpoint import Tally
from .errors import DivergedError
from .means import Averaged, Means
from .objective import Objective
from .optimizers import Update, Weight
from .precision import Precision
from .world import World


class Stepper:
    """
    The network in training. The gradient of a batch is that of the mean over all its images, as one process has it: each process
    divides its sum by what the whole batch counts, and DistributedDataParallel's mean over processes is undone.
    """

    def __init__(self, network: Any, recipe: Mapping[str, Any], world: World, precision: Precision, synchronized: bool) -> None:
        self.network = network
        self._recipe = recipe
        self._world = world
        self._precision = precision
        frozen = set(recipe["frozen"])
        fixed = set(recipe["fixed"])
        network.train()
        network.synchronize(synchronized)
        network.step.seed = recipe["seed"]
        for name in frozen:
            network.layer(name).eval()
        weights = [Weight(name, tensor, shape, axes) for name, tensor, shape, axes in network.stored()]
        for weight in weights:
            layer = weight.name.rpartition(".")[0]
            if weight.tensor.requires_grad and (layer in frozen or weight.name in fixed):
                weight.tensor.requires_grad_(False)
        self.update = Update(weights, recipe)
        #: Running statistics of the layers that are not frozen.
        self.tracked = [w for w in weights if w.name.rpartition(".")[0] not in frozen and w.name in network.tracked()]
        self.means = Means(self._averaged(), recipe["ema"], recipe["lookahead"], recipe["epochs"] * recipe["stepsPerEpoch"])
        self._objective = Objective(network, recipe["loss"], precision)
        #: What runs forward: gradients are averaged while they are computed.
        self._module: Any = self._objective
        if world.size > 1:
            # Of filters with one channel, whose memory has two names: nothing is wrong, and nothing is slower.
            warnings.filterwarnings("ignore", "Grad strides do not match bucket view strides")
            device = [world.device] if world.device.type == "cuda" else None
            self._module = DistributedDataParallel(self._objective, device_ids=device, broadcast_buffers=False)

    def begin(self, batches: Batches, step: int, workers: int) -> None:
        """The next step is ``step``."""
        self._share = batches
        self.network.step.first = batches.first
        self._batches = batches.ahead(step * self._recipe["accumulate"], workers)

    def take(self, step: int) -> Tally:
        """Raises DivergedError, and then no weight has changed."""
        accumulate = self._recipe["accumulate"]
        statistics = [weight.tensor.clone() for weight in self.tracked]
        sums = torch.zeros(3, dtype=torch.float64, device=self._world.device)
        for part in range(accumulate):
            self.network.step.number, batch = next(self._batches)
            waits = part < accumulate - 1 and self._world.size > 1
            with self._module.no_sync() if waits else nullcontext():
                sums += self._backward(batch)
        loss, hits, count = self._world.sum(sums).tolist()
        bad = None if math.isfinite(loss) else f"a loss of {loss / count}"
        if bad is None:
            bad = self._clip()
        if bad is not None:
            self._restore(statistics)
            raise DivergedError(
                f"the training diverged at step {step + 1}",
                f"{bad} at learning rate {self.update.rate(step):g}",
                "finite losses and gradients",
                "a lower rate, or --clip-norm 1, in `lenslet export --torch`",
            )
        self.update.take(step, self._precision.scaler)
        self._precision.scaler.update()
        self.update.clear()
        self.means.take(step)
        return Tally(loss, hits, int(count))

    def _backward(self, batch: Batch) -> Tensor:
        """Adds a batch's gradients; gives its losses, hits and number of images in this process."""
        device = self._world.device
        images, targets = (torch.from_numpy(array).to(device, non_blocking=True) for array in batch)
        images = images.to(self._precision.real)
        whole = self._recipe["batch"]
        own = self._objective.weight(targets)
        # A batch whose classes all weigh 0 has a loss of 0.
        counts: Any = whole
        if own is not None:
            total = self._world.sum(own.clone())
            counts = torch.where(total == 0, torch.full_like(total, math.inf), total)
        losses = self._module(images, targets)
        mean = losses.loss / counts
        self._precision.scaler.scale(mean * (self._world.size / self._recipe["accumulate"])).backward()
        # As means over the images of the batch, like Lenslet's.
        stated = torch.stack([(mean * whole).detach().double(), losses.hits.detach().double()])
        return torch.cat([stated, torch.full((1,), float(len(batch.images)), dtype=torch.float64, device=device)])

    def _clip(self) -> Optional[str]:
        """What is wrong with the gradients, where they are clipped."""
        scaler = self._precision.scaler
        for group in self.update.groups:
            scaler.unscale_(group.optimizer)
        norm = self.update.clip()
        # Losses that were scaled up too far overflow now and then: the scaler leaves out the step.
        if norm is None or math.isfinite(norm) or scaler.is_enabled():
            return None
        return f"gradients of norm {norm}"

    def _restore(self, statistics: List[Tensor]) -> None:
        with torch.no_grad():
            for weight, before in zip(self.tracked, statistics):
                weight.tensor.copy_(before)

    @torch.no_grad()
    def share_statistics(self) -> None:
        """Running statistics that each process has from its own images become their mean."""
        if self._world.size == 1 or self.network.step.synchronized:
            return
        for weight in self.tracked:
            self._world.sum(weight.tensor).div_(self._world.size)

    def _averaged(self) -> List[Averaged]:
        learned = [Averaged(w.name, w.tensor.data, group.learns) for group in self.update.groups for w in group.weights]
        return learned + [Averaged(weight.name, weight.tensor, lambda _: True) for weight in self.tracked]
