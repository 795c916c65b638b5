"""
recipe.json: all that a training depends on besides network, weights and data. The format is Lenslet's src/exchange/torch/recipe.ts,
which says what each key means. It is closed: an unknown or missing key is an error, so nothing is left out in silence.
"""

from __future__ import annotations

import json
import os
from typing import Any, Dict, Iterable, Mapping

from .errors import RecipeError

Recipe = Mapping[str, Any]

VERSION = 1

_RECIPE = (
    "format version name input classes normalization data counts epochs batch accumulate stepsPerEpoch seed targets loss "
    "evaluationLoss groups fixed frozen clipNorm ema lookahead augment evaluate keep patience start"
).split()
_DATA = {"arrays": "kind file source identity".split(), "files": "kind root file source identity prepare".split()}
_GROUP = "weights optimizer schedule from until".split()
_AUGMENT = "flip crop border resizedCrop rotate scale shear color hue cutout erase mixup cutmix".split()
_OPTIMIZERS = {
    "sgd": "rate weightDecay",
    "momentum": "rate momentum weightDecay",
    "nesterov": "rate momentum weightDecay",
    "adagrad": "rate epsilon weightDecay",
    "rmsprop": "rate smoothing epsilon momentum weightDecay",
    "adam": "rate beta1 beta2 epsilon weightDecay",
    "adamw": "rate beta1 beta2 epsilon weightDecay",
    "adadelta": "rate smoothing epsilon weightDecay",
    "muon": "rate momentum nsSteps filterNorm weightDecay",
}
_SCHEDULES = {
    "constant": "warmup",
    "step": "every factor warmup",
    "cosine": "warmup final",
    "one-cycle": "warmup start final",
    "linear": "warmup final",
    "triangular": "warmup start final",
}
_LOSSES = {
    "cross-entropy": "smoothing",
    "hinge": "margin power",
    "squared-error": "",
    "huber": "delta",
    "sigmoid-cross-entropy": "",
}
_LOSS_WEIGHTS = {"cross-entropy": "classWeights", "hinge": "classWeights", "sigmoid-cross-entropy": "positiveWeights"}


def read_recipe(folder: str) -> Recipe:
    """The recipe of a folder that `lenslet export --torch` wrote. Raises RecipeError."""
    path = os.path.join(folder, "recipe.json")
    try:
        with open(path, encoding="utf-8") as file:
            recipe = json.load(file)
    except FileNotFoundError as error:
        raise RecipeError(f"there is no {path}", advice="name the folder that `lenslet export --torch` wrote") from error
    except ValueError as error:
        raise RecipeError(f"{path} is not JSON", str(error), advice="export the folder again") from error
    if not isinstance(recipe, dict) or recipe.get("format") != "lenslet.recipe" or recipe.get("version") != VERSION:
        received = f"{recipe.get('format')} {recipe.get('version')}" if isinstance(recipe, dict) else type(recipe).__name__
        raise RecipeError(f"{path} is no recipe", received, f"lenslet.recipe {VERSION}", "export the folder again")
    _check(path, recipe)
    return recipe


def _check(path: str, recipe: Dict[str, Any]) -> None:
    _keys(path, recipe, _RECIPE)
    _kind(path, "data", recipe["data"], _DATA)
    _keys(f"{path}: augment", recipe["augment"], _AUGMENT)
    if len(recipe["groups"]) == 0:
        raise RecipeError(f"{path}: there is nothing to learn", "no groups", "at least one group of weights")
    for at, group in enumerate(recipe["groups"]):
        _keys(f"{path}: groups[{at}]", group, _GROUP)
        _kind(path, f"groups[{at}].optimizer", group["optimizer"], _with_kind(_OPTIMIZERS, "kind"))
        _kind(path, f"groups[{at}].schedule", group["schedule"], _with_kind(_SCHEDULES, "kind epochs from"))
    for name in ("loss", "evaluationLoss"):
        loss = dict(recipe[name])
        loss.pop(_LOSS_WEIGHTS.get(loss.get("kind", ""), ""), None)
        _kind(path, name, loss, _with_kind(_LOSSES, "kind"))
    for name in ("epochs", "batch", "accumulate", "stepsPerEpoch"):
        value = recipe[name]
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise RecipeError(f"{path}: {name} is invalid", repr(value), "a whole number from 1")


def _with_kind(kinds: Mapping[str, str], more: str) -> Dict[str, Iterable[str]]:
    return {kind: [*more.split(), *keys.split()] for kind, keys in kinds.items()}


def _kind(path: str, name: str, value: Any, kinds: Mapping[str, Iterable[str]]) -> None:
    kind = value.get("kind") if isinstance(value, dict) else None
    if not isinstance(kind, str) or kind not in kinds:
        raise RecipeError(f"{path}: the kind of {name} is unknown", repr(kind), ", ".join(kinds), "use the train.py that was exported with it")
    _keys(f"{path}: {name}", value, kinds[kind])


def _keys(where: str, value: Any, expected: Iterable[str]) -> None:
    expected = set(expected)
    given = set(value) if isinstance(value, dict) else set()
    unknown, missing = sorted(given - expected), sorted(expected - given)
    if unknown or missing:
        received = ", ".join([*(f"unknown {key}" for key in unknown), *(f"no {key}" for key in missing)])
        raise RecipeError(f"{where} has other keys than this train.py knows", received, ", ".join(sorted(expected)), "use the train.py that was exported with it")
