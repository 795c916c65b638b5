"""
The layers of the notation, one class each, by the type that network.json names. Inputs and outputs are [N, C, H, W].

A parameter is kept in PyTorch's order of axes; ``stored`` says how it is turned into Lenslet's. Formulas and sources of all
layers: docs/layers.md of Lenslet.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple, Type

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .randomness import keep_mask, stream_of
from .synchronized import SynchronizedNorm
from .windows import output_sides, padded, whole_windows, window_sums

Shape = Tuple[int, int, int]


@dataclass
class Step:
    """What a training step tells the layers that draw random numbers or share statistics."""

    seed: int = 0
    #: Counts from 0, over all epochs.
    number: int = 0
    #: The place of this process's first image in the whole batch.
    first: int = 0
    #: Batch normalization takes its statistics over all processes.
    synchronized: bool = False


class Layer(nn.Module):
    """A layer on volumes of known shapes."""

    #: Set by the network: the step that runs.
    step: Step

    def __init__(self, name: str, attributes: Mapping[str, Any], inputs: Sequence[Shape]) -> None:
        super().__init__()
        self.layer_name = name
        self.attributes = dict(attributes)
        self.inputs = list(inputs)
        #: Lenslet's shape of each parameter and buffer, and the axes that turn it into PyTorch's.
        self.stored: Dict[str, Tuple[Tuple[int, ...], Optional[Tuple[int, ...]]]] = {}

    def parameter(self, name: str, shape: Sequence[int], axes: Optional[Sequence[int]] = None, value: float = 0.0, learned: bool = True) -> None:
        own = [shape[axis] for axis in axes] if axes else list(shape)
        tensor = torch.full(own, value)
        if learned:
            self.register_parameter(name, nn.Parameter(tensor))
        else:
            self.register_buffer(name, tensor)
        self.stored[name] = (tuple(shape), tuple(axes) if axes else None)

    def output(self) -> Shape:
        """The shape of the output, as channels, rows, columns."""
        with torch.no_grad():
            dtype = next((p.dtype for p in self.parameters()), torch.float32)
            found = self.shape_probe([torch.zeros((1, *shape), dtype=dtype) for shape in self.inputs])
        return (found.shape[1], found.shape[2], found.shape[3])

    def shape_probe(self, inputs: List[Tensor]) -> Tensor:
        training = self.training
        self.eval()
        try:
            return self(*inputs)
        finally:
            self.train(training)


layer_types: Dict[str, Type[Layer]] = {}


def layer(*types: str) -> Callable[[Type[Layer]], Type[Layer]]:
    def register(cls: Type[Layer]) -> Type[Layer]:
        for each in types:
            layer_types[each] = cls
        return cls

    return register


# --- filters ----------------------------------------------------------------------------------------------------------


@layer("conv")
class Conv(Layer):
    filters: Tensor
    bias: Tensor

    def __init__(self, name: str, attributes: Mapping[str, Any], inputs: Sequence[Shape]) -> None:
        super().__init__(name, attributes, inputs)
        rows, columns = attributes["kernel"]
        depth = inputs[0][0] // attributes["groups"]
        self.parameter("filters", (rows, columns, depth, attributes["filters"]), (3, 2, 0, 1))
        if attributes["bias"]:
            self.parameter("bias", (attributes["filters"],))

    def forward(self, x: Tensor) -> Tensor:
        a = self.attributes
        top, left, bottom, right = a["padding"]
        padding = (top, left)
        if (bottom, right) != padding:
            x, padding = padded(x, a["padding"]), (0, 0)
        bias = self.bias if a["bias"] else None
        return F.conv2d(x, self.filters, bias, a["stride"], padding, a["dilation"], a["groups"])


@layer("fc")
class FullyConnected(Layer):
    filters: Tensor
    bias: Tensor

    def __init__(self, name: str, attributes: Mapping[str, Any], inputs: Sequence[Shape]) -> None:
        super().__init__(name, attributes, inputs)
        depth, rows, columns = inputs[0]
        self.parameter("filters", (rows, columns, depth, attributes["units"]), (3, 2, 0, 1))
        if attributes["bias"]:
            self.parameter("bias", (attributes["units"],))

    def forward(self, x: Tensor) -> Tensor:
        bias = self.bias if self.attributes["bias"] else None
        return F.linear(x.flatten(1), self.filters.flatten(1), bias)[:, :, None, None]


@layer("tconv")
class TransposedConv(Layer):
    filters: Tensor
    bias: Tensor

    def __init__(self, name: str, attributes: Mapping[str, Any], inputs: Sequence[Shape]) -> None:
        super().__init__(name, attributes, inputs)
        rows, columns = attributes["kernel"]
        filters = attributes["filters"]
        self.parameter("filters", (rows, columns, filters // attributes["groups"], inputs[0][0]), (3, 2, 0, 1))
        if attributes["bias"]:
            self.parameter("bias", (filters,))

    def forward(self, x: Tensor) -> Tensor:
        a = self.attributes
        bias = self.bias if a["bias"] else None
        # Without padding; then rows and columns are cut off, or added where the output padding reaches further.
        y = F.conv_transpose2d(x, self.filters, None, a["stride"], 0, 0, a["groups"], a["dilation"])
        top, left, bottom, right = a["padding"]
        down, across = a["outputPadding"]
        y = F.pad(y, (-left, across - right, -top, down - bottom))
        return y if bias is None else y + bias[:, None, None]


@layer("local")
class Local(Layer):
    filters: Tensor
    bias: Tensor

    def __init__(self, name: str, attributes: Mapping[str, Any], inputs: Sequence[Shape]) -> None:
        super().__init__(name, attributes, inputs)
        rows, columns = attributes["kernel"]
        sides = output_sides(attributes, torch.empty((1, *inputs[0]), device="meta"))
        self.parameter("filters", (*sides, rows, columns, inputs[0][0], attributes["filters"]))
        if attributes["bias"]:
            self.parameter("bias", (*sides, attributes["filters"]))

    def forward(self, x: Tensor) -> Tensor:
        a = self.attributes
        rows, columns = output_sides(a, x)
        patches = F.unfold(whole_windows(a, x, 0.0), a["kernel"], a["dilation"], 0, a["stride"])
        # [rows·columns, C·F·F, K], as unfold has its patches.
        filters = self.filters.permute(0, 1, 4, 2, 3, 5).reshape(rows * columns, -1, a["filters"])
        y = torch.einsum("npl,lpk->nkl", patches, filters).reshape(x.shape[0], -1, rows, columns)
        return y + self.bias.permute(2, 0, 1) if a["bias"] else y


# --- pooling ----------------------------------------------------------------------------------------------------------


@layer("pool")
class MaxPool(Layer):
    def forward(self, x: Tensor) -> Tensor:
        a = self.attributes
        return F.max_pool2d(whole_windows(a, x, -math.inf), a["kernel"], a["stride"], 0, a["dilation"])


@layer("avgpool")
class AveragePool(Layer):
    def forward(self, x: Tensor) -> Tensor:
        a = self.attributes
        one = torch.ones((1, 1, *x.shape[2:]), dtype=x.dtype, device=x.device)
        if a["countPadding"]:
            # The padding counts; what rounding up adds beyond it does not.
            counted = {**a, "padding": (0, 0, 0, 0)}
            one = padded(one, a["padding"], 1.0)
            rows, columns = output_sides(a, x)
            counts = window_sums(counted, one)[:, :, :rows, :columns]
        else:
            counts = window_sums(a, one)
        return window_sums(a, x) / counts


@layer("l2pool")
class L2Pool(Layer):
    def forward(self, x: Tensor) -> Tensor:
        squares = window_sums(self.attributes, x * x)
        some = squares != 0
        # The gradient of a window of zeros is 0, and not NaN.
        return torch.where(some, torch.where(some, squares, torch.ones_like(squares)).sqrt(), squares)


@layer("gap")
class GlobalAveragePool(Layer):
    def forward(self, x: Tensor) -> Tensor:
        return x.mean((2, 3), keepdim=True)


@layer("gmp")
class GlobalMaxPool(Layer):
    def forward(self, x: Tensor) -> Tensor:
        return x.flatten(2).max(2).values[:, :, None, None]


# --- activations ------------------------------------------------------------------------------------------------------

Function = Callable[[Tensor, Mapping[str, Any]], Tensor]


def _gelu(x: Tensor, a: Mapping[str, Any]) -> Tensor:
    return F.gelu(x, approximate=a.get("approximate", "none"))


def _softplus(x: Tensor, a: Mapping[str, Any]) -> Tensor:
    # Without the threshold beyond which PyTorch's own is x.
    z = a["parameter"] * x
    return torch.logaddexp(z, torch.zeros_like(z)) / a["parameter"]


functions: Dict[str, Function] = {
    "relu": lambda x, _: F.relu(x),
    "relu6": lambda x, _: F.relu6(x),
    "lrelu": lambda x, a: F.leaky_relu(x, a["parameter"]),
    "gelu": _gelu,
    "silu": lambda x, a: x * torch.sigmoid(a["parameter"] * x),
    "hardswish": lambda x, _: F.hardswish(x),
    "mish": lambda x, _: x * torch.tanh(_softplus(x, {"parameter": 1})),
    "elu": lambda x, a: F.elu(x, a["parameter"]),
    "selu": lambda x, _: F.selu(x),
    "celu": lambda x, a: F.celu(x, a["parameter"]),
    "softplus": _softplus,
    "softsign": lambda x, _: F.softsign(x),
    "hardsigmoid": lambda x, _: F.hardsigmoid(x),
    "sigmoid": lambda x, _: torch.sigmoid(x),
    "tanh": lambda x, _: torch.tanh(x),
    "exp": lambda x, _: torch.exp(x),
    "log": lambda x, _: torch.log(x),
    "sqrt": lambda x, _: torch.sqrt(x),
    "reciprocal": lambda x, _: torch.reciprocal(x),
}


class Activation(Layer):
    function: Function

    def forward(self, x: Tensor) -> Tensor:
        return type(self).function(x, self.attributes)


for _type, _function in functions.items():
    layer_types[_type] = type(_type.title(), (Activation,), {"function": staticmethod(_function)})


@layer("prelu")
class PRelu(Layer):
    slope: Tensor

    def __init__(self, name: str, attributes: Mapping[str, Any], inputs: Sequence[Shape]) -> None:
        super().__init__(name, attributes, inputs)
        self.parameter("slope", (1 if attributes["shared"] else inputs[0][0],), value=attributes["slope"])

    def forward(self, x: Tensor) -> Tensor:
        return F.prelu(x, self.slope)


@layer("maxout")
class Maxout(Layer):
    def forward(self, x: Tensor) -> Tensor:
        n, channels, rows, columns = x.shape
        pieces = self.attributes["pieces"]
        return x.reshape(n, channels // pieces, pieces, rows, columns).max(2).values


# --- random in training -----------------------------------------------------------------------------------------------


class _Drop(Layer):
    """Masks are Lenslet's own, so a run of several processes drops what a run of one drops."""

    #: Whether all values of an image are dropped together.
    by_image = False

    def forward(self, x: Tensor) -> Tensor:
        rate = self.attributes["rate"]
        if not self.training or rate == 0:
            return x
        n, channels, rows, columns = x.shape
        each = 1 if self.by_image else channels * rows * columns
        stream = stream_of(self.layer_name)
        mask = keep_mask(rate, self.step.seed, self.step.number, stream, self.step.first * each, n * each, x.device)
        shaped = mask.reshape(n, 1, 1, 1) if self.by_image else mask.reshape(n, rows, columns, channels).permute(0, 3, 1, 2)
        return torch.where(shaped, x / (1 - rate), torch.zeros((), dtype=x.dtype, device=x.device))


