"""
Changes a folder that trains in ways in which it must not, and looks at the errors:

    python3 python/check_refusals.py FOLDER     # of one training, written by test/torch/trainings.ts

Prints one line of JSON.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from typing import Any, Callable, Dict, List, Tuple, Type

import numpy as np
import torch

from lenslet import safetensors
from lenslet.errors import CheckpointError, DataError, DivergedError, RecipeError, RunError, WorldSizeError
from lenslet.preprocessing import read_image
from lenslet.trainer import CHECKPOINT, Options, Trainer
from lenslet.world import World

Change = Callable[[str], Any]


def _recipe(change: Callable[[Dict[str, Any]], Any]) -> Change:
    def edit(folder: str) -> None:
        path = os.path.join(folder, "recipe.json")
        with open(path, encoding="utf-8") as file:
            recipe = json.load(file)
        change(recipe)
        with open(path, "w", encoding="utf-8") as file:
            json.dump(recipe, file)

    return edit


def _write(name: str, content: str) -> Change:
    def write(folder: str) -> None:
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(content)

    return write


def _remove(name: str) -> Change:
    return lambda folder: os.remove(os.path.join(folder, name))


def _cut(name: str) -> Change:
    def cut(folder: str) -> None:
        path = os.path.join(folder, name)
        os.truncate(path, os.path.getsize(path) - 100)

    return cut


def _trained(change: Change) -> Change:
    def after(folder: str) -> None:
        _train(folder)
        change(folder)

    return after


def _hot(recipe: Dict[str, Any]) -> None:
    for group in recipe["groups"]:
        group["optimizer"]["rate"] = 1e30


def _broken_image(folder: str) -> None:
    path = os.path.join(folder, "broken.png")
    _write("broken.png", "no image")(folder)
    read_image(path, (4, 4, 3), {"resize": {"kind": "none", "height": None, "width": None}, "interpolation": "box", "fill": [0, 0, 0]})


#: What is done to the folder, the error, and a part of what it says.
CASES: List[Tuple[Change, Type[Exception], str]] = [
    (_remove("recipe.json"), RecipeError, "there is no"),
    (_write("recipe.json", "{"), RecipeError, "is not JSON"),
    (_write("recipe.json", "[]"), RecipeError, "is no recipe"),
    (_recipe(lambda r: r.update(version=2)), RecipeError, "lenslet.recipe 2"),
    (_recipe(lambda r: r.update(color=1)), RecipeError, "unknown color"),
    (_recipe(lambda r: r.pop("seed")), RecipeError, "no seed"),
    (_recipe(lambda r: r["groups"][0]["optimizer"].update(kind="lion")), RecipeError, "'lion'"),
    (_recipe(lambda r: r["groups"][0]["optimizer"].update(beta3=1)), RecipeError, "unknown beta3"),
    (_recipe(lambda r: r["groups"][0]["schedule"].update(kind="wave")), RecipeError, "'wave'"),
    (_recipe(lambda r: r["groups"][0]["weights"].append("conv9.filters")), RecipeError, "conv9.filters"),
    (_recipe(lambda r: r["augment"].update(blur=1)), RecipeError, "unknown blur"),
    (_recipe(lambda r: r.update(batch=0)), RecipeError, "batch is invalid"),
    (_recipe(lambda r: r.update(groups=[])), RecipeError, "nothing to learn"),
    (_remove("data.safetensors"), DataError, "there is no"),
    (_recipe(lambda r: r["counts"].update(train=49)), DataError, "wrong number of train images"),
    (_cut("data.safetensors"), safetensors.SafetensorsError, "beyond the end"),
    (_cut("weights.safetensors"), safetensors.SafetensorsError, "beyond the end"),
    (_recipe(lambda r: r["classes"].pop()), DataError, "a label of train is invalid"),
    (_recipe(_hot), DivergedError, "diverged"),
    (_trained(_recipe(lambda r: r.update(seed=99))), CheckpointError, "another training"),
    (lambda folder: _train(folder, double=True), CheckpointError, "another training"),
    (_trained(_cut(CHECKPOINT)), CheckpointError, "damaged"),
    (_trained(lambda folder: shutil.copy(os.path.join(folder, "weights.safetensors"), os.path.join(folder, CHECKPOINT))), CheckpointError, "no checkpoint"),
    (_broken_image, DataError, "cannot read the image"),
]


def _train(folder: str, double: bool = False) -> None:
    Trainer(Options(folder=folder, out=folder, double=double, quiet=True), World(0, 1, torch.device("cpu"))).run()


def _world_of(size: int) -> Callable[[str], None]:
    def start(folder: str) -> None:
        Trainer(Options(folder=folder, out=folder, quiet=True), World(0, size, torch.device("cpu")))

    return start


def main(origin: str) -> int:
    np.seterr(all="ignore")
    failed: List[Dict[str, str]] = []
    tried: List[Tuple[Change, Change, Type[Exception], str]] = [(change, _train, kind, part) for change, kind, part in CASES]
    tried.append((lambda folder: None, _world_of(3), WorldSizeError, "divides 8: 1, 2, 4"))
    for number, (change, start, kind, part) in enumerate(tried):
        with tempfile.TemporaryDirectory() as place:
            folder = os.path.join(place, "training")
            shutil.copytree(origin, folder)
            try:
                change(folder)
                start(folder)
                failed.append({"case": f"{number}: {part}", "why": "no error"})
            except Exception as error:  # Another error is one of the findings.
                if not isinstance(error, kind) or part not in str(error) or (isinstance(error, RunError) and "\n  " not in str(error)):
                    failed.append({"case": f"{number}: {part}", "why": f"{type(error).__name__}: {error}"})
    print(json.dumps({"checked": len(tried), "failed": failed}))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
