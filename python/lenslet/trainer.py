"""A training from where it stands to its end, in the files of a folder."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import Any, Dict, Mapping, Optional

import torch
from torch import Tensor

from . import checkpoint, safetensors
from .batches import Batches
from .checkpoint import Best, State, Tally
from .checksum import checksum_of
from .datasets import Dataset, Split, open_dataset
from .errors import DivergedError, WorldSizeError
from .evaluation import Evaluation, evaluate
from .metrics import MetricsFile, Record, record_interval
from .precision import Precision
from .progress import Progress, duration
from .recipe import read_recipe
from .stepper import Stepper
from .world import World

CHECKPOINT, METRICS, LAST, BEST = "checkpoint.safetensors", "metrics.jsonl", "last.safetensors", "best.safetensors"
_BEST = "best:"


@dataclass
class Options:
    #: Where recipe.json lies.
    folder: str
    #: Where files are written.
    out: str
    #: The folder of image files, in place of the recipe's.
    data: Optional[str] = None
    sync_bn: bool = False
    amp: bool = False
    #: 64-bit floats.
    double: bool = False
    #: Begin again, whatever checkpoint there is.
    fresh: bool = False
    #: Seconds between two checkpoints within an epoch.
    checkpoint_seconds: float = 60.0
    #: Threads that read and augment images.
    workers: int = 1
    #: Stop after this many steps, to try out: nothing but metrics is written then.
    steps: Optional[int] = None
    quiet: bool = False


def check_world(recipe: Mapping[str, Any], world: World) -> None:
    """Raises WorldSizeError where a batch cannot be shared."""
    batch = recipe["batch"]
    if batch % world.size == 0:
        return
    fitting = [str(size) for size in range(1, batch + 1) if batch % size == 0 and size <= 2 * world.size]
    raise WorldSizeError(
        "the batch cannot be shared equally",
        f"a batch of {batch} images and {world.size} processes",
        f"a number of processes that divides {batch}: {', '.join(fitting)}",
        "another --nproc-per-node or --nnodes, or another --batch in `lenslet export --torch`",
    )


class Trainer:
    def __init__(self, options: Options, world: World) -> None:
        from lenslet_torch import load

        self.options = options
        self.world = world
        self.recipe = read_recipe(options.folder)
        check_world(self.recipe, world)
        self.dataset: Dataset = open_dataset(options.folder, self.recipe, options.data)
        self.precision = Precision(world.device, options.amp, options.double)
        _, self._metadata = safetensors.read(os.path.join(options.folder, "weights.safetensors"))
        network = load(*(os.path.join(options.folder, name) for name in ("network.json", "weights.safetensors")))
        self.network = network.to(world.device, self.precision.real)
        self.stepper = Stepper(self.network, self.recipe, world, self.precision, options.sync_bn and world.size > 1)
        self.state = State()
        self._best: Dict[str, Tensor] = {}
        self._identity = checkpoint.identity(options.folder, self.precision.real)
        self.resumed = self._resume()
        self._saved = time.monotonic()
        self._records: Optional[MetricsFile] = None
        self._last: Optional[Evaluation] = None
        self.progress = Progress(self._steps, self.state.step, self._images_per_step, options.quiet or not world.leads)

    @property
    def _images_per_step(self) -> int:
        return self.recipe["batch"] * self.recipe["accumulate"]

    @property
    def _steps(self) -> int:
        whole = self.recipe["epochs"] * self.recipe["stepsPerEpoch"]
        return whole if self.options.steps is None else min(whole, self.options.steps)

    @property
    def _watched(self) -> "tuple[str, Optional[Split]]":
        """What is evaluated after each epoch."""
        if self.dataset.validation is not None:
            return "validation", self.dataset.validation
        return "test", self.dataset.test

    def run(self) -> Optional[Record]:
        """What the training came to; None where ``steps`` ended it."""
        recipe, state = self.recipe, self.state
        per_epoch = recipe["stepsPerEpoch"]
        self._open()
        batches = Batches(self.dataset.train, recipe, self.world.rank, self.world.size)
        self.stepper.begin(batches, state.step, self.options.workers)
        stopped_early = False
        while state.epochs < recipe["epochs"]:
            if state.step == (state.epochs + 1) * per_epoch:
                self._finish_epoch()
                continue
            if state.step % per_epoch == 0 and self._is_hopeless():
                stopped_early = True
                break
            if state.step >= self._steps:
                self._tried()
                return None
            self.step()
        return self._finish(stopped_early)

    # --- steps and epochs ---------------------------------------------------------------------------------------------

    def step(self) -> None:
        """One update, and what is recorded of it."""
        state, per_epoch = self.state, self.recipe["stepsPerEpoch"]
        began = time.monotonic()
        if state.step % per_epoch == 0:
            state.epoch = Tally()
        tally = self.stepper.take(state.step)
        state.step += 1
        state.epoch.add(tally)
        state.interval.add(tally)
        state.seconds += time.monotonic() - began
        if (state.step % per_epoch) % record_interval(per_epoch) == 0:
            self._record({"kind": "step", **self._place(), **self._means(state.interval), "seconds": state.seconds})
            state.interval = Tally()
        epoch = self._place()["epoch"]
        self.progress.show(state.step, epoch, self.recipe["epochs"], state.epoch.mean_loss(), self._means(state.epoch).get("accuracy"))
        if self.world.leads and time.monotonic() - self._saved > self.options.checkpoint_seconds:
            self.save()

    def _finish_epoch(self) -> None:
        recipe, state = self.recipe, self.state
        began = time.monotonic()
        self._check_weights()
        self.stepper.share_statistics()
        name, split = self._watched
        due = recipe["evaluate"] == "epoch" or (recipe["evaluate"] == "end" and state.epochs + 1 == recipe["epochs"])
        measured: Record = {}
        self._last = None
        if due and split is not None:
            if recipe["ema"] is not None:
                plain = evaluate(self.network, split, recipe, self.world)
                measured.update(_named("plain", plain))
            self.stepper.means.exchange()
            self._last = evaluate(self.network, split, recipe, self.world)
            measured.update(_named(name, self._last))
            self._keep_if_best(self._last, state.epochs + 1)
            self.stepper.means.exchange()
            if not self._last.loss < float("inf"):
                raise DivergedError(f"the loss on the {name} images is not finite", str(self._last.loss), advice="a lower rate")
        seconds = time.monotonic() - began
        self.progress.pause(seconds)
        state.seconds += seconds
        record = {"kind": "epoch", **self._place(), **self._means(state.epoch), **measured, "seconds": state.seconds}
        self._record(record)
        state.epochs += 1
        self.progress.line(_epoch_line(record, recipe["epochs"], self.progress.rate(state.step)))
        self.save()

    def _keep_if_best(self, evaluation: Evaluation, epoch: int) -> None:
        best = self.state.best
        if best is not None and not evaluation.loss < best.loss:
            return
        self.state.best = Best(epoch, evaluation.loss, evaluation.accuracy)
        if self.recipe["keep"] == "best":
            self._best = {name: value.cpu().clone() for name, value in self.network.weights().items()}

    def _is_hopeless(self) -> bool:
        """No lower loss in the last epochs, those of the warm-up not counted."""
        patience, best = self.recipe["patience"], self.state.best
        if patience is None or best is None:
            return False
        warmup = max(group["schedule"].get("warmup", 0) for group in self.recipe["groups"])
        return self.state.epochs - max(best.epoch, -int(-(warmup - 1e-9) // 1)) >= patience

    def _check_weights(self) -> None:
        bad = [name for name, value in self.network.weights().items() if not bool(torch.isfinite(value).all())]
        if bad:
            advice = "a lower rate, or --clip-norm 1, in `lenslet export --torch`"
            raise DivergedError(f"weights are not finite after step {self.state.step}", ", ".join(bad[:3]), advice=advice)

    # --- the end ------------------------------------------------------------------------------------------------------

    def _finish(self, stopped_early: bool) -> Record:
        recipe, state, options = self.recipe, self.state, self.options
        self.stepper.means.exchange()
        on, split = self._watched
        if self._last is None and split is not None and recipe["evaluate"] != "never":
            # It ended before, and was broken off while it wrote what follows.
            self._last = evaluate(self.network, split, recipe, self.world)
        kept, evaluation = state.epochs, self._last
        if self.world.leads:
            self._write_model(LAST, self.network.weights())
        if self._best and state.best is not None:
            kept = state.best.epoch
            self.network.load_weights({name: value.to(self.world.device) for name, value in self._best.items()})
            evaluation = Evaluation(state.best.loss, state.best.accuracy)
            if self.world.leads:
                self._write_model(BEST, self._best)
        if recipe["evaluate"] != "never" and self.dataset.validation is not None and self.dataset.test is not None:
            evaluation, on = evaluate(self.network, self.dataset.test, recipe, self.world), "test"
        rate = self.progress.rate(state.step)
        result: Record = {
            "kind": "done",
            "epochs": state.epochs,
            "step": state.step,
            "keptEpoch": kept,
            **({} if evaluation is None else _named(on, evaluation)),
            "seconds": state.seconds,
            "imagesPerSecond": rate,
            "stopped": "early" if stopped_early else None,
            "model": os.path.join(options.out, BEST if self._best else LAST),
        }
        self._record(result)
        if self._records is not None:
            self._records.close()
        return result

    def _tried(self) -> None:
        """``steps`` are done."""
        state = self.state
        rate = self.progress.rate(state.step)
        self.progress.line(f"{state.step} steps, loss {state.epoch.mean_loss():.4f}, {rate:,.0f} images/s; no weights are written (--steps)")
        if self._records is not None:
            self._records.close()

    def _write_model(self, name: str, weights: Mapping[str, Tensor]) -> None:
        """As a Lenslet model file, which every verb reads: with the texts of the first weights. Its weights are 32-bit floats."""
        weights = {key: value.float() for key, value in weights.items()}
        metadata = {**self._metadata, "checksum": checksum_of(self._metadata, weights)}
        safetensors.write(os.path.join(self.options.out, name), weights, metadata)

    # --- files --------------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        if not self.world.leads:
            return
        os.makedirs(self.options.out, exist_ok=True)
        self._records = MetricsFile(os.path.join(self.options.out, METRICS), self.state.step, self.state.epochs)

    def _record(self, record: Record) -> None:
        if self._records is not None:
            self._records.append(record)

    def save(self) -> None:
        """Writes the checkpoint."""
        if not self.world.leads or self.options.steps is not None:
            return
        self.state.scale = float(self.precision.scaler.get_scale())
        tensors = dict(self.network.weights())
        for prefix, more in (
            ("optimizer:", self.stepper.update.state()),
            ("mean:", self.stepper.means.mean),
            ("slow:", self.stepper.means.slow),
            (_BEST, self._best),
        ):
            tensors.update({prefix + name: value for name, value in more.items()})
        checkpoint.write(os.path.join(self.options.out, CHECKPOINT), self._identity, self.state, tensors)
        self._saved = time.monotonic()

    def _resume(self) -> bool:
        """Goes on from the checkpoint of rank 0, where there is one. Raises CheckpointError."""
        found = None
        if self.world.leads and not self.options.fresh:
            found = checkpoint.read(os.path.join(self.options.out, CHECKPOINT), self._identity)
        found = self.world.from_leader(found)
        if found is None:
            return False
        self.state, tensors = found
        parts: Dict[str, Dict[str, Tensor]] = {}
        for name, value in tensors.items():
            prefix, _, rest = name.rpartition(":")
            parts.setdefault(prefix, {})[rest] = value
        self.network.load_weights(parts[""])
        self.stepper.update.load_state(parts.get("optimizer", {}))
        for kept, saved in ((self.stepper.means.mean, "mean"), (self.stepper.means.slow, "slow")):
            for name in kept:
                kept[name].copy_(parts[saved][name])
        self._best = parts.get("best", {})
        if self.precision.scaler.is_enabled():
            self.precision.scaler.load_state_dict({**self.precision.scaler.state_dict(), "scale": self.state.scale})
        return True

    # --- words --------------------------------------------------------------------------------------------------------

    def _place(self) -> Record:
        state, per_epoch = self.state, self.recipe["stepsPerEpoch"]
        epoch = -(-state.step // per_epoch)
        return {"epoch": epoch, "step": state.step, "rate": self.stepper.update.rate(max(0, state.step - 1))}

    def _means(self, tally: Tally) -> Record:
        """Numbers are neither right nor wrong."""
        means = {"loss": tally.mean_loss()}
        return means if self.recipe["targets"] == "numbers" else {**means, "accuracy": tally.accuracy()}

    def introduction(self) -> "list[str]":
        recipe, state = self.recipe, self.state
        share = recipe["batch"] // self.world.size
        of_each = f", {share} in each process" if self.world.size > 1 else ""
        lines = [
            f"Training {recipe['name']} on {recipe['counts']['train']:,} images of {recipe['data']['source']}: "
            f"{recipe['epochs']} epochs, batches of {recipe['batch']}{of_each}",
            f"PyTorch {torch.__version__}, {self.world.describe()}, {self.precision.describe()}",
        ]
        if self.world.size > 1 and self.network.has_batch_norm():
            synchronized = f"Batch normalization: over the whole batch of {recipe['batch']} images (--sync-bn)"
            alone = f"Batch normalization: each process by its own {share} images; --sync-bn for the whole batch"
            lines.append(synchronized if self.network.step.synchronized else alone)
        if self.resumed and state.epochs == recipe["epochs"]:
            lines.append("It is complete already: its weights are written again; --fresh begins anew")
        elif self.resumed:
            lines.append(f"Going on from step {state.step:,} of {recipe['epochs'] * recipe['stepsPerEpoch']:,}")
        return lines

    def conclusion(self, result: Record) -> "list[str]":
        accuracy, loss = (result.get(f"test{what}", result.get(f"validation{what}")) for what in ("Accuracy", "Loss"))
        on = "test" if "testLoss" in result else "validation"
        lines = []
        if accuracy is not None:
            lines.append(f"{on} accuracy: {100 * accuracy:.2f} % (loss {loss:.4f})")
        elif loss is not None:
            lines.append(f"{on} loss: {loss:.4f}")
        early = ", stopped early: the loss was no longer falling" if result["stopped"] else ""
        rate = f": {result['imagesPerSecond']:,.0f} images/s" if result["imagesPerSecond"] > 0 else ""
        lines.append(f"{result['epochs']} epochs in {duration(result['seconds'])}{rate}{early}")
        lines += [f"weights {result['model']} (epoch {result['keptEpoch']})", "", "Try next:", f"  lenslet convert {result['model']} model.lenslet"]
        return lines


def _named(split: str, evaluation: Evaluation) -> Record:
    found: Record = {f"{split}Loss": evaluation.loss}
    return found if evaluation.accuracy is None else {**found, f"{split}Accuracy": evaluation.accuracy}


def _epoch_line(record: Record, epochs: int, rate: float) -> str:
    parts = [f"epoch {record['epoch']}/{epochs}", f"loss {record['loss']:.4f}"]
    if "accuracy" in record:
        parts.append(f"accuracy {100 * record['accuracy']:.2f} %")
    for split in ("validation", "test"):
        if f"{split}Loss" in record:
            parts.append(f"{split} loss {record[f'{split}Loss']:.4f}")
        if f"{split}Accuracy" in record:
            parts.append(f"{split} accuracy {100 * record[f'{split}Accuracy']:.2f} %")
    return "  ".join([*parts, f"{rate:,.0f} images/s"])
