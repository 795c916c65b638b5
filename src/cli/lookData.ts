/** The data set that sections of `lenslet look` run over: `--data` and `--among`. */

import { type Command, Option } from 'commander'
import type { Split } from '../data/dataset.ts'
import type { Normalization } from '../data/normalization.ts'
import { dataHelp, openData } from './data.ts'
import { readCall, UsageError } from './errors.ts'
import { type SplitName, splitNames, splitOf } from './evalSplit.ts'
import type { Subject } from './lookSection.ts'
import { choice, whole } from './options.ts'
import { trainedSplit } from './runData.ts'

export interface DataCall {
  readonly data?: string
  readonly split?: SplitName
  readonly among?: number
}

export interface LookedData {
  readonly name: string
  readonly split: Split
  readonly normalization: Normalization
  readonly classes: readonly string[]
}

export function addData(command: Command): void {
  command.addOption(new Option('--data <data>', `images to run through the network: ${dataHelp}`))
  command.addOption(
    new Option('--split <name>', 'which of them: test (the default), validation, train, or all').argParser(
      choice('--split', splitNames),
    ),
  )
  command.addOption(new Option('--among <n>', 'of them, the first n; default 500').argParser(whole('--among', 1)))
}

/** Opened once for all sections of a call. */
const opened = new WeakMap<object, Promise<LookedData>>()

/** Throws `UsageError` without --data, and for a split without images. */
export function dataOf({ model, name, terminal }: Subject, section: string, call: DataCall): Promise<LookedData> {
  const known = opened.get(model)
  if (known !== undefined) return known
  const open = async (): Promise<LookedData> => {
    const { data } = call
    if (data === undefined) {
      throw new UsageError(`the section ${section} needs images`, {
        received: 'no --data',
        expected: `lenslet look <model> --show ${section} --data <data>`,
        advice: `--data mnist, or a folder: --data images:photos`,
      })
    }
    const size = { ...model.input, preprocessing: model.info.preprocessing }
    const dataset = await openData(data, size, terminal, undefined, await trainedSplit(name, data))
    const split = await readCall(() => splitOf(dataset, call.split ?? 'test'))
    return {
      name: data,
      split,
      classes: dataset.classes,
      normalization: model.info.normalization ?? dataset.normalization,
    }
  }
  const promise = open()
  opened.set(model, promise)
  return promise
}

export const usualAmong = 500
