"""Reads and writes safetensors files, 32-bit floats and integers, without further packages. Files are written whole or not at all."""

from __future__ import annotations

import json
import os
import struct
from typing import Dict, Mapping, Optional, Tuple

import torch
from torch import Tensor

_TYPES = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "I64": torch.int64, "I32": torch.int32, "U8": torch.uint8}
_NAMES = {dtype: name for name, dtype in _TYPES.items()}


class SafetensorsError(ValueError):
    """The file is damaged, or is not a safetensors file."""


def read(path: str) -> Tuple[Dict[str, Tensor], Dict[str, str]]:
    """The tensors by name, and the metadata. Raises SafetensorsError."""
    with open(path, "rb") as file:
        data = file.read()
    if len(data) < 8:
        raise SafetensorsError(f"{path}: {len(data)} bytes, expected a safetensors file; copy it again")
    (length,) = struct.unpack("<Q", data[:8])
    if length > len(data) - 8:
        raise SafetensorsError(f"{path}: the header says {length} bytes and {len(data) - 8} are there; copy the file again")
    try:
        header = json.loads(data[8 : 8 + length])
    except ValueError as error:
        raise SafetensorsError(f"{path}: the header is not JSON; expected a safetensors file") from error
    metadata = header.pop("__metadata__", {})
    body = memoryview(data)[8 + length :]
    tensors: Dict[str, Tensor] = {}
    for name, entry in header.items():
        dtype = _TYPES.get(entry["dtype"])
        start, end = entry["data_offsets"]
        if dtype is None:
            raise SafetensorsError(f"{path}: {name} is {entry['dtype']}, expected one of {', '.join(_TYPES)}")
        if not 0 <= start <= end <= len(body):
            raise SafetensorsError(f"{path}: {name} lies beyond the end of the file; copy it again")
        flat = torch.frombuffer(bytearray(body[start:end]), dtype=dtype) if end > start else torch.empty(0, dtype=dtype)
        tensors[name] = flat.reshape(entry["shape"])
    return tensors, metadata


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
