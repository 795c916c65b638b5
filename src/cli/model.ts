/** What a person means by <model>: a `.lenslet` file, or the folder of a run that holds one. */

import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Model } from '../model/model.ts'
import { readCall, UsageError } from './errors.ts'
import { filesOf } from './runFolder.ts'

export async function openModel(
  path: string,
  { threads, batch, exact = false }: { threads?: number | undefined; batch?: number; exact?: boolean | undefined },
): Promise<Model> {
  const file = await readCall(() => findModel(path))
  return Model.load(file, {
    exact,
    ...(threads === undefined ? {} : { threads }),
    ...(batch === undefined ? {} : { batch }),
  })
}

async function findModel(path: string): Promise<string> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw new UsageError(`there is no model ${path}`, {
      received: cause.code === 'ENOENT' ? 'no such file' : cause.message,
      expected: 'a .lenslet file, or the folder of a run',
      advice: 'lenslet train makes one; check the path',
      cause,
    })
  })
  if (!found.isDirectory()) return path
  const { model, checkpoint } = filesOf(path)
  if (await isThere(model)) return model
  throw new UsageError(`the folder ${path} holds no finished model`, {
    received: `no ${join(path, 'model.lenslet')}`,
    expected: 'the folder of a run that was trained to its end',
    advice: (await isThere(checkpoint)) ? `lenslet train --resume ${path}` : 'lenslet train makes one; check the path',
  })
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
