/**
 * The kernels by themselves, on one thread: each variant in a process of its own, row by row in turns. Arithmetic is
 * measured by the peak of the variant's own multiply–adds, what moves memory by a memcpy.
 */

import type { VariantName } from '../../../src/backends/wasm/variants.ts'
import { errorOverRms, least } from '../../timing.ts'
import type { NamedPart } from '../index.ts'
import { best, flopsOf } from './arithmetic.ts'
import { arrayBytes, movedBytes } from './memory.ts'
import { type TableName, tables } from './messages.ts'
import type { KernelRow } from './row.ts'
import { Seat } from './seat.ts'
import { isReached, type Line, type Outcome, printKernels } from './table.ts'

/** The best first: what the command line takes, if it runs here. */
const variants: readonly VariantName[] = ['wide', 'relaxed', 'plain']
/**
 * Rows are gone through so often, each time with so many rounds: who else is at work on the machine, for a second or two,
 * disturbs a row once.
 */
const passes = 3
const rounds = 2
/** Of a variant's turn at a row. */
const milliseconds = 16
/** Share of the peak, of the product at its best. */
const demanded = 0.85
/** Over the outputs' RMS, as for networks: variants round differently, and differ in nothing else. */
const tolerance = 1e-3

export const kernels: NamedPart = {
  name: 'kernels',
  isBrief: true,
  async measure() {
    const seats = variants.map((variant) => new Seat(variant))
    try {
      const outcome = await outcomeOf(seats)
      return { ...outcome, missed: !isReached(outcome.demand), print: () => printKernels(outcome) }
    } finally {
      for (const seat of seats) seat.leave()
    }
  },
}

async function outcomeOf(all: readonly Seat[]): Promise<Outcome> {
  const seats: Seat[] = []
  const absent: { variant: VariantName; why: string }[] = []
  for (const seat of all) {
    const why = await seat.start()
    if (why === undefined) seats.push(seat)
    else absent.push({ variant: seat.variant, why })
  }
  if (seats.length === 0) throw new Error(`no variant runs here: ${absent.map(({ why }) => why).join('; ')}`)
  const measured = (Object.keys(tables) as TableName[]).flatMap((table) =>
    tables[table].map(
      (row, index): Measured => ({ table, index, row, times: seats.map(() => ({ step: [], beside: [] })) }),
    ),
  )
  for (let pass = 0; pass < passes; pass++) for (const each of measured) await measure(seats, each)

  const peaks = seats.map(({ variant, peakFlops }, at) => {
    const times = measured.flatMap(({ table, times }) => (table === 'arithmetic' ? (times[at]?.beside ?? []) : []))
    return { variant, speed: peakFlops / least(times) / 1e6 }
  })
  const lines = measured.map(({ table, row, times }): Line => {
    const moves = table === 'memory'
    const work = moves ? movedBytes(row) : flopsOf(row)
    // A memcpy is the same for all variants, so that the least of all tells.
    const copy = moves ? arrayBytes(row) / least(times.flatMap(({ beside }) => beside)) / 1e6 : undefined
    const cells = peaks.map(({ variant, speed: peak }, at) => {
      const milliseconds = least(times[at]?.step ?? [])
      const speed = work / milliseconds / 1e6
      return { variant, milliseconds, speed, share: speed / (copy ?? peak) }
    })
    return { table, name: row.name, shape: row.shape, ...(copy && { copy }), cells }
  })
  const line = lines[measured.findIndex(({ row }) => row === best)]
  const [cell] = line?.cells ?? []
  if (line === undefined || cell === undefined) throw new Error(`${best.name} was not measured`)
  return { rounds: passes * rounds, peaks, lines, demand: { line, cell, least: demanded }, absent }
}

interface Measured {
  readonly table: TableName
  readonly index: number
  readonly row: KernelRow
  /** Of each seat, round by round: of the step, and of what it is measured by; ms. */
  readonly times: readonly { readonly step: number[]; readonly beside: number[] }[]
}

/** Outputs first, then turns, in an order that changes. */
async function measure(seats: readonly Seat[], { table, index, row, times }: Measured): Promise<void> {
  const values = await Promise.all(seats.map((seat) => seat.lay(table, index)))
  for (const [at, { variant }] of seats.entries()) {
    const error = errorOverRms(values[at] as Float32Array, values[0] as Float32Array)
    if (error <= tolerance) continue
    throw new Error(`${row.name}: ${variant} differs from ${seats[0]?.variant} by ${error.toExponential(1)} of the RMS`)
  }
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < seats.length; turn++) {
      const at = (turn + round) % seats.length
      const found = await seats[at]?.turn(milliseconds)
      if (found === undefined) continue
      times[at]?.step.push(found.step)
      times[at]?.beside.push(found.beside)
    }
  }
}