@layer("dropout")
class Dropout(_Drop):
    pass


@layer("droppath")
class DropPath(_Drop):
    by_image = True


# --- normalization ----------------------------------------------------------------------------------------------------


class _Norm(Layer):
    def __init__(self, name: str, attributes: Mapping[str, Any], inputs: Sequence[Shape]) -> None:
        super().__init__(name, attributes, inputs)
        channels = inputs[0][0]
        if attributes.get("scale", True):
            self.parameter("scale", (channels,), value=1.0)
        if attributes.get("shift", True):
            self.parameter("shift", (channels,))

    def scale_and_shift(self) -> Tuple[Optional[Tensor], Optional[Tensor]]:
        """Both or neither, as PyTorch's kernels expect them: what the layer does not have is 1 or 0."""
        scale, shift = getattr(self, "scale", None), getattr(self, "shift", None)
        if scale is None and shift is not None:
            scale = torch.ones_like(shift)
        if shift is None and scale is not None:
            shift = torch.zeros_like(scale)
        return scale, shift

    def groups(self, x: Tensor, count: int) -> Tensor:
        scale, shift = self.scale_and_shift()
        # Not F.group_norm, which refuses groups of one value.
        return torch.group_norm(x, count, scale, shift, self.attributes["epsilon"])


@layer("bn")
class BatchNorm(_Norm):
    mean: Tensor
    variance: Tensor

    def __init__(self, name: str, attributes: Mapping[str, Any], inputs: Sequence[Shape]) -> None:
        super().__init__(name, attributes, inputs)
        self.parameter("mean", (inputs[0][0],), learned=False)
        self.parameter("variance", (inputs[0][0],), value=1.0, learned=False)

    def forward(self, x: Tensor) -> Tensor:
        a = self.attributes
        scale, shift = self.scale_and_shift()
        if self.training and self.step.synchronized:
            return self.synchronized(x, scale, shift)
        return F.batch_norm(x, self.mean, self.variance, scale, shift, self.training, a["momentum"], a["epsilon"])

    def synchronized(self, x: Tensor, scale: Optional[Tensor], shift: Optional[Tensor]) -> Tensor:
        """By the statistics of the whole batch."""
        y, mean, variance, total = SynchronizedNorm.apply(x, self.attributes["epsilon"])
        with torch.no_grad():
            momentum = self.attributes["momentum"]
            self.mean.lerp_(mean, momentum)
            self.variance.lerp_(variance * total / (total - 1), momentum)
        return y if scale is None or shift is None else (y * scale[:, None, None] + shift[:, None, None]).to(x.dtype)


