"""What a person sees meanwhile: a line that is written over on a terminal, and a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from typing import Optional

#: Seconds between two lines.
_TERMINAL, _ELSEWHERE = 0.2, 30.0


class Progress:
    """Rate and time left count from the start of this process: what was done before has a rate of its own."""

    def __init__(self, steps: int, done: int, images: int, quiet: bool) -> None:
        self._steps = steps
        self._began_at = done
        self._images = images
        self._quiet = quiet
        self._terminal = sys.stderr.isatty()
        self._began = time.monotonic()
        self._shown = self._began
        self._paused = 0.0

    def pause(self, seconds: float) -> None:
        """Time that was not spent on training."""
        self._paused += seconds

    def rate(self, step: int) -> float:
        """Images a second, over all processes."""
        seconds = time.monotonic() - self._began - self._paused
        return (step - self._began_at) * self._images / max(seconds, 1e-9)

    def show(self, step: int, epoch: int, epochs: int, loss: float, accuracy: Optional[float]) -> None:
        now = time.monotonic()
        if self._quiet or now - self._shown < (_TERMINAL if self._terminal else _ELSEWHERE):
            return
        self._shown = now
        rate = self.rate(step)
        left = (self._steps - step) * self._images / max(rate, 1e-9)
        right = "" if accuracy is None else f"  accuracy {100 * accuracy:.2f} %"
        self._write(f"epoch {epoch}/{epochs}  step {step}/{self._steps}  loss {loss:.4f}{right}  {rate:,.0f} images/s  {clock(left)} left")

    def line(self, text: str) -> None:
        """Stays."""
        if self._quiet:
            return
        if self._terminal:
            sys.stderr.write("\r\x1b[K")
        print(text, file=sys.stderr, flush=True)

    def _write(self, text: str) -> None:
        sys.stderr.write(f"\r\x1b[K{text}" if self._terminal else f"{text}\n")
        sys.stderr.flush()


def clock(seconds: float) -> str:
    whole = int(seconds + 0.5)
    hours, minutes = whole // 3600, whole // 60 % 60

    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def duration(seconds: float) -> str:
    """As a sentence has it."""
    return f"{seconds:.1f} s" if seconds < 60 else clock(seconds)
