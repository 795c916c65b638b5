// `lenslet train <model> --freeze`: a new head on layers that keep their weights, at rates of their own.

import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Random } from '../src/core/random.ts'
import { Model } from '../src/model/model.ts'
import { parse } from '../src/notation/parse.ts'
import { call } from './fixtures/cli.ts'

let place = ''
const colors = { red: [220, 40, 40], green: [40, 200, 40], blue: [40, 40, 220] } as const

/** A model whose scores are of other classes than the folder's. */
async function writeModel(name: string, text: string, scores = 5): Promise<void> {
  const normalization = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25], colors: 'bgr' } as const
  const classes = Array.from({ length: scores }, (_, index) => `class ${index}`)
  await using model = await Model.create(parse(text), { seed: 7, info: { classes, normalization } })
  await model.save(join(place, name))
}

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'lenslet-finetune-'))
  const random = Random.seeded(1, 'photos')
  for (const [name, color] of Object.entries(colors)) {
    await mkdir(join(place, 'photos', name), { recursive: true })
    for (let index = 0; index < 8; index++) {
      const raw = Uint8Array.from({ length: 24 * 24 * 3 }, (_, at) => (color[at % 3] as number) + 30 * random.next())
      const picture = sharp(raw, { raw: { width: 24, height: 24, channels: 3 } })
      await picture.png().toFile(join(place, 'photos', name, `${index}.png`))
    }
  }
})
afterAll(() => rm(place, { recursive: true }))

const train = (model: string, out: string, ...more: string[]) =>
  call(['train', model, '--data', 'images:photos', '--epochs', '1', '--batch', '8', '--out', out, ...more], place)

async function weightsOf(file: string): Promise<ReadonlyMap<string, readonly number[]>> {
  await using model = await Model.load(join(place, file))
  return new Map(model.weights.names.map((name) => [name, [...model.weights.get(name)]]))
}

const body = 'INPUT 16x16x3 -> CONV3-4 -> BN -> RELU -> DROPOUT 0.3 -> POOL2'

describe.each([
  ['FC', `${body} -> FC-5`, ['fc1']],
  ['FC behind SOFTMAX', `${body} -> FC-5 -> SOFTMAX`, ['fc1']],
  ['CONV, ReLU and GAP', `${body} -> CONV1-5 -> RELU -> GAP -> SOFTMAX`, ['conv2']],
  ['CONV with BN behind it', `${body} -> CONV1-5 -> BN -> GAP`, ['conv2', 'bn2']],
])('a head of %s', (what, text, fresh) => {
  const file = `${what.replaceAll(/\W/g, '')}.lenslet`

  it('is replaced by one for the classes of the folder; with --freeze all-but-head, only it learns', async () => {
    await writeModel(file, text)
    const { code, stdout, stderr } = await train(file, `${file}-run`, '--freeze', 'all-but-head')
    expect(code, stderr).toBe(0)
    expect(stdout).toMatch(/the last layer (FC|CONV1)-5 becomes \1-3 for 3 classes/)
    const [before, after] = [await weightsOf(file), await weightsOf(`${file}-run/model.lenslet`)]
    expect([...after.keys()]).toEqual([...before.keys()])
    for (const [name, values] of after) {
      if (fresh.includes(name.split('.')[0] as string)) expect(values.length, name).not.toBe(before.get(name)?.length)
      else expect(values, name).toEqual(before.get(name))
    }
    await using model = await Model.load(join(place, `${file}-run`, 'model.lenslet'))
    expect(model.info.classes).toEqual(['blue', 'green', 'red'])
    expect(model.info.normalization?.colors).toBe('bgr')
    const { options } = JSON.parse(await readFile(join(place, `${file}-run`, 'run.json'), 'utf8'))
    expect(options.frozen).toEqual(['all-but-head'])
  })
})

