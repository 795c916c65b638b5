"""
Trains small networks and compares each step with what Lenslet's own training had. Each is trained once more, broken off and
resumed, and must end with the same bits. One of them is also trained with 64-bit floats.

    python3 python/check_training.py FOLDER     # a folder for each training, written by test/torch/trainings.ts

A difference counts relative to the value, or to 1 where that is less. Prints one line of JSON.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any, Dict, List, Tuple

import torch

from lenslet import safetensors
from lenslet.trainer import LAST, METRICS, Options, Trainer
from lenslet.world import World

#: Both compute in float32, and add up in another order.
TOLERANCE = 1e-4


ALONE = World(0, 1, torch.device("cpu"))
#: The step after which a training is broken off.
BREAK = 7
#: Trained with 64-bit floats, too: it has batch normalization, dropout, groups and a running mean.
DOUBLE = "nesterov"


class Broken(Exception):
    """As if the process had been killed."""


def options_of(folder: str, out: str, fresh: bool, double: bool) -> Options:
    return Options(folder=folder, out=out, fresh=fresh, double=double, quiet=True)


class Breaking(Trainer):
    def step(self) -> None:
        super().step()
        if self.state.step == BREAK - 1:
            self.save()
        if self.state.step == BREAK:
            raise Broken


def broken_off(folder: str, out: str, double: bool) -> None:
    """Trains to step BREAK, with a checkpoint one step before, and then goes on from that to the end."""
    try:
        Breaking(options_of(folder, out, True, double), ALONE).run()
    except Broken:
        Trainer(options_of(folder, out, False, double), ALONE).run()


def check(folder: str, double: bool = False) -> Tuple[float, str]:
    """The largest difference, and where."""
    out, again = (os.path.join(folder, name + ("-double" if double else "")) for name in ("out", "again"))
    Trainer(options_of(folder, out, True, double), ALONE).run()
    with open(os.path.join(out, METRICS), encoding="utf-8") as file:
        records = [json.loads(line) for line in file]
    with open(os.path.join(folder, "expected.json"), encoding="utf-8") as file:
        expected = json.load(file)
    found = [record for record in records if record["kind"] != "done"]
    if len(found) != len(expected):
        return float("inf"), f"{len(found)} records in place of {len(expected)}"
    apart: Dict[str, float] = {}
    for own, other in zip(found, expected):
        for key, value in other.items():
            if key in ("seconds", "waited"):
                continue
            apart[f"{other['kind']} {other['step']} {key}"] = difference(own.get(key), value)
    weights, _ = safetensors.read(os.path.join(out, LAST))
    kept, _ = safetensors.read(os.path.join(folder, "expected.safetensors"))
    if sorted(weights) != sorted(kept):
        return float("inf"), "other weights"
    broken_off(folder, again, double)
    resumed, _ = safetensors.read(os.path.join(again, LAST))
    moved = [name for name, value in resumed.items() if not torch.equal(value, weights[name])]
    if moved or _steps(again) != _steps(out):
        return float("inf"), f"broken off and resumed: other bits, {', '.join(moved)}"
    where = max(apart, key=lambda key: apart[key])
    return apart[where], where


def _steps(out: str) -> List[Any]:
    """What was recorded, without times."""
    with open(os.path.join(out, METRICS), encoding="utf-8") as file:
        return [(record["kind"], record["step"], record.get("loss")) for record in map(json.loads, file)]


def difference(own: Any, other: Any) -> float:
    if isinstance(other, str):
        return 0.0 if own == other else float("inf")
    return abs(own - other) / max(1.0, abs(other)) if isinstance(own, (int, float)) else float("inf")


def main(folder: str) -> int:
    torch.set_num_threads(1)
    failed: List[Dict[str, Any]] = []
    worst = 0.0
    names = sorted(os.listdir(folder))
    for name, double in [(name, False) for name in names] + [(name, True) for name in names if name == DOUBLE]:
        try:
            apart, where = check(os.path.join(folder, name), double)
        except Exception as error:  # A training that fails is one of the findings.
            apart, where = float("inf"), f"{type(error).__name__}: {error}"
        if apart <= TOLERANCE:
            worst = max(worst, apart)
        else:
            failed.append({"name": f"{name} in 64 bits" if double else name, "why": f"{where}: {apart:.1e} apart"})
    print(json.dumps({"torch": torch.__version__, "checked": len(names), "failed": failed, "worst": worst}))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
