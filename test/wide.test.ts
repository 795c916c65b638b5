// The wide kernels are compiled to 256-bit operations: one load or store in a wrong place, and V8 no longer joins a
// loop's operations. Only speed would show it, so V8 is asked which pairs it joined.

import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'

interface Compiled {
  /** Pairs of 128-bit stores that V8 found, and of them those that it joined. */
  readonly pairs: number
  readonly joined: number
  /** Pairs of multiply-adds that it joined. */
  readonly multiplyAdds: number
  /** Pairs whose halves do not lie side by side, so that each half is moved into place. */
  readonly moved: number
}

/** The functions with multiply-adds that V8 tried to join, from its trace. */
function productsOf(trace: string): readonly Compiled[] {
  return trace
    .split(/^Begin revec function /m)
    .slice(1)
    .filter((compiled) => compiled.includes('F32x4Qfma'))
    .map((compiled) => {
      // Everything that V8 decides to join is listed after this line.
      const decided = compiled
        .split(/Decide to vectorize, \d+ revectorizable nodes:/)
        .slice(1)
        .join('')
      const count = (of: string, pattern: RegExp) => of.match(pattern)?.length ?? 0
      return {
        pairs: count(compiled, /^\{$/gm),
        joined: count(decided, /Print \d+: Store\(/g),
        multiplyAdds: count(decided, /Print \d+: \[F32x4Qfma\]/g),
        moved: count(compiled, /ForcePackNode/g),
      }
    })
}

it('compiles every pair of loads, sums and stores to a single operation', (context) => {
  const flags = ['--trace-wasm-revectorize', '--conditions=lenslet-source', '--no-warnings']
  // Into a file: Node makes pipes non-blocking, and V8's trace would lose what does not fit at once.
  const folder = mkdtempSync(join(tmpdir(), 'lenslet-wide-'))
  const path = join(folder, 'trace')
  const file = openSync(path, 'w')
  const { status } = spawnSync(process.execPath, [...flags, 'test/fixtures/wide-child.ts'], {
    stdio: ['ignore', file, 'inherit'],
  })
  closeSync(file)
  const trace = readFileSync(path, 'utf8')
  rmSync(folder, { recursive: true })
  expect(status).toBe(0)
  if (!trace.includes('Begin revec function')) context.skip('this engine makes no 256-bit operations')
  const products = productsOf(trace)
  // Of the forward pass 2 for products and 5 for Winograd, of the filter gradient 1 and 3; the input gradient shares
  // those of the forward pass. Five loops are of activation functions. A function that V8 gave up on at its first pair
  // would be missing.
  expect(products).toHaveLength(16)
  for (const { pairs, joined, multiplyAdds, moved } of products) {
    expect(joined).toBe(pairs)
    expect(multiplyAdds).toBeGreaterThan(0)
    expect(moved).toBe(0)
  }
})
