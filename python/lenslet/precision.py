"""
Mixed precision: products in 16 bits where the device has them; weights, losses and updates stay 32-bit floats. Or 64-bit floats
throughout, where rounding must not hide whether two runs compute the same.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any, ContextManager, Optional

import torch

from .errors import DeviceError


class Precision:
    """``dtype`` None: 32-bit floats throughout, on GPUs too, where PyTorch would round products to TF32 by itself."""

    def __init__(self, device: torch.device, mixed: bool, double: bool = False) -> None:
        self._device = device.type
        #: Of weights, activations, gradients and optimizer state.
        self.real = torch.float64 if double else torch.float32
        self.dtype: Optional[torch.dtype] = None
        torch.backends.cuda.matmul.allow_tf32 = mixed
        torch.backends.cudnn.allow_tf32 = mixed
        if mixed and device.type == "cuda":
            # 8.0: Ampere, the first with bfloat16.
            self.dtype = torch.bfloat16 if torch.cuda.get_device_capability(device) >= (8, 0) else torch.float16
        elif mixed:
            if not _computes_bfloat16():
                raise DeviceError("this CPU has no mixed precision", "--amp", "a CPU with AVX-512 BF16 or AMX, or a GPU", "leave out --amp")
            self.dtype = torch.bfloat16
        #: 16-bit floats with few exponent bits need losses that are scaled up.
        self.scaler = _scaler(self.dtype == torch.float16)

    def context(self) -> ContextManager[Any]:
        if self.dtype is None:
            return nullcontext()
        return torch.autocast(self._device, self.dtype)

    def describe(self) -> str:
        if self.dtype is None:
            return "64-bit floats" if self.real == torch.float64 else "32-bit floats"
        return f"mixed precision with {str(self.dtype).split('.')[-1]}"


def _scaler(enabled: bool) -> Any:
    kind = getattr(torch.amp, "GradScaler", None) if hasattr(torch, "amp") else None
    # Since PyTorch 2.3 for all devices.
    return torch.cuda.amp.GradScaler(enabled=enabled) if kind is None else kind("cuda", enabled=enabled)


def _computes_bfloat16() -> bool:
    """Without instructions for it, 16-bit floats are slower than 32-bit ones."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            flags = file.read()
        return "avx512_bf16" in flags or "amx_bf16" in flags
    except OSError:
        return False
