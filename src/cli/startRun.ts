/** Begins the folder of a new run: its settings, and the weights that it starts from. */

import type { Model } from '../model/model.ts'
import { createRun, type NewRun } from './createRun.ts'
import type { RunSettings } from './runFolder.ts'

export interface StartCall {
  readonly out?: string
  readonly force?: boolean
}

export function startRun(settings: RunSettings, model: Model, { out, force }: StartCall): Promise<NewRun> {
  // New weights follow from the seed; those of a file may be gone or others when the run is resumed.
  const isLoaded = settings.model !== undefined
  return createRun(settings, { out, force, ...(isLoaded && { writeStart: (path: string) => model.save(path) }) })
}
