// The command line with models of the Hugging Face hub, played on this machine: a repository of timm's with weights by formula
// gives the scores that PyTorch gives.

import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { playHub } from '../src/exchange/hub/testing/server.ts'
import { stateDictRows } from '../src/exchange/stateDict.ts'
import { Model } from '../src/model/model.ts'
import { writeSafetensors } from '../src/model/safetensors.ts'
import { zoo } from '../src/zoo/zoo.ts'
import { call } from './fixtures/cli.ts'
import { literals } from './formula/literal.ts'
import { relativeError } from './formula/network.ts'
import { imageByFormula, weightByFormula } from './formula/values.ts'

const name = 'mobilenet-v3-small'
const theirs = zoo.entry(name).pytorch?.timm
const { side, first, rms } = literals[name]

let place = ''
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'lenslet-hub-'))
})
afterAll(() => rm(place, { recursive: true }))

async function run(words: readonly string[], environment: Readonly<Record<string, string>>) {
  for (const [variable, value] of Object.entries(environment)) vi.stubEnv(variable, value)
  try {
    return await call(words, place)
  } finally {
    vi.unstubAllEnvs()
  }
}

/** `model.safetensors` as timm publishes it. */
function weights(): Uint8Array {
  const rows = stateDictRows(zoo.network(name), theirs?.modules() ?? [])
  const tensors = rows.map(({ key, shape, axes }) => {
    const theirShape = axes.map((axis) => shape[axis] ?? 1)
    return [key, { shape: theirShape, values: weightByFormula(key, theirShape) }] as const
  })
  return writeSafetensors(new Map(tensors), {})
}

const config = JSON.stringify({
  architecture: theirs?.name,
  num_classes: 1000,
  num_features: 1024,
  global_pool: 'avg',
  pretrained_cfg: {
    tag: 'lamb_in1k',
    input_size: [3, side, side],
    fixed_input_size: false,
    interpolation: 'bicubic',
    crop_pct: 0.875,
    crop_mode: 'center',
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
    num_classes: 1000,
    first_conv: 'conv_stem',
    classifier: 'classifier',
  },
})

describe('a model of the hub', () => {
  it('is fetched once, and gives the published scores', async () => {
    const hub = await playHub({ 'timm/small': { files: { 'config.json': config, 'model.safetensors': weights() } } })
    const environment = { HF_ENDPOINT: hub.endpoint, HF_HOME: join(place, 'home') }
    const { code, stderr } = await run(['convert', 'hf:timm/small', 'small.lenslet'], environment)
    expect(code, stderr).toBe(0)
    await using model = await Model.load(join(place, 'small.lenslet'), { threads: 1, batch: 1 })
    expect(model.info).toMatchObject({ origin: 'hf:timm/small', preprocessing: { interpolation: 'bicubic' } })
    const scores = await model.predict(imageByFormula([1, 3, side, side]))
    expect(relativeError(scores, first, rms)).toBeLessThan(1e-4)

    const offline = { ...environment, HF_HUB_OFFLINE: '1' }
    const { stdout } = await run(['plan', 'hf:timm/small', '--json'], offline)
    expect(JSON.parse(stdout).totals.parameters).toBe(zoo.entry(name).parameters)
    const arrays = await run(['convert', 'hf:timm/small/model.safetensors', 'small.npz'], offline)
    expect(arrays.code, arrays.stderr).toBe(0)
    expect((await readFile(join(place, 'small.npz'))).length).toBeGreaterThan(4 * zoo.entry(name).parameters)
  })

  it('is fine-tuned, and the training goes on without the hub', async () => {
    for (const [label, level] of [
      ['dark', 40],
      ['light', 200],
    ] as const) {
      await mkdir(join(place, 'photos', label), { recursive: true })
      for (let index = 0; index < 3; index++) {
        const raw = new Uint8Array(48 * 48 * 3).fill(level + index)
        const picture = sharp(raw, { raw: { width: 48, height: 48, channels: 3 } })
        await picture.png().toFile(join(place, 'photos', label, `${index}.png`))
      }
    }
    const hub = await playHub({ 'timm/small': { files: { 'config.json': config, 'model.safetensors': weights() } } })
    const environment = { HF_ENDPOINT: hub.endpoint, HF_HOME: join(place, 'tuning') }
    const words = ['--data', 'images:photos', '--freeze', 'all-but-head', '--schedule', 'constant', '--epochs', '1']
    const begun = await run(['train', 'hf:timm/small', ...words, '--out', 'tuned'], environment)
    expect(begun.code, begun.stderr).toBe(0)
    await rm(join(place, 'tuning'), { recursive: true })
    const gone = { ...environment, HF_HUB_OFFLINE: '1' }
    const resumed = await run(['train', '--resume', 'tuned', '--epochs', '2'], gone)
    expect(resumed.code, resumed.stderr).toBe(0)
    await using model = await Model.load(join(place, 'tuned', 'model.lenslet'))
    expect(model.info.classes).toEqual(['dark', 'light'])
    // Photos of 48×48 come at half of the 224×224 that the model takes, and their crop keeps its share.
    expect(model.input).toMatchObject({ height: side / 2, width: side / 2 })
    expect(model.info.preprocessing?.resize).toEqual({ kind: 'shorter', side: 128 })
  })

  it('says what is wrong: with the name 2, with the hub 1', async () => {
    const hub = await playHub({})
    const environment = { HF_ENDPOINT: hub.endpoint, HF_HOME: join(place, 'empty') }
    const bad = await run(['plan', 'hf:../../etc'], environment)
    expect([bad.code, bad.stderr]).toEqual([2, expect.stringContaining('not the name of a model on the hub')])
    const none = await run(['convert', 'hf:o/none', 'x.lenslet'], environment)
    expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('hf:o/none is not on the hub, or is private')])
    const offline = await run(['convert', 'hf:o/none', 'x.lenslet'], { ...environment, HF_HUB_OFFLINE: '1' })
    expect([offline.code, offline.stderr]).toEqual([
      1,
      expect.stringContaining(join('snapshots', 'main', 'config.json')),
    ])
  })
})
