"""PyTorch's side of the benchmark: a process that reads requests from stdin, one line of JSON each, and answers on stdout.

A network comes as ONNX nodes (NCHW), its tensors' bytes behind the request. Every layout that PyTorch offers is tried once,
and the quickest is what is timed from then on.
"""

import json
import resource
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
import torch.utils.mkldnn
from torch import nn

source, sink = sys.stdin.buffer, sys.stdout.buffer


def symmetric(pads):
    """[top, left, bottom, right] as what modules take, or None where two sides differ."""
    half = len(pads) // 2
    return list(pads[:half]) if pads[:half] == pads[half:] else None


class Padded(nn.Module):
    """A window whose sides are padded differently."""

    def __init__(self, pads, inner, value=0.0):
        super().__init__()
        top, left, bottom, right = pads
        self.sides, self.inner, self.value = [left, right, top, bottom], inner, value

    def forward(self, x):
        return self.inner(F.pad(x, self.sides, value=self.value))


class Function(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *inputs):
        return self.function(*inputs)


def module_of(node, tensors):
    """The module of a node, and which of its parameters are which tensors."""
    op, a, names = node["op"], node.get("attributes", {}), node["inputs"][1:]
    if op == "Conv":
        w = tensors[names[0]]
        plain = symmetric(a["pads"])
        conv = nn.Conv2d(w.shape[1] * a["group"], w.shape[0], a["kernel_shape"], a["strides"], plain or 0,
                         a["dilations"], a["group"], bias=len(names) > 1)
        module = conv if plain is not None else Padded(a["pads"], conv)
        return module, dict(zip(names, [conv.weight, conv.bias]))
    if op == "Gemm":
        w = tensors[names[0]]
        linear = nn.Linear(w.shape[1], w.shape[0], bias=len(names) > 1)
        return linear, dict(zip(names, [linear.weight, linear.bias]))
    if op == "BatchNormalization":
        bn = nn.BatchNorm2d(len(tensors[names[0]]), eps=a["epsilon"]["float"], momentum=0.1)
        return bn, dict(zip(names, [bn.weight, bn.bias, bn.running_mean, bn.running_var]))
    if op == "MaxPool":
        plain = symmetric(a["pads"])
        pool = nn.MaxPool2d(a["kernel_shape"], a["strides"], plain or 0, a["dilations"], ceil_mode=bool(a["ceil_mode"]))
        return pool if plain is not None else Padded(a["pads"], pool, float("-inf")), {}
    if op == "AveragePool":
        return nn.AvgPool2d(a["kernel_shape"], a["strides"], symmetric(a["pads"]), bool(a["ceil_mode"]),
                            bool(a["count_include_pad"])), {}
    if op == "Pad":
        before, after = int(tensors[names[0]][1]), int(tensors[names[0]][5])
        return Function(lambda x: F.pad(x, [0, 0, 0, 0, before, after])), {}
    if op == "LeakyRelu":
        return nn.LeakyReLU(a["alpha"]["float"]), {}
    if op == "Clip":
        return nn.Hardtanh(float(tensors[names[0]]), float(tensors[names[1]])), {}
    simple = {
        "Relu": nn.ReLU(),
        "Gelu": nn.GELU(),
        "Sigmoid": nn.Sigmoid(),
        "Tanh": nn.Tanh(),
        "GlobalAveragePool": nn.AdaptiveAvgPool2d(1),
        "Flatten": Function(lambda x: x.reshape(x.shape[0], -1)),
        "Identity": nn.Identity(),
        "Add": Function(torch.add),
        "Concat": Function(lambda *parts: torch.cat(parts, 1)),
        "Softmax": nn.Softmax(1),
    }
    return simple[op], {}


class Network(nn.Module):
    def __init__(self, graph, tensors):
        super().__init__()
        self.steps, self.weights = [], {}
        modules = []
        for node in graph["nodes"]:
            module, weights = module_of(node, tensors)
            self.weights.update(weights)
            modules.append(module)
            self.steps.append((len(modules) - 1, [name for name in node["inputs"] if name not in tensors], node["output"]))
        self.layers = nn.ModuleList(modules)
        self.input, self.output = graph["input"]["name"], graph["output"]["name"]
        with torch.no_grad():
            for name, weight in self.weights.items():
                # What was not sent is a view of one value: then the weights stay as PyTorch makes them.
                if tensors[name].flags.c_contiguous:
                    weight.copy_(torch.from_numpy(tensors[name]))

    def forward(self, x):
        made = {self.input: x}
        for layer, inputs, output in self.steps:
            made[output] = self.layers[layer](*[made[name] for name in inputs])
        return made[self.output]

    def fold(self):
        """BN into the convolution before it."""
        readers = {}
        for layer, inputs, _ in self.steps:
            for name in inputs:
                readers.setdefault(name, []).append(layer)
        for layer, _, output in self.steps:
            after = readers.get(output, [])
            if len(after) == 1 and isinstance(self.layers[layer], nn.Conv2d) and isinstance(self.layers[after[0]], nn.BatchNorm2d):
                self.layers[layer] = nn.utils.fusion.fuse_conv_bn_eval(self.layers[layer], self.layers[after[0]])
                self.layers[after[0]] = nn.Identity()
        return self


def least(run, times):
    best = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - start)
    return best


