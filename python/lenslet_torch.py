"""
A Lenslet network as a PyTorch module.

    network = load("network.json", "weights.safetensors")
    scores = network(images)        # float32 [N, H, W, C], normalized, as Lenslet takes them

Works with PyTorch 1.13 and later. Parameters are kept in PyTorch's order of axes; `weights` and `load_weights` speak
Lenslet's names and shapes.
"""

from __future__ import annotations

import json
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Tuple

import torch
from torch import Tensor, nn

from lenslet import safetensors
from lenslet.layers import BatchNorm, Layer, Shape, Step, layer_types
from lenslet.losses import closing_layers

#: The versions of network.json that are read.
VERSION = 1


class NetworkError(ValueError):
    """The file is not a network, or has a layer without a PyTorch form."""


class Head(NamedTuple):
    """Where a loss is taken: what counts it, and its scores [N, K]."""

    weight: float
    scores: Tensor


class Network(nn.Module):
    """The layers of a network, wired as its file says."""

    def __init__(self, description: Mapping[str, Any]) -> None:
        super().__init__()
        if description.get("format") != "lenslet.network" or description.get("version") != VERSION:
            raise NetworkError(
                f"not a network of version {VERSION}: format {description.get('format')!r}, "
                f"version {description.get('version')!r}; export it with `lenslet export --torch`"
            )
        self.nodes: List[Mapping[str, Any]] = list(description["nodes"])
        unknown = sorted({n["type"] for n in self.nodes if n["type"] != "input" and n["type"] not in layer_types})
        if unknown:
            raise NetworkError(f"no PyTorch form of the layers {', '.join(unknown)}")
        self.step = Step()
        self.layers = nn.ModuleList()
        self.places: Dict[str, int] = {}
        shapes: Dict[str, Shape] = {}
        for node in self.nodes:
            name, attributes = node["name"], node["attributes"]
            if node["type"] == "input":
                shapes[name] = (attributes["channels"], attributes["height"], attributes["width"])
                continue
            inputs = [shapes[source] for source in node["inputs"]]
            layer = layer_types[node["type"]](name, attributes, inputs)
            layer.step = self.step
            shapes[name] = layer.output()
            self.places[name] = len(self.layers)
            self.layers.append(layer)
        #: Channels, rows, columns by layer.
        self.shapes = shapes

    def layer(self, name: str) -> Layer:
        return self.layers[self.places[name]]  # type: ignore[return-value]

    def forward(self, images: Tensor) -> Tensor:
        """Images [N, H, W, C], normalized, to what the last layer gives: [N, values], in the order rows, columns, channels."""
        values = self._values(images, heads=False)
        return _flat(values[self.nodes[-1]["name"]])

    def heads(self, images: Tensor, auxiliary: bool = True) -> List[Head]:
        """What losses are taken of: the network's own scores first, then those of auxiliary heads."""
        values = self._values(images, heads=auxiliary)
        kind = self.loss()["kind"]
        taken = [(1.0, self.nodes[-1]["name"])]
        if auxiliary:
            taken += [(n["attributes"]["weight"], n["inputs"][1]) for n in self.nodes if n["type"] == "aux"]
        by_name = {node["name"]: node for node in self.nodes}
        found = []
        for weight, name in taken:
            node = by_name[name]
            while node["type"] in ("aux", "loss"):
                node = by_name[node["inputs"][0]]
            if node["type"] == closing_layers.get(kind):
                node = by_name[node["inputs"][0]]
            found.append(Head(weight, _flat(values[node["name"]])))
        return found

    def loss(self) -> Mapping[str, Any]:
        """The loss that the network asks for; without LOSS, cross-entropy."""
        last = self.nodes[-1]
        return last["attributes"] if last["type"] == "loss" else {"kind": "cross-entropy", "smoothing": 0}

    def _values(self, images: Tensor, heads: bool) -> Dict[str, Tensor]:
        values: Dict[str, Tensor] = {}
        needed = None if heads else self._without_heads()
        for node in self.nodes:
            name = node["name"]
            if node["type"] == "input":
                x = images.permute(0, 3, 1, 2)
                # On CPUs, PyTorch 1.13 adds up the statistics of BN in 32 bits where channels lie last, and in 64 where they do not.
                values[name] = x.contiguous() if x.device.type == "cpu" else x
            elif needed is None or name in needed:
                sources = node["inputs"][:1] if node["type"] == "aux" else node["inputs"]
                values[name] = self.layers[self.places[name]](*(values[source] for source in sources))
        return values

    def _without_heads(self) -> "set[str]":
        needed = {self.nodes[-1]["name"]}
        for node in reversed(self.nodes):
            if node["name"] in needed:
                needed.update(node["inputs"][:1] if node["type"] == "aux" else node["inputs"])
        return needed

    # --- weights ------------------------------------------------------------------------------------------------------

    def weights(self, moved: Optional[Mapping[str, Tensor]] = None) -> Dict[str, Tensor]:
        """All weights by Lenslet's names, in its shapes. ``moved``: other tensors of the parameters' shapes, such as momenta."""
        found = {}
        for name, tensor, shape, axes in self.stored():
            tensor = tensor.detach() if moved is None else moved[name]
            if axes is not None:
                tensor = tensor.permute([axes.index(axis) for axis in range(len(axes))])
            found[name] = tensor.reshape(shape).contiguous()
        return found

    def gradients(self) -> Dict[str, Tensor]:
        """The gradient of every weight, zeros where it has none, by name and in PyTorch's order of axes: for `weights`."""
        return {
            name: torch.zeros_like(tensor) if tensor.grad is None else tensor.grad for name, tensor, _, _ in self.stored()
        }

    def load_weights(self, weights: Mapping[str, Tensor]) -> None:
        """Raises NetworkError for a weight that is missing or has another shape."""
        for name, tensor, shape, axes in self.stored():
            given = weights.get(name)
            if given is None or tuple(given.shape) != shape:
                received = "nothing" if given is None else "x".join(map(str, given.shape))
                raise NetworkError(f"{name}: received {received}, expected {'x'.join(map(str, shape))}")
            with torch.no_grad():
                tensor.copy_(given if axes is None else given.permute(axes))

    def stored(self) -> List[Tuple[str, Tensor, Tuple[int, ...], Optional[Tuple[int, ...]]]]:
        """All parameters and running statistics: Lenslet's name, the tensor, Lenslet's shape, and the axes that turn it into PyTorch's."""
        return [
            (f"{name}.{key}", getattr(self.layer(name), key), shape, axes)
            for name in self.places
            for key, (shape, axes) in self.layer(name).stored.items()
        ]

    def tracked(self) -> "set[str]":
        """Names of the running statistics."""
        return {f"{name}.{key}" for name in self.places for key, _ in self.layer(name).named_buffers(recurse=False)}

    def synchronize(self, on: bool = True) -> None:
        """Batch normalization over the batch of all processes, instead of each process's own part."""
        self.step.synchronized = on

    def has_batch_norm(self) -> bool:
        return any(isinstance(layer, BatchNorm) for layer in self.layers)


def _flat(x: Tensor) -> Tensor:
    return x.permute(0, 2, 3, 1).reshape(x.shape[0], -1)


def load(network_path: str, weights_path: Optional[str] = None) -> Network:
    """The network of a file, with the weights of another. Without weights they are Lenslet's constants and zeros."""
    with open(network_path, encoding="utf-8") as file:
        network = Network(json.load(file))
    if weights_path is not None:
        network.load_weights(safetensors.read(weights_path)[0])
    return network
