// The Python that checks of the PyTorch side run on: Debian's own, or the one of the path, whichever has torch and numpy.

import { spawnSync } from 'node:child_process'

export function torchPython(): string | undefined {
  return ['/usr/bin/python3', 'python3'].find(
    (path) => spawnSync(path, ['-c', 'import torch, numpy'], { stdio: 'ignore' }).status === 0,
  )
}
