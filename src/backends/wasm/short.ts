/**
 * Whether tiles of 4 rows are faster here than those of 6. V8 up to 12.4 (Node 22) sets the loads of an inner loop's turn
 * before its sums and spills what finds no register; rows.as.ts tells which tiles escape that. Later V8 keeps the order it is
 * given, and taller tiles load less. So both tiles are timed, each alone in a module of a few hundred bytes.
 */

import { tileModules } from '#kernels'
import { platform } from '#platform'
import type { TileModules } from './gen/modules.gen.ts'
import { decode } from './lzma.ts'

export interface ShortVerdict {
  /** Faster, by enough to be sure. */
  readonly ok: boolean
  /** One clause: what was found. */
  readonly why: string
}

let verdict: Promise<ShortVerdict | undefined> | undefined

/**
 * The verdict, found at the first call; it takes some two milliseconds of this thread, but has to wait for V8's optimizing
 * compiler: 3 ms on Node 24, 10 on Node 22. None in a page: its clock is too coarse, and its engine seldom so old.
 */
export function shortVerdict(): Promise<ShortVerdict | undefined> {
  verdict ??= platform.fineClock && tileModules ? judge(tileModules) : Promise.resolve(undefined)
  return verdict
}

/** Tiles of 6 rows must take at least this many times as long as those of 4; 1.6 on Node 22, 0.95 on Node 24. */
const leastGain = 1.2
/** An optimized tile is at least this many times as fast as V8's first, unoptimized code: 3 to 5. */
const optimizedGain = 1.7
/** Milliseconds after which they are compared, optimized or not. */
const patience = 100

const rows = 48
const terms = 128

type Tile = keyof TileModules
type Times = Readonly<Record<Tile, number>>

async function judge(modules: TileModules): Promise<ShortVerdict> {
  const began = platform.now()
  const run = { short: tileOf(modules.short, 4), relaxed: tileOf(modules.relaxed, 6) }
  const first = leastTimes(run, 6)
  // V8 optimizes what has run for so long.
  leastTimes(run, 40)
  do {
    await new Promise((resolve) => setTimeout(resolve, 1))
  } while (!isOptimized(first, leastTimes(run, 10)) && platform.now() - began < patience)
  const times = leastTimes(run, 100)
  const gain = times.relaxed / times.short
  return { ok: gain >= leastGain, why: `tiles of 4 rows are ${gain.toFixed(1)} times as fast as those of 6` }
}

function isOptimized(first: Times, times: Times): boolean {
  return first.short >= optimizedGain * times.short && first.relaxed >= optimizedGain * times.relaxed
}

/** A product of 48 rows, 128 terms and 8 columns, of noughts. */
function tileOf(module: string, height: number): () => void {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 })
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(decode(module)), { env: { memory } })
  const multiply = exports.multiplyTiles as (...args: number[]) => void
  const panel = rows * terms * 4
  return () => multiply(rows / height, 0, terms * 4, panel + terms * 32, 32, panel, terms)
}

/** The shortest time of each in this many rounds: other programs may be running. */
function leastTimes(run: Readonly<Record<Tile, () => void>>, rounds: number): Times {
  const least = { short: Number.POSITIVE_INFINITY, relaxed: Number.POSITIVE_INFINITY }
  for (let round = 0; round < rounds; round++) {
    for (const tile of ['short', 'relaxed'] as const) {
      const began = platform.now()
      run[tile]()
      least[tile] = Math.min(least[tile], platform.now() - began)
    }
  }
  return least
}
