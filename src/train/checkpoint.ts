/**
 * Checkpoints: safetensors that hold every weight, every running statistic and the optimizer's state to the bit, and, in
 * the metadata, where the training stands and what it was made with. A training that goes on from one ends with the same
 * bits as one that was never stopped. Files are hostile: everything is checked, by a checksum, too.
 */

import { platform } from '#platform'
import type { Program } from '../backends/types.ts'
import { parseJson } from '../core/json.ts'
import { printFault } from '../core/schema.ts'
import { printShape, sameShape } from '../core/shapes.ts'
import type { Dataset } from '../data/dataset.ts'
import {
  checksumOf,
  readSafetensors,
  type SafetensorsFile,
  safetensorsParts,
  type Tensor,
} from '../model/safetensors.ts'
import type { PlanParameter } from '../plan/types.ts'
import { CheckpointError } from './errors.ts'
import { noRecords } from './history.ts'
import { difference, type TrainingIdentity } from './identity.ts'
import type { MetricsRecord } from './metrics.ts'
import { firstStateSchema, fromFirst, type SavedState, stateSchema } from './state.ts'

const format = 'lenslet.checkpoint'
/** 2: the records are beside the checkpoint, no longer in it. */
const version = '2'
const firstVersion = '1'

export interface Checkpoint {
  readonly identity: TrainingIdentity
  readonly state: SavedState
  /** All records, where the checkpoint holds them itself: in version 1. */
  readonly records?: readonly MetricsRecord[] | undefined
  readonly tensors: ReadonlyMap<string, Tensor>
}

/** Everything that outlives a step. No name of a node has a colon, so weights and optimizer state cannot be confused. */
function arraysOf({ plan }: Program): readonly PlanParameter[] {
  return [...plan.parameters, ...plan.optimizerState.map(({ name, buffer }) => ({ name: `optimizer:${name}`, buffer }))]
}

/** The best epoch's weights, where they are not the current ones. */
const bestName = (name: string) => `best:${name}`

/**
 * The file, part after part: where the program's memory is the host's, without a copy of the arrays, so it must be written
 * before the next step.
 */
export async function checkpointParts(
  program: Program,
  identity: TrainingIdentity,
  state: SavedState,
  best: ReadonlyMap<string, Float32Array> = new Map(),
): Promise<Iterable<Uint8Array>> {
  const tensors = new Map<string, Tensor>()
  for (const { name, buffer } of arraysOf(program)) {
    const values = (program.view?.(buffer) ?? (await program.read(buffer))) as Float32Array
    const shape = program.plan.buffers[buffer]?.shape ?? []
    tensors.set(name, { shape, values })
    const kept = best.get(name)
    if (kept !== undefined) tensors.set(bestName(name), { shape, values: kept })
  }
  return partsOf({ identity, state, tensors })
}

/** A checkpoint that was read, as a file again. */
export function partsOf({ identity, state, tensors }: Omit<Checkpoint, 'records'>): Iterable<Uint8Array> {
  const texts = { format, version, identity: JSON.stringify(identity), state: JSON.stringify(state) }
  return safetensorsParts(tensors, { ...texts, checksum: checksumOf(texts, tensors) })
}

/** From a path (Node) or bytes. Throws `FileError` or `CheckpointError`. */
export async function readCheckpoint(source: string | Uint8Array): Promise<Checkpoint> {
  const where = typeof source === 'string' ? source : 'the checkpoint'
  return decode(where, typeof source === 'string' ? await platform.readFile(source) : source)
}

function decode(where: string, bytes: Uint8Array): Checkpoint {
  let file: SafetensorsFile
  try {
    file = readSafetensors(bytes)
  } catch (cause) {
    throw damaged(where, firstLines(cause), cause)
  }
  const { metadata, tensors } = file
  if (metadata.format !== format || (metadata.version !== version && metadata.version !== firstVersion)) {
    throw new CheckpointError(`${where} is not a checkpoint`, {
      received: metadata.format === undefined ? 'a file of another kind' : `${metadata.format} ${metadata.version}`,
      expected: `${format} ${version}`,
      advice: 'name the file that the training wrote as its checkpoint',
    })
  }
  const { identity = '', state = '' } = metadata
  const expected = sumOf(where, { format, version: metadata.version, identity, state }, tensors)
  if (metadata.checksum !== expected) {
    throw damaged(where, `contents with the checksum ${expected}, where ${metadata.checksum} is written`)
  }
  const saved = json(where, state)
  const isFirst = metadata.version === firstVersion
  const fault = (isFirst ? firstStateSchema : stateSchema).fault(saved)
  if (fault !== undefined) throw damaged(where, `an invalid state: ${printFault(fault)}`)
  const known = json(where, identity) as TrainingIdentity
  if (!isFirst) return { identity: known, state: saved as SavedState, tensors }
  const { records, ...summary } = fromFirst(saved as Parameters<typeof fromFirst>[0])
  return { identity: known, state: { ...summary, history: noRecords }, records, tensors }
}

