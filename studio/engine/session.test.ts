/** What uses the model is taken in turn, and whoever follows the model hears when it is replaced. */

import type { Model } from 'lenslet/model'
import { expect, test } from 'vitest'
import { Session } from './session.ts'

const turn = () => new Promise((resolve) => setTimeout(resolve, 1))

test('uses of the model come one after the other, in the order in which they were asked', async () => {
  const session = new Session()
  const said: string[] = []
  const use = (name: string) =>
    session.between(async () => {
      said.push(`${name} begins`)
      await turn()
      said.push(`${name} ends`)
      return name
    })
  expect(await Promise.all([use('a'), use('b'), use('c')])).toEqual(['a', 'b', 'c'])
  expect(said).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
})

test('a use that fails keeps nobody waiting', async () => {
  const session = new Session()
  const bad = session.between(() => {
    throw new Error('bad')
  })
  const good = session.between(() => 1)
  await expect(bad).rejects.toThrow('bad')
  expect(await good).toBe(1)
})

test('the model before is disposed of once, and listeners hear of the new one', async () => {
  const session = new Session()
  const heard: string[] = []
  let disposed = 0
  const model = { dispose: async () => void disposed++ } as unknown as Model
  const stop = session.changed((why) => heard.push(`${why} ${session.model === undefined ? 'nothing' : 'model'}`))
  await session.replace(model, 'new')
  await session.replace(model, 'loaded')
  expect(disposed).toBe(0)
  await session.replace(undefined, 'none')
  expect(disposed).toBe(1)
  stop()
  await session.replace(model, 'new')
  expect(heard).toEqual(['new model', 'loaded model', 'none nothing'])
})
