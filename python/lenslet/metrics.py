"""What a training records of itself: a JSON line some forty times an epoch, and one for each epoch, as `lenslet train` writes them."""

from __future__ import annotations

import json
import os
from typing import Any, Dict, TextIO

Record = Dict[str, Any]


def record_interval(steps_per_epoch: int) -> int:
    """Steps between two records."""
    return max(1, int(steps_per_epoch / 40 + 0.5))


class MetricsFile:
    """metrics.jsonl. A run that goes on drops what was recorded after its checkpoint."""

    def __init__(self, path: str, step: int, epochs: int) -> None:
        kept = [line for line in _lines(path) if _is_before(line, step, epochs)]
        partial = f"{path}.{os.getpid()}.partial"
        with open(partial, "w", encoding="utf-8") as file:
            file.writelines(kept)
        os.replace(partial, path)
        self._file: TextIO = open(path, "a", encoding="utf-8")

    def append(self, record: Record) -> None:
        self._file.write(json.dumps(record) + "\n")
        self._file.flush()

    def close(self) -> None:
        self._file.close()


def _lines(path: str) -> "list[str]":
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        return file.readlines()


def _is_before(line: str, step: int, epochs: int) -> bool:
    """A line that a killed process cut short is dropped, too."""
    try:
        record = json.loads(line)
        return record["epoch"] <= epochs if record["kind"] == "epoch" else record["kind"] == "step" and record["step"] <= step
    except (ValueError, KeyError, TypeError):
        return False
