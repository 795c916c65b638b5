/** Keeps runs, and opens them again. */

import { readModel } from 'lenslet/exchange'
import type { Handlers } from '../engine/context.ts'
import { withModel } from '../take/engine.ts'
import { writers } from '../take/files.ts'
import { adopt } from '../take/load.ts'
import type { RunsCalls } from './messages.ts'
import { openPlace } from './opfs.ts'
import { RunStore } from './store.ts'

let opened: Promise<RunStore> | undefined

/** Asked again where it failed: a person may have allowed it meanwhile. */
function store(): Promise<RunStore> {
  opened ??= openPlace()
    .then((place) => new RunStore(place))
    .catch((error) => {
      opened = undefined
      throw error
    })
  return opened
}

export const handlers: Handlers<RunsCalls> = {
  'runs.list': async () => ({ runs: await (await store()).list() }),
  'runs.keep': async ({ name, text, wish, story }, context) => {
    const runs = await store()
    const bytes = await withModel(context, (model) => writers.lenslet(model, { title: name }))
    const { tested, epoch } = story
    return runs.keep({ name, text, ...wish, epoch, ...(tested && { accuracy: tested.accuracy }) }, bytes)
  },
  'runs.open': async ({ id }, context) => {
    const { run, model } = await (await store()).open(id)
    const { data, seed, settings } = run
    const imported = await readModel(model, { name: 'model.lenslet' })
    return { ...(await adopt(imported, { data, seed, settings }, context, run.text)), run }
  },
  'runs.rename': async ({ id, name }) => (await store()).rename(id, name),
  'runs.remove': async ({ id }) => {
    await (await store()).remove(id)
    return {}
  },
}