describe('layers by name', () => {
  beforeAll(() => writeModel('deep.lenslet', 'INPUT 16x16x3 -> CONV3-4 -> RELU -> CONV3-4 -> RELU -> GAP -> FC-5'))

  it('until: a layer, with all in front of it', async () => {
    const { code, stderr } = await train('deep.lenslet', 'until', '--freeze', 'until:relu1')
    expect(code, stderr).toBe(0)
    const [before, after] = [await weightsOf('deep.lenslet'), await weightsOf('until/model.lenslet')]
    expect(after.get('conv1.filters')).toEqual(before.get('conv1.filters'))
    expect(after.get('conv2.filters')).not.toEqual(before.get('conv2.filters'))
  })

  it('frozen layers run once, with the same result as in every epoch; resumed, they run once more', async () => {
    await writeModel('wide.lenslet', 'INPUT 16x16x3 -> CONV3-16 -> RELU -> CONV3-4 -> RELU -> GAP -> FC-5')
    const words = ['--new-head', '--freeze', 'until:relu1', '--epochs', '3', '--batch', '4']
    const once = await train('wide.lenslet', 'once', ...words)
    expect(once.code, once.stderr).toBe(0)
    expect(once.stdout).toContain('The layers up to relu1 are frozen: they run once over the images')
    const every = await train('wide.lenslet', 'every', ...words, '--memory-limit', '300KB')
    expect(every.code, every.stderr).toBe(0)
    expect(every.stderr).toMatch(
      /frozen layers run in every epoch[\s\S]*more memory than the limit[\s\S]*--memory-limit/,
    )
    expect(await weightsOf('once/model.lenslet')).toEqual(await weightsOf('every/model.lenslet'))
    // One epoch, made longer.
    for (const [out, more] of [
      ['grown', []],
      ['grown-every', ['--memory-limit', '300KB']],
    ] as const) {
      const first = await train('wide.lenslet', out, ...words, '--schedule', 'constant', '--epochs', '1', ...more)
      expect(first.code, first.stderr).toBe(0)
      const second = await call(['train', '--resume', out, '--epochs', '3'], place)
      expect(second.code, second.stderr).toBe(0)
      expect(/run once/.test(second.stdout)).toBe(out === 'grown')
    }
    expect(await weightsOf('grown/model.lenslet')).toEqual(await weightsOf('grown-every/model.lenslet'))
  })

  it('rates of layers are kept by the run', async () => {
    const { code, stderr } = await train('deep.lenslet', 'rates', '--new-head', '--rate-factors', 'head=1,conv*=1e-30')
    expect(code, stderr).toBe(0)
    // No weight moves by a bit at such a rate. (AdamW's decay has it, too.)
    const [before, after] = [await weightsOf('deep.lenslet'), await weightsOf('rates/model.lenslet')]
    expect(after.get('conv2.filters')).toEqual(before.get('conv2.filters'))
    const { options } = JSON.parse(await readFile(join(place, 'rates', 'run.json'), 'utf8'))
    expect(options.rates).toEqual([
      { weights: 'head', factor: 1 },
      { weights: 'conv*', factor: 1e-30 },
    ])
  })

  it('images of another size suit filters with GAP behind them', async () => {
    const { code, stdout, stderr } = await train('deep.lenslet', 'sized', '--freeze', 'all-but-head', '--size', '20')
    expect(code, stderr).toBe(0)
    expect(stdout).toContain('the input 16×16×3 becomes 20×20×3')
  })

  it.each([
    [['--freeze', 'until:conv7'], /no layer has this name[\s\S]*did you mean conv1/],
    [['--freeze', '*'], /no layer is left to learn/],
    [['--freeze', 'conv1,,'], /the value of --freeze is invalid/],
    [['--rate-factors', 'conv1'], /the value of --rate-factors is invalid/],
    [['--new-head', '--rate-factors', 'convv=2'], /no layer with weights has this name/],
  ])('%j is refused before there is a folder', async (more, says) => {
    const { code, stderr } = await train('deep.lenslet', 'refused', '--new-head', ...more)
    expect(stderr).toMatch(says)
    expect(code).toBe(2)
    await expect(readFile(join(place, 'refused', 'run.json'))).rejects.toThrow('ENOENT')
  })
})

describe('without options for the training', () => {
  const photos = ['--data', 'images:photos', '--new-head', '--epochs', '2', '--json']

  it('all layers learn, by a recipe that is printed and kept; small images are not enlarged', async () => {
    await writeModel('large.lenslet', 'INPUT 40x40x3 -> CONV3-4 -> RELU -> CONV3-4 -> RELU -> GAP -> FC-5')
    const { code, stdout, stderr } = await call(['train', 'large.lenslet', ...photos, '--out', 'default'], place)
    expect(code, stderr).toBe(0)
    expect(stderr).toMatch(/the input 40×40×3 becomes 24×24×3[\s\S]*images are resized to 24×24/)
    expect(stderr).toMatch(
      /fine-tuning: all layers learn; 2 epochs, rate 0\.\d+, augmentation flip,crop3\. Change it with --freeze/,
    )
    expect(JSON.parse(stdout).fitted).not.toContain('fine-tuning')
    const [before, after] = [await weightsOf('large.lenslet'), await weightsOf('default/model.lenslet')]
    for (const [name, values] of after) expect(values, name).not.toEqual(before.get(name))
    const { options } = JSON.parse(await readFile(join(place, 'default', 'run.json'), 'utf8'))
    expect(options).toMatchObject({ batch: 8, schedule: 'one-cycle', labelSmoothing: 0.1 })
  })

  it('images keep their size in front of weights that suit one size only', async () => {
    await writeModel('fixed.lenslet', 'INPUT 32x32x3 -> CONV3-4 -> RELU -> POOL2 -> FC-6 -> RELU -> FC-5')
    const { code, stderr } = await call(['train', 'fixed.lenslet', ...photos, '--out', 'fixed'], place)
    expect(code, stderr).toBe(0)
    expect(stderr).not.toContain('becomes 24')
  })

  it('--freeze none says that all layers learn', async () => {
    const { code, stderr } = await call(
      ['train', 'large.lenslet', ...photos, '--freeze', 'none', '--out', 'all'],
      place,
    )
    expect(code, stderr).toBe(0)
    expect(await weightsOf('all/model.lenslet')).toEqual(await weightsOf('default/model.lenslet'))
  })

  it('of a few images of each class, too', async () => {
    const { code, stderr } = await call(
      ['train', 'large.lenslet', ...photos, '--freeze', 'all-but-head', '--out', 'head', '--test-fraction', '0.9'],
      place,
    )
    expect(code, stderr).toBe(0)
    expect(stderr).toContain('only the head learns')
  })
})

it('the plan of a training shows the memory that frozen layers save', async () => {
  const memoryOf = async (...more: string[]) => {
    const { stdout } = await call(['plan', 'cifar-small', '--batch', '8', '--json', ...more], place)
    return JSON.parse(stdout).memory.training as Record<string, number>
  }
  const [all, frozen] = [await memoryOf(), await memoryOf('--freeze', 'all-but-head')]
  expect(frozen.optimizer).toBeLessThan(all.optimizer as number)
  expect(frozen.arenaBytes).toBeLessThan(all.arenaBytes as number)
})