/**
 * Puts a checkpoint's arrays into a program whose training is the same.
 * Throws `CheckpointError` that says what differs; the program is then as it was.
 */
export function restore(program: Program, identity: TrainingIdentity, checkpoint: Checkpoint, dataset: Dataset): void {
  checkSame(identity, checkpoint, dataset)
  const found = arraysOf(program).map(({ name, buffer }) => ({
    buffer,
    values: valuesOf(program, checkpoint, name, buffer),
  }))
  for (const { buffer, values } of found) program.write(buffer, values)
}

/** The weights of `state.best`, copied. Throws `CheckpointError` where they are not in the checkpoint. */
export function bestOf(program: Program, checkpoint: Checkpoint): ReadonlyMap<string, Float32Array> {
  return new Map(
    program.plan.parameters.map(({ name, buffer }) => {
      const kept = bestName(name)
      const found = checkpoint.tensors.has(kept) ? kept : name
      return [name, valuesOf(program, checkpoint, found, buffer).slice()]
    }),
  )
}

function valuesOf(program: Program, { tensors }: Checkpoint, name: string, buffer: number): Float32Array {
  const tensor = tensors.get(name)
  const shape = program.plan.buffers[buffer]?.shape ?? []
  if (tensor !== undefined && sameShape(tensor.shape, shape)) return tensor.values
  throw new CheckpointError(`the checkpoint's ${name} does not fit`, {
    received: tensor === undefined ? 'no such array' : printShape(tensor.shape),
    expected: printShape(shape),
  })
}

/** Throws `CheckpointError` that says what differs, where the checkpoint is not of a training like this. */
export function checkSame(identity: TrainingIdentity, checkpoint: Checkpoint, dataset: Dataset): void {
  const different = difference(checkpoint.identity ?? {}, identity, dataset)
  if (different !== undefined) {
    throw new CheckpointError(`the checkpoint belongs to another training: ${different.what} differs`, {
      received: different.asked,
      expected: `${different.saved}, as it was when the checkpoint was written`,
      advice: different.advice,
    })
  }
  const { step } = checkpoint.state
  const { epochs, stepsPerEpoch } = identity
  if (step > epochs * stepsPerEpoch) {
    throw new CheckpointError('the checkpoint is further than this training goes', {
      received: `${epochs} epochs of ${stepsPerEpoch} steps`,
      expected: `at least the ${step} steps that are done`,
      advice: 'ask for more epochs',
    })
  }
}

/** Puts a checkpoint's weights, and nothing else, into a program of the same network. */
export function restoreWeights(program: Program, { tensors }: Checkpoint): void {
  for (const { name, buffer } of program.plan.parameters) {
    const values = tensors.get(name)?.values
    if (values !== undefined) program.write(buffer, values)
  }
}

/** A damaged header can give a tensor a type that is not decoded. */
function sumOf(where: string, ...of: Parameters<typeof checksumOf>): string {
  try {
    return checksumOf(...of)
  } catch (cause) {
    throw damaged(where, firstLines(cause), cause)
  }
}

function json(where: string, text: string): unknown {
  try {
    return parseJson(text)
  } catch (cause) {
    throw damaged(where, 'metadata that cannot be read', cause)
  }
}

function damaged(where: string, received: string, cause?: unknown): CheckpointError {
  return new CheckpointError(`${where} is damaged`, {
    received,
    expected: 'the bytes that the training wrote',
    advice: 'take another copy, or start again',
    ...(cause === undefined ? {} : { cause }),
  })
}

const firstLines = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause)).split('\n').join('; ')
