/**
 * What makes a training the one it is: network, data, backend and every setting that decides a bit of the result. Two
 * trainings with equal identities and equal initial weights end with equal bits.
 */

import { checksum } from '../core/checksum.ts'
import { printVolume } from '../core/shapes.ts'
import type { Dataset, Split } from '../data/dataset.ts'
import { digestOf } from '../data/store.ts'
import type { Network } from '../network/network.ts'
import type { Plan } from '../plan/types.ts'
import type { BitSettings, TrainSettings } from './options.ts'
import { hasPictures } from './splits.ts'

export interface TrainingIdentity extends BitSettings {
  readonly network: Network
  readonly data: string
  /** `wasm` or `reference`: they round differently. Threads do not matter. */
  readonly backend: string
  /** Without Winograd's method, which rounds otherwise. */
  readonly exact: boolean
  /** How products are added, in words; undefined where the backend does not say. It is compared, but never refused. */
  readonly rounding?: string | undefined
  readonly epochs: number
  readonly stepsPerEpoch: number
  /** Whether the number of epochs decides about the first steps, too. */
  readonly seesEnd: boolean
}

export function identityOf(
  dataset: Dataset,
  settings: TrainSettings,
  { plan, backend, rounding }: { plan: Plan; backend: string; rounding?: string | undefined },
) {
  const { batch, optimizer, schedule, decay, groups, augment, labelSmoothing, classWeights, clipNorm, frozen, seed } =
    settings
  const { epochs, stepsPerEpoch, rates, normalization, accumulate, ema, lookahead, learning } = settings
  return {
    network: plan.network,
    data: describeTraining(dataset),
    backend,
    exact: plan.target.exact,
    ...(rounding !== undefined && { rounding }),
    batch,
    optimizer,
    schedule,
    decay,
    groups,
    accumulate,
    ema,
    lookahead,
    augment,
    labelSmoothing,
    classWeights,
    clipNorm,
    frozen,
    seed,
    normalization,
    epochs,
    stepsPerEpoch,
    seesEnd: rates.seesEnd || lookahead !== null || learning.some((group) => group.schedule?.seesEnd),
  } satisfies TrainingIdentity
}

/**
 * What the training pictures are, wherever they lie: number, size, classes, and a checksum of every byte of them, of their
 * labels and of the classes' names.
 */
export function describeTraining({ train, classes }: Pick<Dataset, 'train' | 'classes'>): string {
  return `training pictures: ${describeSplit(train, classes)}`
}

/** The same of the pictures that a training is evaluated on. */
export function describeTests({ validation, test, classes }: Dataset): string {
  const parts = [validation, test].map((split) => (hasPictures(split) ? describeSplit(split, classes) : 'none'))
  return `validation pictures: ${parts[0]}; test pictures: ${parts[1]}`
}

function describeSplit(split: Split, classes: readonly string[]): string {
  const names = new TextEncoder().encode(JSON.stringify(classes))
  const { store } = split
  if (store !== undefined) {
    const labels = checksum([names, targetBytes(split) ?? labelBytes(split)])
    return `${split.count} of ${printVolume(split)}, ${classes.length} classes, labels ${labels}, images ${digestOf(store)}`
  }
  const sum = checksum([names, targetBytes(split) ?? labelBytes(split), split.images])
  return `${split.count} of ${printVolume(split)}, ${classes.length} classes, checksum ${sum}`
}

function targetBytes({ targets }: Split): Uint8Array | undefined {
  return targets && new Uint8Array(targets.buffer, targets.byteOffset, targets.byteLength)
}

function labelBytes({ labels }: Split): Uint8Array {
  return new Uint8Array(Uint16Array.from(labels).buffer)
}

/** As checkpoints described the data up to version 0.1: by its name, and by every 251st byte of the pictures. */
function describeAsBefore({ name, train }: Dataset): string {
  const sample = Uint8Array.from({ length: Math.ceil(train.images.length / 251) }, (_, i) => train.images[i * 251] ?? 0)
  return `${name}, ${train.count} training pictures, checksum ${checksum([sample, labelBytes(train)])}`
}

/** The first thing in which two trainings differ. */
export interface Difference {
  readonly what: string
  readonly saved: string
  readonly asked: string
  readonly advice: string
}

/** Undefined where a training may go on from the saved one, which comes from a file and may hold anything. */
export function difference(
  saved: Partial<TrainingIdentity>,
  asked: TrainingIdentity,
  dataset: Dataset,
): Difference | undefined {
  for (const what of Object.keys(asked) as (keyof TrainingIdentity)[]) {
    // A constant rate does not see the end: such a training may be made longer.
    if (what === 'epochs' && !asked.seesEnd) continue
    // Another processor or engine may go on; its bits differ, which `resumeNotices` says.
    if (what === 'rounding') continue
    if (saved[what] === undefined && Object.hasOwn(added, what) && asked[what] === added[what]) continue
    const [before, after] = [canonical(saved[what]), canonical(asked[what])]
    if (before === after) continue
    if (what === 'data' && !isDescribed(saved.data) && saved.data === describeAsBefore(dataset)) continue
    const advice =
      what === 'data'
        ? 'resume with the pictures, labels and class names that the training began with, or begin another training'
        : 'train with the same settings again, or start again without resuming'
    return { what, ...apart(before, after), advice }
  }
  return undefined
}

/** Settings that earlier checkpoints do not have, and what they were then. */
const added: Partial<TrainingIdentity> = { classWeights: null, groups: null, accumulate: 1, ema: null, lookahead: null }

const isDescribed = (data: unknown) => typeof data === 'string' && data.startsWith('training pictures: ')

/** JSON with sorted keys. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_, part) =>
      typeof part === 'object' && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
        : part,
    ) ?? 'nothing'
  )
}

/** Two long texts from a little before the place where they part. */
function apart(saved: string, asked: string): { readonly saved: string; readonly asked: string } {
  let at = 0
  while (saved[at] === asked[at]) at++
  const from = Math.max(saved.length, asked.length) <= 120 ? 0 : Math.max(0, at - 60)
  const cut = (text: string) =>
    `${from > 0 ? '...' : ''}${text.slice(from, from + 120)}${text.length > from + 120 ? '...' : ''}`
  return { saved: cut(saved), asked: cut(asked) }
}
