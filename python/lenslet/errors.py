"""Errors that say what was received, what was expected, and what to do."""

from __future__ import annotations

from typing import Optional


class RunError(Exception):
    """What a person can put right. ``train.py`` prints it without a traceback."""

    def __init__(self, message: str, received: Optional[str] = None, expected: Optional[str] = None, advice: Optional[str] = None) -> None:
        lines = [message]
        for name, text in (("received", received), ("expected", expected), ("try", advice)):
            if text is not None:
                lines.append(f"  {name}: {text}")
        super().__init__("\n".join(lines))


class RecipeError(RunError):
    """recipe.json has a key too many or too few, or a value that is none."""


class DataError(RunError):
    """Images or labels that are missing, or are not what the recipe says."""


class ImageError(DataError):
    """An image file that cannot be read."""


class WorldSizeError(RunError):
    """The batch cannot be shared by this number of processes."""


class DeviceError(RunError):
    """The device is not there, or cannot do what was asked for."""


class CheckpointError(RunError):
    """A checkpoint that is damaged or belongs to another training."""


class DivergedError(RunError):
    """The loss is not finite. The step changed no weight."""
