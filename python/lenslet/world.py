"""The processes of a training, started by torchrun or alone, and the device of this one."""

from __future__ import annotations

import os
import sys
from typing import Any, Optional

import torch
import torch.distributed as dist
from torch import Tensor

from .errors import DeviceError


class World:
    """This process among all: rank 0 writes files and speaks."""

    def __init__(self, rank: int, size: int, device: torch.device) -> None:
        self.rank = rank
        self.size = size
        self.device = device

    @property
    def leads(self) -> bool:
        return self.rank == 0

    def sum(self, tensor: Tensor) -> Tensor:
        """Over all processes, in place."""
        if self.size > 1:
            dist.all_reduce(tensor)
        return tensor

    def from_leader(self, value: Any) -> Any:
        """What rank 0 gives, on every process: files need not lie on all machines."""
        if self.size == 1:
            return value
        box = [value if self.leads else None]
        dist.broadcast_object_list(box, 0)
        return box[0]

    def meet(self) -> None:
        """All processes have come here."""
        if self.size > 1:
            dist.barrier()

    def describe(self) -> str:
        kind = torch.cuda.get_device_name(self.device) if self.device.type == "cuda" else "CPU"
        if self.size == 1:
            return f"one process on {kind}"
        return f"{self.size} processes on {kind}, by {dist.get_backend()}"


def join(device: Optional[str] = None) -> World:
    """
    Meets the other processes that torchrun has started. device: cpu or cuda; None: cuda where there is one. Raises DeviceError.
    """
    rank, size = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
    local = int(os.environ.get("LOCAL_RANK", "0"))
    kind = device or ("cuda" if torch.cuda.is_available() else "cpu")
    if kind == "cuda":
        if not torch.cuda.is_available():
            raise DeviceError("there is no CUDA device", "--device cuda", "a GPU that PyTorch can use", "--device cpu")
        if local >= torch.cuda.device_count():
            received = f"process {local + 1} of this machine, and {torch.cuda.device_count()} GPUs"
            raise DeviceError("there are more processes than GPUs", received, advice=f"--nproc-per-node {torch.cuda.device_count()}")
        torch.cuda.set_device(local)
    if size > 1:
        dist.init_process_group("nccl" if kind == "cuda" else "gloo")
    return World(rank, size, torch.device(kind, local) if kind == "cuda" else torch.device("cpu"))


def leave(code: int) -> int:
    """
    Ends this process at once where others have been met; otherwise gives ``code``. Destroying the connections can hang in PyTorch
    1.13: a thread of gloo that drops its last tensor waits for Python's lock, and who has that waits for the thread.
    """
    if dist.is_available() and dist.is_initialized():
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code
