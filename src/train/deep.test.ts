/** A checkpoint whose texts are nested deeply, with the right checksum: refused by name. */

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readRun } from '../cli/runFolder.ts'
import { LensletError } from '../core/errors.ts'
import { dataset } from '../data/dataset.ts'
import { Model } from '../model/model.ts'
import { parse } from '../notation/parse.ts'
import { platform } from '../platform/node.ts'
import { CheckpointError, train } from './index.ts'
import { forge } from './testing/forge.ts'

let folder = ''
let checkpoint = new Uint8Array()
const split = { height: 4, width: 4, channels: 1, labels: [0, 1], images: new Uint8Array(32) }
const data = dataset({ classes: ['a', 'b'], train: split, test: split })

async function run(options: object): Promise<void> {
  await using model = await Model.create(parse('INPUT 4x4x1 -> FC-2'), { threads: 1 })
  for await (const _ of train(model, data, { epochs: 1, batch: 2, ...options }));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lenslet-deep-'))
  const path = join(folder, 'checkpoint.safetensors')
  await run({ checkpoint: { path } })
  checkpoint = new Uint8Array(await readFile(path))
})
afterAll(() => rm(folder, { recursive: true }))

it.each([65, 8000, 200_000])('%i deep', async (depth) => {
  const deep = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
  for (const change of [{ state: deep }, { identity: deep }, { identity: `{"network":${deep}}` }])
    await expect(run({ resume: forge(checkpoint, change) })).rejects.toThrow(CheckpointError)
  for (const text of [deep, `{"format":"lenslet.run","options":{"epochs":1,"more":${deep}}}`]) {
    await platform.writeFileAtomic(join(folder, 'run.json'), new TextEncoder().encode(text))
    await expect(readRun(folder)).rejects.toThrow(LensletError)
  }
})
