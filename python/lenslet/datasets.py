"""The images of a split, as recipe.json describes them: bytes in a safetensors file, or image files that stay where they are."""

from __future__ import annotations

import json
import os
from typing import Any, Mapping, Optional, Tuple

import numpy as np

from . import safetensors
from .errors import DataError
from .preprocessing import read_image

#: The most bytes of decoded images that a process keeps, over all splits.
CACHE = 2**31


class Split:
    """Images with targets: classes int64 [n], or float32 [n, scores]."""

    def __init__(self, targets: np.ndarray) -> None:
        self.targets = targets

    def __len__(self) -> int:
        return len(self.targets)

    def read(self, numbers: np.ndarray) -> np.ndarray:
        """uint8 [n, height, width, channels]. May be called by several threads."""
        raise NotImplementedError


class ArraySplit(Split):
    def __init__(self, images: np.ndarray, targets: np.ndarray) -> None:
        super().__init__(targets)
        self._images = images

    def read(self, numbers: np.ndarray) -> np.ndarray:
        return self._images[numbers]


class FileSplit(Split):
    """Decodes what it is asked for, and keeps it where all of it fits into ``cache`` bytes."""

    def __init__(self, root: str, files: "list[str]", targets: np.ndarray, recipe: Mapping[str, Any], cache: int) -> None:
        super().__init__(targets)
        self._files = [os.path.join(root, *file.split("/")) for file in files]
        self._size: Tuple[int, int, int] = (recipe["input"]["height"], recipe["input"]["width"], recipe["input"]["channels"])
        self._prepare = recipe["data"]["prepare"]
        self.bytes = len(files) * int(np.prod(self._size))
        keeps = self.bytes <= cache
        self._kept = np.zeros((len(files), *self._size), np.uint8) if keeps else None
        self._known = np.zeros(len(files), bool)

    def read(self, numbers: np.ndarray) -> np.ndarray:
        return np.stack([self._one(int(number)) for number in numbers])

    def _one(self, number: int) -> np.ndarray:
        if self._kept is None:
            return read_image(self._files[number], self._size, self._prepare)
        if not self._known[number]:
            self._kept[number] = read_image(self._files[number], self._size, self._prepare)
            self._known[number] = True
        return self._kept[number]


class Dataset:
    """The splits that there are."""

    def __init__(self, train: Split, validation: Optional[Split], test: Optional[Split]) -> None:
        self.train = train
        self.validation = validation
        self.test = test


def open_dataset(folder: str, recipe: Mapping[str, Any], root: Optional[str] = None) -> Dataset:
    """
    folder: where recipe.json lies. root: the folder of image files, in place of the recipe's. Raises DataError for data that is
    missing or not what the recipe says.
    """
    data = recipe["data"]
    path = os.path.join(folder, data["file"])
    if not os.path.exists(path):
        raise DataError(f"there is no {path}", expected="what `lenslet export --torch` wrote", advice="copy the whole folder")
    splits = _files(path, recipe, root or data["root"]) if data["kind"] == "files" else _arrays(path, recipe)
    for name, split in splits.items():
        received, expected = 0 if split is None else len(split), recipe["counts"][name]
        if received != expected:
            raise DataError(f"{path}: wrong number of {name} images", str(received), str(expected), "export the folder again")
    train = splits["train"]
    assert train is not None
    return Dataset(train, splits["validation"], splits["test"])


def _arrays(path: str, recipe: Mapping[str, Any]) -> "dict[str, Optional[Split]]":
    arrays = safetensors.mapped(path)
    shape = tuple(recipe["input"][side] for side in ("height", "width", "channels"))
    found: "dict[str, Optional[Split]]" = {}
    for name in ("train", "validation", "test"):
        images = arrays.get(f"{name}.images")
        if images is None or len(images) == 0:
            found[name] = None
            continue
        if images.dtype != np.uint8 or images.shape[1:] != shape:
            raise DataError(f"{path}: {name}.images is invalid", f"{images.dtype} {images.shape}", f"uint8 [n, {shape}]")
        found[name] = ArraySplit(images, _targets(path, recipe, name, len(images), arrays.get(f"{name}.labels"), arrays.get(f"{name}.targets")))
    return found


def _files(path: str, recipe: Mapping[str, Any], root: str) -> "dict[str, Optional[Split]]":
    if not os.path.isdir(root):
        raise DataError(f"there is no folder {root}", advice="copy the images here and name their folder: --data FOLDER")
    with open(path, encoding="utf-8") as file:
        lists = json.load(file)
    if lists.get("format") != "lenslet.images" or lists.get("version") != 1:
        raise DataError(f"{path} is no list of images", f"{lists.get('format')} {lists.get('version')}", "lenslet.images 1")
    found: "dict[str, Optional[Split]]" = {}
    cache = CACHE
    for name in ("train", "validation", "test"):
        given = lists[name]
        if given is None or len(given["files"]) == 0:
            found[name] = None
            continue
        labels, targets = (None if given[key] is None else np.array(given[key]) for key in ("labels", "targets"))
        split = FileSplit(root, given["files"], _targets(path, recipe, name, len(given["files"]), labels, targets), recipe, cache)
        cache -= split.bytes if split.bytes <= cache else 0
        found[name] = split
    return found


def _targets(
    path: str, recipe: Mapping[str, Any], split: str, count: int, labels: Optional[np.ndarray], targets: Optional[np.ndarray]
) -> np.ndarray:
    """Checked: a class of the network for each image, or a finite number for each score."""
    scores = len(recipe["classes"])
    if recipe["targets"] == "class":
        if labels is None or labels.shape != (count,):
            raise DataError(f"{path}: {split} has no class for each image", advice="export the folder again")
        bad = labels[(labels < 0) | (labels >= scores)]
        if len(bad) > 0:
            raise DataError(f"{path}: a label of {split} is invalid", str(bad[0]), f"0 to {scores - 1}", "export the folder again")
        return labels.astype(np.int64)
    if targets is None or targets.shape != (count, scores) or not np.isfinite(targets).all():
        raise DataError(f"{path}: the targets of {split} are invalid", expected=f"{scores} finite numbers for each image")
    return targets.astype(np.float32)
