"""
Learning rates over a training, one function each: the share of the full rate, a pure function of the moment. The formulas of
Lenslet's src/train/schedule.ts; lengths are in epochs.
"""

from __future__ import annotations

import math
from typing import Any, Callable, Dict, Mapping, NamedTuple

from .mathematics import cos_pi, power


class Moment(NamedTuple):
    """Where a step stands, in epochs: its time, the last step's time, and the length of a step."""

    time: float
    end: float
    tick: float


#: Keeps turns from coming a step late: more than what divisions are off, less than a step.
_ROUNDING = 1e-9
_MOST_STEPS = 2147483647


def _rise(warmup: float, at: Moment) -> float:
    return min(1.0, (at.time + at.tick) / warmup) if at.time < warmup else 1.0


def _flank(high: float, low: float, start: float, end: float, time: float) -> float:
    way = min(1.0, max(0.0, (time - start) / (end - start))) if end > start else 1.0
    return low + ((high - low) * (1 + cos_pi(way))) / 2


def _fall(final: float, start: float, at: Moment) -> float:
    return 1.0 if at.time < start else 1 + ((final - 1) * (at.time - start)) / (at.end + at.tick - start)


def _constant(s: Mapping[str, Any], at: Moment) -> float:
    return _rise(s["warmup"], at)


def _step(s: Mapping[str, Any], at: Moment) -> float:
    down = min(math.floor(at.time / s["every"] + _ROUNDING), _MOST_STEPS)
    return _rise(s["warmup"], at) * power(s["factor"], down)


def _cosine(s: Mapping[str, Any], at: Moment) -> float:
    return _rise(s["warmup"], at) * _flank(1, s["final"], s["warmup"], at.end + at.tick, at.time)


def _one_cycle(s: Mapping[str, Any], at: Moment) -> float:
    peak = s["warmup"] - at.tick
    if at.time < peak - _ROUNDING:
        return _flank(s["start"], 1, 0, peak, at.time)
    return _flank(1, s["final"], peak, at.end, at.time)


def _linear(s: Mapping[str, Any], at: Moment) -> float:
    return _rise(s["warmup"], at) * _fall(s["final"], s["warmup"], at)


def _triangular(s: Mapping[str, Any], at: Moment) -> float:
    if at.time < s["warmup"] - _ROUNDING:
        return s["start"] + ((1 - s["start"]) * at.time) / s["warmup"]
    return _fall(s["final"], s["warmup"], at)


#: By the kind that recipe.json names.
schedules: Dict[str, Callable[[Mapping[str, Any], Moment], float]] = {
    "constant": _constant,
    "step": _step,
    "cosine": _cosine,
    "one-cycle": _one_cycle,
    "linear": _linear,
    "triangular": _triangular,
}


def rate_at(schedule: Mapping[str, Any], full: float, step: int, steps_per_epoch: int) -> float:
    """The learning rate of step 0, 1, …, counted from the schedule's own first step, where the optimizer's is ``full``."""
    tick = 1 / steps_per_epoch
    moment = Moment(step / steps_per_epoch, schedule["epochs"] - tick, tick)
    return full * schedules[schedule["kind"]](schedule, moment)
