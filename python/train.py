"""
Trains what `lenslet export --torch` wrote:

    python3 train.py                                   one process
    torchrun --nproc-per-node 4 train.py               four, on one machine

The folder's README has more. Run again, it goes on from its checkpoint. Writes metrics.jsonl, checkpoint.safetensors, and at the end
last.safetensors (and best.safetensors, where the best epoch is kept), which `lenslet convert` reads.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import List, Optional

HERE = os.path.dirname(os.path.abspath(__file__))


def arguments(argv: Optional[List[str]] = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="train.py", description="Trains what `lenslet export --torch` wrote, on PyTorch.")
    parser.add_argument("folder", nargs="?", default=HERE, help="the folder with recipe.json; default: that of train.py")
    parser.add_argument("--out", metavar="DIR", help="where files are written; default: the folder")
    parser.add_argument("--data", metavar="DIR", help="the folder of the image files, if it is elsewhere on this machine")
    parser.add_argument("--device", choices=["cpu", "cuda"], help="default: cuda, where there is a GPU")
    parser.add_argument("--sync-bn", action="store_true", help="batch normalization over the batch of all processes")
    precision = parser.add_mutually_exclusive_group()
    precision.add_argument("--amp", action="store_true", help="mixed precision: products in 16 bits")
    precision.add_argument("--double", action="store_true", help="64-bit floats throughout: slow; to compare runs without the rounding of 32 bits")
    parser.add_argument("--workers", type=_whole, metavar="N", help="threads of a process that read images; default: its share of the cores, up to 8")
    parser.add_argument("--checkpoint-seconds", type=float, default=60, metavar="S", help="time between checkpoints within an epoch; default 60")
    parser.add_argument("--fresh", action="store_true", help="begin again, whatever checkpoint there is")
    parser.add_argument("--steps", type=_whole, metavar="N", help="stop after N steps, to try out; writes no checkpoint and no weights")
    parser.add_argument("--json", action="store_true", help="print the result as a line of JSON, and no progress")
    return parser.parse_args(argv)


def _whole(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{value} is invalid; expected a whole number from 1")
    return value


def _workers() -> int:
    processes = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    return max(1, min(8, (os.cpu_count() or 1) // processes))


def main() -> int:
    options = arguments()
    for package in ("torch", "numpy"):
        try:
            __import__(package)
        except ImportError:
            return _refuse(f"this Python has no package {package}\n  received: {sys.executable}\n  try: pip install torch numpy pillow", True)
    sys.path.insert(0, HERE)
    from lenslet.errors import DataError, DeviceError, RunError
    from lenslet.safetensors import SafetensorsError
    from lenslet.trainer import Options, Trainer
    from lenslet.world import join, leave
    from lenslet_torch import NetworkError

    try:
        world = join(options.device)
        trainer = Trainer(
            Options(
                folder=options.folder,
                out=options.out or options.folder,
                data=options.data,
                sync_bn=options.sync_bn,
                amp=options.amp,
                double=options.double,
                fresh=options.fresh,
                checkpoint_seconds=options.checkpoint_seconds,
                workers=options.workers or _workers(),
                steps=options.steps,
                quiet=options.json,
            ),
            world,
        )
        for line in trainer.introduction():
            trainer.progress.line(line)
        result = trainer.run()
        if world.leads and result is not None:
            print(json.dumps(result) if options.json else "\n".join(trainer.conclusion(result)), flush=True)
        world.meet()
        return leave(0)
    except (RunError, NetworkError, SafetensorsError) as error:
        # Each process can miss other data or another device; all else is said once.
        return leave(_refuse(str(error), isinstance(error, (DataError, DeviceError))))
    except KeyboardInterrupt:
        print("Stopped; the same command goes on from the last checkpoint.", file=sys.stderr)
        return leave(130)


def _refuse(message: str, by_all: bool) -> int:
    rank, size = os.environ.get("RANK", "0"), os.environ.get("WORLD_SIZE", "1")
    if by_all or rank == "0":
        where = f"[process {rank}] " if by_all and size != "1" else ""
        print(f"{where}error: {message}", file=sys.stderr, flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main())