def inference(graph, tensors, pictures, bare):
    """A function that runs the network, by the quickest layout, and what each took."""

    def network():
        return Network(graph, tensors).eval().fold()

    def plain():
        module = network()
        return lambda: module(pictures)

    def channels_last():
        module, own = network().to(memory_format=torch.channels_last), pictures.to(memory_format=torch.channels_last)
        return lambda: module(own)

    def mkldnn():
        module, own = torch.utils.mkldnn.to_mkldnn(network()), pictures.to_mkldnn()
        return lambda: module(own).to_dense()

    def optimized():
        module = torch.jit.optimize_for_inference(torch.jit.trace(network(), pictures))
        return lambda: module(pictures)

    return choose([plain] if bare else [plain, channels_last, mkldnn, optimized])


def choose(layouts):
    best, chosen, said = float("inf"), None, []
    for layout in layouts:
        try:
            run = layout()
            run()
            run()
            seconds = least(run, 2)
        except (RuntimeError, NotImplementedError) as error:
            said.append(f"{layout.__name__} refused: {str(error).splitlines()[0][:60]}")
            continue
        said.append(f"{layout.__name__} {seconds * 1000:.1f} ms")
        if seconds < best:
            best, chosen = seconds, (layout.__name__, run)
    name, run = chosen
    return run, f"{name} (tried: {'; '.join(said)})"


def training(graph, tensors, pictures, labels, work, bare):
    """A function that takes one step, by the quickest layout, and what the first steps left."""
    after = {}

    def trainer(layout, memory_format):
        module = Network(graph, tensors).to(memory_format=memory_format).train()
        own = pictures.contiguous(memory_format=memory_format)
        learned = {name: weight for name, weight in module.weights.items() if isinstance(weight, nn.Parameter)}
        groups = [
            {"params": [weight for name, weight in learned.items() if (name in work["decays"]) == decays],
             "weight_decay": work["weightDecay"] if decays else 0.0}
            for decays in (True, False)
        ]
        optimizer = torch.optim.SGD(groups, lr=work["rate"], momentum=work["momentum"])

        def step():
            optimizer.zero_grad(set_to_none=True)
            scores = module(own)
            loss = F.cross_entropy(scores.reshape(len(labels), -1), labels)
            loss.backward()
            optimizer.step()
            return loss.item()

        for _ in range(work["checkedSteps"]):
            step()
        after[layout] = [module.weights[name].detach().contiguous().numpy().copy() for name in work["order"]]
        return step

    def plain():
        return trainer("plain", torch.contiguous_format)

    def channels_last():
        return trainer("channels_last", torch.channels_last)

    run, said = choose([plain] if bare else [plain, channels_last])
    return run, said, b"".join(values.tobytes() for values in after[said.split()[0]])


def read_tensors(graph):
    tensors = {}
    for tensor in graph["tensors"]:
        kind = np.dtype(tensor["type"])
        if not tensor["sent"]:
            tensors[tensor["name"]] = np.broadcast_to(np.zeros(1, kind), tensor["shape"])
            continue
        count = int(np.prod(tensor["shape"]))
        tensors[tensor["name"]] = np.frombuffer(bytearray(source.read(count * kind.itemsize)), kind).reshape(tensor["shape"])
    return tensors


def answer(reply, data=b""):
    sink.write(json.dumps({**reply, "bytes": len(data)}).encode() + b"\n" + data)
    sink.flush()


def start(request):
    if not request["bare"]:
        # Initial values take seconds, and all are overwritten.
        for kind in (nn.Conv2d, nn.Linear):
            kind.reset_parameters = lambda self: None
    torch.set_num_threads(request["threads"])
    torch.set_num_interop_threads(1)
    graph = request["graph"]
    tensors = read_tensors(graph)
    shape = graph["input"]["shape"]
    pictures = torch.from_numpy(np.frombuffer(bytearray(source.read(4 * int(np.prod(shape)))), np.float32).reshape(shape))
    if "training" in request:
        labels = torch.from_numpy(np.frombuffer(source.read(shape[0]), np.uint8).astype(np.int64))
        run, description, left = training(graph, tensors, pictures, labels, request["training"], request["bare"])
        return run, description, left
    with torch.no_grad():
        run, description = inference(graph, tensors, pictures, request["bare"])
        scores = run()
    return run, description, scores.contiguous().numpy().tobytes()


def peak():
    """Greatest resident set, bytes. Linux counts the parent's copy in ru_maxrss, and not in VmHWM."""
    try:
        with open("/proc/self/status") as status:
            return 1024 * next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main():
    run = None
    while line := source.readline():
        request = json.loads(line)
        try:
            if request["kind"] == "start":
                run, description, data = start(request)
                answer({"description": description}, data)
            else:
                times = []
                before, began = time.process_time(), time.perf_counter()
                # Inference wants no graph; training turns it on for itself.
                with torch.set_grad_enabled(request["training"]):
                    while True:
                        times.append(least(run, 1) * 1000)
                        if (time.perf_counter() - began) * 1000 >= request["milliseconds"]:
                            break
                answer({"times": times, "cpu": (time.process_time() - before) * 1000,
                        "peak": peak()})
        except Exception as error:  # Whatever it is, the table says it.
            answer({"failed": f"{type(error).__name__}: {error}"})


main()