@layer("gn")
class GroupNorm(_Norm):
    def forward(self, x: Tensor) -> Tensor:
        return self.groups(x, self.attributes["groups"])


@layer("in")
class InstanceNorm(_Norm):
    def forward(self, x: Tensor) -> Tensor:
        return self.groups(x, x.shape[1])


@layer("ln")
class LayerNorm(_Norm):
    def forward(self, x: Tensor) -> Tensor:
        if self.attributes["over"] == "volume":
            return self.groups(x, 1)
        scale, shift = self.scale_and_shift()
        y = F.layer_norm(x.permute(0, 2, 3, 1), x.shape[1:2], scale, shift, self.attributes["epsilon"])
        return y.permute(0, 3, 1, 2)


class _Response(Layer):
    def around(self) -> Mapping[str, Any]:
        """The window around a value; of an even size, one more in front."""
        size = self.attributes["size"]
        before, after = size // 2, (size - 1) // 2
        return {"kernel": (size, size), "stride": (1, 1), "dilation": (1, 1), "padding": (before, before, after, after)}

    def power(self, sums: Tensor, taps: int) -> Tensor:
        a = self.attributes
        alpha = a["alpha"] if a["sum"] else a["alpha"] / taps
        return (a["k"] + alpha * sums) ** -a["beta"]


