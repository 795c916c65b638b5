/** How a run's training split its data: what `eval` of its model must repeat, or it would test on training pictures. */

import { basename, dirname } from 'node:path'
import { LensletError } from '../core/errors.ts'
import { absolute, type DataOptions } from './data.ts'
import { readRun } from './runFolder.ts'

/**
 * The data options of the run that a model lies in, where the run was trained on this very data; none otherwise.
 *
 * @param path as in <model>: a run's folder, or a model file in it
 * @param data as in --data
 */
export async function trainedSplit(path: string, data: string): Promise<DataOptions> {
  const folder = basename(path).endsWith('.lenslet') ? dirname(path) : path
  try {
    const { data: trainedOn, dataOptions = {} } = await readRun(folder)
    return trainedOn === absolute(data) ? dataOptions : {}
  } catch (error) {
    // Most models lie elsewhere.
    if (error instanceof LensletError) return {}
    throw error
  }
}
