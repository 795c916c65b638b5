// Weights by formula, so that a network's outputs can be compared with PyTorch's without its weights: a hash of the
// array's name and the element's number (../shared/facts/formula/README.md).

/** FNV-1a, 32 bits. */
function hash(name: string): number {
  let h = 2166136261
  for (const byte of new TextEncoder().encode(name)) h = Math.imul(h ^ byte, 16777619)
  return h >>> 0
}

/** Values in [lo, hi), in the order of PyTorch's layout. */
export function uniform(name: string, count: number, lo: number, hi: number): Float32Array {
  const start = hash(name)
  const values = new Float32Array(count)
  for (let i = 0; i < count; i++) {
    let x = (start + i) | 0
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
    x ^= x >>> 16
    values[i] = lo + (hi - lo) * ((x >>> 0) / 2 ** 32)
  }
  return values
}

/** The array of a state dict with this key and shape. */
export function weightByFormula(key: string, shape: readonly number[]): Float32Array {
  const count = shape.reduce((a, b) => a * b, 1)
  return uniform(key, count, ...rangeOf(key, shape))
}

function rangeOf(key: string, shape: readonly number[]): readonly [number, number] {
  if (shape.length >= 2) {
    const bound = Math.sqrt(6 / shape.slice(1).reduce((a, b) => a * b, 1))
    return [-bound, bound]
  }
  if (key.endsWith('running_mean')) return [-0.1, 0.1]
  if (key.endsWith('running_var')) return [0.5, 1.5]
  if (key.endsWith('bias') || key.endsWith('beta')) return [-0.1, 0.1]
  if (key.endsWith('gamma') || key.endsWith('layer_scale')) return [0.1, 0.3]
  return [0.5, 1.5]
}

/** The image, [h, w, c] of the formula's [c, h, w]. */
export function imageByFormula([, c, h, w]: readonly [number, number, number, number]): Float32Array {
  const theirs = uniform('picture', c * h * w, -1, 1)
  return Float32Array.from({ length: c * h * w }, (_, i) => {
    const channel = i % c
    const position = (i - channel) / c
    return theirs[channel * h * w + position] as number
  })
}
