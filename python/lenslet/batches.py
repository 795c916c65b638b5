"""
What a process sees of each batch. What a batch holds is a function of (seed, epoch, step), so a run that goes on needs no more than
the number of its step, and n processes see together what one sees alone.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Dict, Iterator, Mapping, NamedTuple, Tuple

import numpy as np

from .augmentation import Augmenter, Normalization
from .datasets import Split
from .mixing import mix_into, mixes, mixture_of
from .randomness import Random


class Batch(NamedTuple):
    #: float32 [n, height, width, channels]
    images: np.ndarray
    #: int64 [n], or float32 [n, scores]
    targets: np.ndarray


class Batches:
    """The training images of one process, ``share`` of ``shares``."""

    def __init__(self, split: Split, recipe: Mapping[str, Any], share: int, shares: int) -> None:
        self._split = split
        self._augment = recipe["augment"]
        self._augmenter = Augmenter(self._augment, Normalization(recipe["normalization"]), recipe["seed"])
        self._seed = recipe["seed"]
        self._batch = recipe["batch"]
        self._scores = len(recipe["classes"])
        #: Images of each batch that this process has, and the first of them.
        self.size = self._batch // shares
        self.first = share * self.size
        self.per_epoch = recipe["stepsPerEpoch"] * recipe["accumulate"]
        self._total = recipe["epochs"] * self.per_epoch
        self._orders: Dict[int, np.ndarray] = {}

    def read(self, batch: int) -> Batch:
        """batch: counted over the whole training."""
        epoch, at = divmod(batch, self.per_epoch)
        order = self.order(epoch)
        key = self._augmenter.key(epoch)
        places = range(at * self._batch + self.first, at * self._batch + self.first + self.size)
        images = self._images(epoch, key, places, order)
        numbers = order[list(places)]
        if not mixes(self._augment):
            return Batch(images, self._split.targets[numbers])
        height, width, _ = images.shape[1:]
        mixtures = [mixture_of(self._augment, height, width, key, place, len(order)) for place in places]
        partners = self._images(epoch, key, [mixture.partner for mixture in mixtures], order)
        for image, partner, mixture in zip(images, partners, mixtures):
            mix_into(image, partner, mixture)
        shares = np.array([mixture.share for mixture in mixtures])[:, None]
        others = order[[mixture.partner for mixture in mixtures]]
        return Batch(images, (shares * self._shared(numbers) + (1 - shares) * self._shared(others)).astype(np.float32))

    def order(self, epoch: int) -> np.ndarray:
        """The number of the image at each position of an epoch."""
        known = self._orders.get(epoch)
        if known is None:
            known = np.array(Random(self._seed, "shuffle", epoch).shuffled(len(self._split)))
            # Batches are read ahead, so two epochs are needed at a time.
            self._orders = {each: order for each, order in self._orders.items() if abs(each - epoch) <= 1}
            self._orders[epoch] = known
        return known

    def _images(self, epoch: int, key: int, places: Any, order: np.ndarray) -> np.ndarray:
        numbers = order[list(places)]
        pixels = self._split.read(numbers)
        made = [
            self._augmenter.image(image, key, epoch, int(place), int(number))
            for image, place, number in zip(pixels, places, numbers)
        ]
        return np.stack(made)

    def _shared(self, numbers: np.ndarray) -> np.ndarray:
        """Targets as a value for each score."""
        targets = self._split.targets[numbers]
        return np.eye(self._scores)[targets] if targets.ndim == 1 else targets

    def ahead(self, first: int, workers: int) -> Iterator[Tuple[int, Batch]]:
        """All batches from ``first`` to the end, made by threads while the network computes."""
        with ThreadPoolExecutor(workers, thread_name_prefix="images") as pool:
            waiting: "Dict[int, Future[Batch]]" = {}
            try:
                for batch in range(first, self._total):
                    for later in range(batch, min(self._total, batch + workers + 1)):
                        if later not in waiting:
                            waiting[later] = pool.submit(self.read, later)
                    yield batch, waiting.pop(batch).result()
            finally:
                for future in waiting.values():
                    future.cancel()
