/** The weights that a run started from: to see how far they have moved. */

import { existsSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { LensletError } from '../core/errors.ts'
import { Model } from '../model/model.ts'
import type { Tensor } from '../model/safetensors.ts'
import { filesOf, readRun } from './runFolder.ts'

/**
 * Those of the copy in the run's folder, or, where it began with new weights, those that follow from its seed.
 * Undefined for a model that is not a run's.
 *
 * @param path as in <model>: a run's folder, or a model file in it
 */
export async function weightsAtStart(path: string): Promise<ReadonlyMap<string, Tensor> | undefined> {
  const isFile = ['model.lenslet', 'last.lenslet'].includes(basename(path))
  const folder = isFile ? dirname(path) : path
  if (!existsSync(filesOf(folder).settings)) return undefined
  try {
    const { network, options, init } = await readRun(folder)
    const { start } = filesOf(folder)
    await using model = existsSync(start)
      ? await Model.load(start, { threads: 1 })
      : await Model.create(network, {
          threads: 1,
          seed: options.seed ?? 0,
          ...(init !== undefined && { initial: init }),
        })
    return await model.snapshot()
  } catch (error) {
    // The folder of something else, or of a run whose files are damaged: the model can be looked at all the same.
    if (error instanceof LensletError) return undefined
    throw error
  }
}