@layer("lrn")
class LocalResponse(_Response):
    def forward(self, x: Tensor) -> Tensor:
        size = self.attributes["size"]
        if self.attributes["over"] == "map":
            return x * self.power(window_sums(self.around(), x * x), size * size)
        squares = F.pad(x * x, (0, 0, 0, 0, size // 2, (size - 1) // 2))
        sums = sum((squares[:, at : at + x.shape[1]] for at in range(1, size)), squares[:, : x.shape[1]])
        return x * self.power(sums, size)


@layer("lcn")
class LocalContrast(_Response):
    def forward(self, x: Tensor) -> Tensor:
        window = self.around()
        counts = window_sums(window, torch.ones((1, 1, *x.shape[2:]), dtype=x.dtype, device=x.device))
        distance = x - window_sums(window, x) / counts
        return x * self.power(window_sums(window, distance * distance), self.attributes["size"] ** 2)


# --- joining, moving, resizing ----------------------------------------------------------------------------------------


@layer("scale")
class Scale(Layer):
    scale: Tensor

    def __init__(self, name: str, attributes: Mapping[str, Any], inputs: Sequence[Shape]) -> None:
        super().__init__(name, attributes, inputs)
        if attributes["learned"]:
            self.parameter("scale", (inputs[0][0],), value=attributes["factor"])

    def forward(self, x: Tensor) -> Tensor:
        return x * self.scale[:, None, None] if self.attributes["learned"] else x * self.attributes["factor"]


@layer("add")
class Add(Layer):
    def forward(self, first: Tensor, *others: Tensor) -> Tensor:
        return sum(others, first)


@layer("multiply")
class Multiply(Layer):
    def forward(self, first: Tensor, *others: Tensor) -> Tensor:
        return math.prod(others, start=first)  # type: ignore[return-value]


@layer("concat")
class Concat(Layer):
    def forward(self, *inputs: Tensor) -> Tensor:
        return torch.cat(inputs, 1)


@layer("widen")
class Widen(Layer):
    def forward(self, x: Tensor) -> Tensor:
        more = self.attributes["channels"] - x.shape[1]
        return F.pad(x, (0, 0, 0, 0, more // 2, more - more // 2))


@layer("slice")
class Slice(Layer):
    def forward(self, x: Tensor) -> Tensor:
        return x[:, self.attributes["from"] : self.attributes["from"] + self.attributes["count"]]


@layer("shuffle")
class Shuffle(Layer):
    def forward(self, x: Tensor) -> Tensor:
        n, channels, rows, columns = x.shape
        groups = self.attributes["groups"]
        return x.reshape(n, groups, channels // groups, rows, columns).transpose(1, 2).reshape(x.shape)


@layer("pad")
class Pad(Layer):
    def forward(self, x: Tensor) -> Tensor:
        top, left, bottom, right = self.attributes["padding"]
        mode = {"zero": "constant", "reflect": "reflect", "edge": "replicate"}[self.attributes["mode"]]
        return F.pad(x, (left, right, top, bottom), mode=mode)


@layer("crop")
class Crop(Layer):
    def forward(self, x: Tensor) -> Tensor:
        rows, columns = x.shape[2:]
        if "cut" in self.attributes:
            top, left, bottom, right = self.attributes["cut"]
        else:
            height, width = self.attributes["size"]
            top, left = (rows - height) // 2, (columns - width) // 2
            bottom, right = rows - height - top, columns - width - left
        return x[:, :, top : rows - bottom, left : columns - right]


@layer("upsample")
class Upsample(Layer):
    def forward(self, x: Tensor) -> Tensor:
        a = self.attributes
        rows, columns = x.shape[2:]
        to = tuple(a["size"]) if "size" in a else (rows * a["factor"][0], columns * a["factor"][1])
        if a["mode"] == "nearest":
            down, across = (torch.arange(end, device=x.device) * side // end for end, side in zip(to, (rows, columns)))
            return x[:, :, down][:, :, :, across]
        return F.interpolate(x, to, mode="bilinear", align_corners=a["mode"] == "corners")


class _PixelShuffle(Layer):
    def split(self, x: Tensor, sizes: Sequence[int], order: Sequence[int], shape: Sequence[int]) -> Tensor:
        return x.reshape(x.shape[0], *sizes).permute(0, *(axis + 1 for axis in order)).reshape(x.shape[0], *shape)


@layer("pixelshuffle")
class PixelShuffle(_PixelShuffle):
    def forward(self, x: Tensor) -> Tensor:
        down, across = self.attributes["block"]
        _, channels, rows, columns = x.shape
        depth = channels // (down * across)
        shape = (depth, rows * down, columns * across)
        if self.attributes["depthLast"]:
            return self.split(x, (down, across, depth, rows, columns), (2, 3, 0, 4, 1), shape)
        return self.split(x, (depth, down, across, rows, columns), (0, 3, 1, 4, 2), shape)


@layer("pixelunshuffle")
class PixelUnshuffle(_PixelShuffle):
    def forward(self, x: Tensor) -> Tensor:
        down, across = self.attributes["block"]
        _, channels, height, width = x.shape
        rows, columns = height // down, width // across
        sizes = (channels, rows, down, columns, across)
        order = (2, 4, 0, 1, 3) if self.attributes["depthLast"] else (0, 2, 4, 1, 3)
        return self.split(x, sizes, order, (channels * down * across, rows, columns))


def _by_position(x: Tensor, channels_first: bool) -> Tensor:
    return (x if channels_first else x.permute(0, 2, 3, 1)).reshape(x.shape[0], -1)


@layer("flatten")
class Flatten(Layer):
    def forward(self, x: Tensor) -> Tensor:
        return _by_position(x, self.attributes["channelsFirst"])[:, :, None, None]


@layer("reshape")
class Reshape(Layer):
    def forward(self, x: Tensor) -> Tensor:
        a = self.attributes
        height, width, channels = a["height"], a["width"], a["channels"]
        values = _by_position(x, a["channelsFirst"])
        if a["channelsFirst"]:
            return values.reshape(-1, channels, height, width)
        return values.reshape(-1, height, width, channels).permute(0, 3, 1, 2)


@layer("softmax")
class Softmax(Layer):
    def forward(self, x: Tensor) -> Tensor:
        return F.softmax(x, 1)


# --- what only training sees ------------------------------------------------------------------------------------------


@layer("aux")
class Auxiliary(Layer):
    """Hands its first input on. The network takes the loss of the second, its branch."""

    def forward(self, x: Tensor, *_: Tensor) -> Tensor:
        return x


@layer("loss")
class Loss(Layer):
    """Hands its input on; its attributes are the settings of the loss."""

    def forward(self, x: Tensor) -> Tensor:
        return x
