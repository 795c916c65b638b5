"""
Compares what Pillow and Lenslet make of image files, byte by byte:

    python3 python/check_images.py FOLDER     # written by test/torch/photos.ts

Prints one line of JSON.
"""

from __future__ import annotations

import json
import os
import sys

import numpy as np

from lenslet import safetensors
from lenslet.preprocessing import read_image


def main(folder: str) -> int:
    with open(os.path.join(folder, "cases.json"), encoding="utf-8") as file:
        cases = json.load(file)
    expected = safetensors.mapped(os.path.join(folder, "expected.safetensors"))
    failed = []
    for key, values in expected.items():
        number, _, name = key.partition("/")
        case = cases[int(number)]
        size = (case["size"]["height"], case["size"]["width"], case["size"]["channels"])
        try:
            apart = np.abs(read_image(os.path.join(folder, "files", name), size, case["prepare"]).astype(np.float32) - values)
            if apart.max() > 0:
                failed.append({"name": name, "case": case, "why": f"{int((apart > 0).sum())} bytes differ, by up to {int(apart.max())}"})
        except Exception as error:  # An image that fails is one of the findings.
            failed.append({"name": name, "case": case, "why": f"{type(error).__name__}: {error}"})
    print(json.dumps({"checked": len(expected), "failed": failed}))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
