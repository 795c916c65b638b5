"""
Where a training stands, in one safetensors file that is written by rank 0, whole or not at all: weights, running means, optimizer
state, and the numbers of `State`. Order and augmentation are functions of the step, so there is nothing else to remember.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from typing import Any, Dict, Mapping, Optional, Tuple

import torch
from torch import Tensor

from . import safetensors
from .errors import CheckpointError

_FORMAT = "lenslet.torch-checkpoint"
_VERSION = "1"


@dataclass
class Tally:
    """Sums over images."""

    loss: float = 0.0
    hits: float = 0.0
    count: int = 0

    def add(self, other: "Tally") -> None:
        self.loss += other.loss
        self.hits += other.hits
        self.count += other.count

    def mean_loss(self) -> float:
        return self.loss / max(1, self.count)

    def accuracy(self) -> float:
        return self.hits / max(1, self.count)


@dataclass
class Best:
    """An epoch, counted from 1, and what the images that are not trained on gave after it."""

    epoch: int
    loss: float
    accuracy: Optional[float] = None


@dataclass
class State:
    #: Updates that are done.
    step: int = 0
    #: Epochs that are done, with their evaluation.
    epochs: int = 0
    #: Of training, over all starts.
    seconds: float = 0.0
    epoch: Tally = field(default_factory=Tally)
    #: Since the last record.
    interval: Tally = field(default_factory=Tally)
    best: Optional[Best] = None
    #: By which losses are scaled up; 1 without 16-bit floats.
    scale: float = 1.0


Checkpoint = Tuple[State, Dict[str, Tensor]]


def identity(folder: str, real: torch.dtype = torch.float32) -> str:
    """What a training is: a digest of its recipe, its network, the weights that it starts from, and its floats."""
    digest = hashlib.sha256()
    for name in ("recipe.json", "network.json", "weights.safetensors"):
        with open(os.path.join(folder, name), "rb") as file:
            for part in iter(lambda: file.read(1 << 20), b""):
                digest.update(part)
    # State of 32 bits is of no use to a training in 64.
    if real != torch.float32:
        digest.update(str(real).encode())
    return digest.hexdigest()


def write(path: str, of: str, state: State, tensors: Mapping[str, Tensor]) -> None:
    """of: the training's identity."""
    metadata = {"format": _FORMAT, "version": _VERSION, "identity": of, "state": json.dumps(asdict(state))}
    safetensors.write(path, tensors, metadata)


def read(path: str, of: str) -> Optional[Checkpoint]:
    """None where there is none. Raises CheckpointError."""
    if not os.path.exists(path):
        return None
    try:
        tensors, metadata = safetensors.read(path)
    except safetensors.SafetensorsError as error:
        raise CheckpointError(f"{path} is damaged", str(error), advice="begin again: --fresh") from error
    if metadata.get("format") != _FORMAT or metadata.get("version") != _VERSION:
        received = f"{metadata.get('format')} {metadata.get('version')}"
        raise CheckpointError(f"{path} is no checkpoint of this train.py", received, f"{_FORMAT} {_VERSION}", "another folder: --out DIR")
    if metadata.get("identity") != of:
        raise CheckpointError(
            f"{path} belongs to another training",
            "a checkpoint of another recipe, network, precision or initial weights",
            advice="another folder: --out DIR; or begin again: --fresh",
        )
    return _state(json.loads(metadata["state"])), tensors


def _state(saved: Mapping[str, Any]) -> State:
    best = saved["best"]
    nested = {"epoch": Tally(**saved["epoch"]), "interval": Tally(**saved["interval"]), "best": None if best is None else Best(**best)}
    return State(**{**saved, **nested})
