"""
Compares every layer, forward and backward, with what Lenslet's float64 reference computed:

    python3 python/check_layers.py FOLDER     # written by `npm run torch-check`

Computes in float64. A difference counts relative to the largest value of its array. Prints one line of JSON.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Dict, List

import torch
from torch import Tensor

from lenslet import safetensors
from lenslet_torch import load

#: The arrays are rounded to float32; the reference and PyTorch add up in another order.
TOLERANCE = 1e-5


def difference(found: Tensor, expected: Tensor) -> float:
    """The largest difference, relative to the largest value. A NaN must be where a NaN is."""
    found, expected = found.reshape(expected.shape).double(), expected.double()
    if not torch.equal(found.isnan(), expected.isnan()):
        return float("inf")
    most = expected[~expected.isnan()].abs().max().item() if expected.numel() and not expected.isnan().all() else 0.0
    apart = (found - expected).abs()
    return apart[~apart.isnan()].max().item() / max(most, 1e-6) if apart.numel() and not apart.isnan().all() else 0.0


def check(folder: str) -> Dict[str, float]:
    with open(os.path.join(folder, "trial.json"), encoding="utf-8") as file:
        trial = json.load(file)
    arrays, _ = safetensors.read(os.path.join(folder, "arrays.safetensors"))
    network = load(os.path.join(folder, "network.json")).double()
    network.load_weights({name[7:]: value for name, value in arrays.items() if name.startswith("weight.")})
    network.train(trial["training"])
    network.step.seed, network.step.number = trial["seed"], trial["step"]
    pictures = arrays["pictures"].double().requires_grad_()
    y = network(pictures)
    y.backward(arrays["dy"].double().reshape(y.shape))
    found = {"y": difference(y.detach(), arrays["y"])}
    found["gradient.pictures"] = difference(_gradient(pictures), arrays["gradient.pictures"])
    for name, value in network.weights(network.gradients()).items():
        if f"gradient.{name}" in arrays:
            found[f"gradient.{name}"] = difference(value, arrays[f"gradient.{name}"])
    for name, value in network.weights().items():
        if f"after.{name}" in arrays:
            found[f"after.{name}"] = difference(value, arrays[f"after.{name}"])
    return found


def _gradient(tensor: Tensor) -> Tensor:
    return torch.zeros_like(tensor) if tensor.grad is None else tensor.grad


def main(folder: str) -> int:
    failed: List[Dict[str, object]] = []
    worst = 0.0
    trials = sorted(os.listdir(folder))
    for name in trials:
        place = os.path.join(folder, name)
        with open(os.path.join(place, "trial.json"), encoding="utf-8") as file:
            text = json.load(file)["text"]
        try:
            found = check(place)
        except Exception as error:  # A layer that fails is one of the findings.
            failed.append({"text": text, "why": f"{type(error).__name__}: {error}"})
            continue
        apart = {key: value for key, value in found.items() if not value <= TOLERANCE}
        if apart:
            failed.append({"text": text, "why": ", ".join(f"{key} {value:.1e}" for key, value in apart.items())})
        else:
            worst = max(worst, *found.values())
    print(json.dumps({"torch": torch.__version__, "checked": len(trials), "failed": failed, "worst": worst}))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
