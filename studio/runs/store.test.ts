/** Runs are kept whole or not at all, listed, renamed and removed. */

import { expect, test } from 'vitest'
import { usual } from '../state/usual.ts'
import { type NewRun, type RunPlace, RunStore } from './store.ts'

function memoryPlace(): RunPlace & { readonly files: Map<string, Uint8Array<ArrayBuffer>>; failAt?: string } {
  const files = new Map<string, Uint8Array<ArrayBuffer>>()
  return {
    files,
    folders: async () => [...new Set([...files.keys()].map((path) => path.split('/')[0] as string))],
    read: async (folder, file) => files.get(`${folder}/${file}`),
    async write(folder, file, bytes) {
      if (file === this.failAt) throw new Error('no room')
      files.set(`${folder}/${file}`, bytes)
    },
    async remove(folder, file) {
      for (const path of [...files.keys()])
        if (path === `${folder}/${file}` || (file === undefined && path.startsWith(`${folder}/`))) files.delete(path)
    },
  }
}

const { text, data, seed, layer: _, memory: __, ...settings } = usual
const run: NewRun = { name: 'digits', text, data, seed, settings, epoch: 2.5, accuracy: 0.97 }
const model = new Uint8Array([1, 2, 3])

test('a run comes back as it was kept; the newest is the first', async () => {
  const place = memoryPlace()
  const store = new RunStore(place)
  const first = await store.keep(run, model, 1000)
  const second = await store.keep({ ...run, name: '数字' }, model, 2000)
  const again = new RunStore(place)
  expect(await again.list()).toEqual([second, first])
  expect(first).toMatchObject({ name: 'digits', date: 1000, bytes: 3, accuracy: 0.97 })
  expect(await again.open(first.id)).toEqual({ run: first, model })
})

test('it is renamed and removed', async () => {
  const store = new RunStore(memoryPlace())
  const { id } = await store.keep(run, model)
  expect((await store.rename(id, 'better')).name).toBe('better')
  expect((await store.list()).map(({ name }) => name)).toEqual(['better'])
  await store.remove(id)
  expect(await store.list()).toEqual([])
  await expect(store.open(id)).rejects.toThrow(/no longer kept/)
})

test.each(['model.lenslet', 'run.json'])('where %s cannot be written, nothing is left', async (failAt) => {
  const place = Object.assign(memoryPlace(), { failAt })
  await expect(new RunStore(place).keep(run, model)).rejects.toThrow('no room')
  expect(place.files.size).toBe(0)
})

test.each([
  ['', 'no JSON'],
  ['null', 'nothing'],
  ['{"name":1}', 'of other kinds'],
  ['{"name":"a","date":1,"bytes":1,"text":"","data":"mnist","seed":1,"settings":null}', 'without settings'],
])('what is left of a run is cleared away: %j', async (facts) => {
  const place = memoryPlace()
  place.files.set('half/model.lenslet', model)
  if (facts !== '') place.files.set('half/run.json', new TextEncoder().encode(facts))
  expect(await new RunStore(place).list()).toEqual([])
  expect(place.files.size).toBe(0)
})
