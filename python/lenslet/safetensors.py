"""Reads and writes safetensors files, 32-bit floats and integers, without further packages. Files are written whole or not at all."""

from __future__ import annotations

import json
import math
import os
import struct
from typing import Dict, Mapping, Optional, Tuple

import numpy as np
import torch
from torch import Tensor

#: numpy has no bfloat16: its bits, under a name.
_BF16: np.dtype = np.dtype([("bf16", "<i2")])
_TYPES: Dict[str, np.dtype] = {
    "F64": np.dtype("<f8"),
    "F32": np.dtype("<f4"),
    "F16": np.dtype("<f2"),
    "BF16": _BF16,
    "I64": np.dtype("<i8"),
    "I32": np.dtype("<i4"),
    "U8": np.dtype("u1"),
}
_NAMES = {torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.int64: "I64", torch.int32: "I32", torch.uint8: "U8"}


class SafetensorsError(ValueError):
    """The file is damaged, or is not a safetensors file."""


def read(path: str) -> Tuple[Dict[str, Tensor], Dict[str, str]]:
    """The tensors by name, and the metadata. Raises SafetensorsError."""
    arrays, metadata = _open(path)
    # Copied: what is mapped cannot be written to.
    return {name: _tensor(array) for name, array in arrays.items()}, metadata


def mapped(path: str) -> Dict[str, np.ndarray]:
    """The arrays by name, read from the disk when they are looked at: processes of a machine share the memory."""
    return _open(path)[0]


def _tensor(array: np.ndarray) -> Tensor:
    if array.dtype == _BF16:
        return torch.from_numpy(array["bf16"].copy()).view(torch.bfloat16)
    return torch.from_numpy(array.copy())


def _open(path: str) -> Tuple[Dict[str, np.ndarray], Dict[str, str]]:
    size = os.path.getsize(path)
    with open(path, "rb") as file:
        start = file.read(8)
        if len(start) < 8:
            raise SafetensorsError(f"{path}: {size} bytes, expected a safetensors file; copy it again")
        (length,) = struct.unpack("<Q", start)
        if length > size - 8:
            raise SafetensorsError(f"{path}: the header says {length} bytes and {size - 8} are there; copy the file again")
        try:
            header = json.loads(file.read(length))
        except ValueError as error:
            raise SafetensorsError(f"{path}: the header is not JSON; expected a safetensors file") from error
    metadata = header.pop("__metadata__", {})
    body = size - 8 - length
    arrays: Dict[str, np.ndarray] = {}
    for name, entry in header.items():
        dtype = _TYPES.get(entry["dtype"])
        start_at, end = entry["data_offsets"]
        shape = tuple(entry["shape"])
        if dtype is None:
            raise SafetensorsError(f"{path}: {name} is {entry['dtype']}, expected one of {', '.join(_TYPES)}")
        if not 0 <= start_at <= end <= body:
            raise SafetensorsError(f"{path}: {name} lies beyond the end of the file; copy it again")
        if math.prod(shape) * dtype.itemsize != end - start_at:
            raise SafetensorsError(f"{path}: {name} has {end - start_at} bytes, which its shape {list(shape)} does not; copy it again")
        if end == start_at:
            arrays[name] = np.empty(shape, dtype)
        else:
            arrays[name] = np.memmap(path, dtype, "r", 8 + length + start_at, shape or (1,)).reshape(shape)
    return arrays, metadata


def write(path: str, tensors: Mapping[str, Tensor], metadata: Optional[Mapping[str, str]] = None) -> None:
    """Writes the file beside its place, syncs it, and moves it there."""
    header: Dict[str, object] = {"__metadata__": dict(metadata)} if metadata else {}
    arrays = []
    offset = 0
    for name, tensor in tensors.items():
        array = tensor.detach().to("cpu").contiguous()
        size = array.numel() * array.element_size()
        header[name] = {"dtype": _NAMES[array.dtype], "shape": list(array.shape), "data_offsets": [offset, offset + size]}
        arrays.append(array)
        offset += size
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    partial = f"{path}.{os.getpid()}.partial"
    try:
        with open(partial, "wb") as file:
            file.write(struct.pack("<Q", len(text)))
            file.write(text)
            for array in arrays:
                file.write(array.numpy().tobytes())
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    finally:
        if os.path.exists(partial):
            os.remove(partial)
