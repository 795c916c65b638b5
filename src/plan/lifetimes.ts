/**
 * From which step to which each value must exist, and which values share memory: views their base's, and results that of
 * an input where a step may work in place. The result is a list of blocks, each with a size and a lifetime, ready for the
 * arena. Values are numbers from 0, so everything that is known of them stands in arrays.
 */

import { bytesOf } from '../ops/arrays.ts'
import { type Draft, type DraftValue, specAt } from './draft.ts'
import type { BufferRole } from './types.ts'

const persistent: ReadonlySet<BufferRole> = new Set(['data', 'scalars', 'parameter', 'tracked', 'optimizer'])

/** First and last step of each memory, by its id; it is never used where `from` is `unused`. */
export class Lifetimes {
  static readonly unused = 2 ** 31 - 1
  readonly from: Int32Array
  readonly to: Int32Array
  /** What the host reads when a section is done. Not even its last step may write over it. */
  readonly held = new Set<number>()

  constructor(count: number) {
    this.from = new Int32Array(count).fill(Lifetimes.unused)
    this.to = new Int32Array(count).fill(-1)
  }

  extend(id: number, from: number, to: number): void {
    if (from < (this.from[id] as number)) this.from[id] = from
    if (to > (this.to[id] as number)) this.to[id] = to
  }
}

/** Of all steps' values; what is persistent lives always. `count`: of values, the draft's and more behind them. */
export function lifetimes({ steps, values }: Draft, count: number): Lifetimes {
  const end = Math.max(steps.length - 1, 0)
  const lives = new Lifetimes(count)
  for (let index = 0; index < steps.length; index++) {
    const { inputs, outputs, updates } = steps[index] as Draft['steps'][number]
    for (const operands of [inputs, outputs, updates])
      for (const { id } of operands) lives.extend((values[id] as DraftValue).root.id, index, index)
  }
  for (const { id, role } of values) if (persistent.has(role)) lives.extend(id, 0, end)
  return lives
}

export interface Block {
  readonly bytes: number
  readonly from: number
  readonly to: number
  /** Exists before and after the run. */
  readonly persistent: boolean
  /** Values with memory of their own; views are not among them. */
  readonly values: readonly DraftValue[]
}

type OpenBlock = { -readonly [K in keyof Block]: Block[K] } & { values: DraftValue[] }

/** `values`, the draft's and workspaces, grouped by the memory they share, for a number of pictures. */
export function blocks(
  { steps, values: own }: Draft,
  values: readonly DraftValue[],
  { from, to, held }: Lifetimes,
  batch: number,
): readonly Block[] {
  const blockOf = new Array<OpenBlock | undefined>(values.length)
  for (const value of values) {
    const { id, role } = value
    if (value.root !== value || from[id] === Lifetimes.unused) continue
    blockOf[id] = {
      values: [value],
      from: from[id] as number,
      to: to[id] as number,
      bytes: bytesOf(specAt(value, batch)),
      persistent: persistent.has(role),
    }
  }
  for (let index = 0; index < steps.length; index++) {
    const { op, inputs, outputs } = steps[index] as Draft['steps'][number]
    if (op.inPlace === undefined) continue
    for (const [input, output] of op.inPlace) {
      const read = own[inputs[input]?.id ?? -1]?.root.id ?? -1
      if (held.has(read)) continue
      const source = blockOf[read]
      const result = blockOf[outputs[output]?.id ?? -1]
      if (source === undefined || result === undefined || source === result) continue
      // The source must end here; a result that has already joined another input's block has other values in it.
      if (source.persistent || result.persistent || source.to !== index || result.from !== index) continue
      if (source.bytes !== result.bytes || result.values.length > 1) continue
      source.values.push(...result.values)
      source.to = result.to
      for (const { id } of result.values) blockOf[id] = source
    }
  }
  return [...new Set(blockOf)].filter((block) => block !== undefined)
}
