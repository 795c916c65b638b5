// The command line as its users meet it: words, files, exit codes, and what stands on stdout and stderr.

import { existsSync } from 'node:fs'
import { copyFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { root } from '../scripts/files.ts'
import { Random } from '../src/core/random.ts'
import { pictureOf } from '../src/inspect/picture.ts'
import { encodePng } from '../src/inspect/png.ts'
import { Model } from '../src/model/model.ts'
import { zoo } from '../src/zoo/zoo.ts'
import { bars, call, side, start, writeBars } from './fixtures/cli.ts'

let place = ''
const network = `INPUT ${side}x${side}x1 -> CONV3-4 -> RELU -> POOL2 -> FC-10`
const training = [
  'train',
  network,
  '--data',
  'mnist:bars',
  '--epochs',
  '2',
  '--batch',
  '20',
  '--rate',
  '0.02',
  '--json',
]

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'lenslet-cli-'))
  await writeBars(join(place, 'bars'), { train: 400, test: 100 })
  await writeBars(join(place, 'short'), { train: 20, test: 20 })
  await truncate(join(place, 'short', 'train-images-idx3-ubyte'), 500)
  await writeFile(join(place, 'damaged.lenslet'), 'no model at all, but long enough to hold a header')
  await writeFile(join(place, 'network.onnx'), '')
  await writeFile(join(place, 'network.json'), '{ "format": "lenslet.network"')
})
afterAll(() => rm(place, { recursive: true }))

const run = (...words: string[]) => call(words, place)

describe('a call that is wrong ends with 2, and says what was received and what to do', () => {
  it.each<[words: string[], says: RegExp]>([
    [[], /verb is missing[\s\S]*expected: plan, init, train/],
    [['plann', 'lenet5'], /unknown command 'plann'[\s\S]*did you mean plan\?/],
    [['plan'], /missing required argument 'net'[\s\S]*lenslet plan --help/],
    [['plan', 'lenet5', '--bach', '3'], /unknown option '--bach'[\s\S]*did you mean --batch\?/],
    [['plan', 'lenet5', '--batch', '0'], /--batch[\s\S]*received: 0[\s\S]*whole number from 1/],
    [['plan', 'lenet5', '--memory', 'lots'], /--memory[\s\S]*received: lots[\s\S]*4GB/],
    [['plan', 'lenet'], /no network named "lenet"[\s\S]*did you mean lenet5\?/],
    [['plan', 'missing.net'], /there is no file missing\.net, and no network named missing/],
    [['plan', 'network.onnx'], /network\.onnx[\s\S]*empty file/],
    [['plan', 'network.json'], /not JSON/],
    [['plan', 'INPUT 8x8x1 -> CNOV3-4'], /line 1, column 16[\s\S]*did you mean CONV\?/],
    [
      ['plan', 'INPUT 2x2x3 -> CONV3-64 p0'],
      /\(2 − 3 \+ 2·0\)\/1 \+ 1 = 0, an empty volume[\s\S]*received: input 2×2×3/,
    ],
    [['plan', 'INPUT 8x8x1 -> CONV3-8 p-1'], /line 1, column/],
    [['plan', 'INPUT -8x8x1 -> FC-3'], /line 1, column/],
    [['plan', 'INPUT 10x10x3 -> CONV3-8 s2 p0', '--strict'], /4\.5, floored to 4[\s\S]*strict is set/],
    [['train', 'lenet5'], /the data is missing[\s\S]*--data mnist/],
    [['train', 'lenet5', '--data', 'nmist'], /unknown data set "nmist"[\s\S]*mnist, cifar10/],
    [['train', 'lenet5', '--data', 'mnist:nowhere'], /there is no .*nowhere/],
    [
      ['train', 'lenet5', '--data', 'mnist:bars'],
      /pool2: the network does not work on images of 10×10×1[\s\S]*at least 12×12×1/,
    ],
    [['train', network, '--data', 'mnist:bars', '--batch', '1000'], /larger than the training split/],
    [['train', network, '--data', 'mnist:bars', '--optimizer', 'adan'], /--optimizer[\s\S]*adam/],
    [['train', network, '--data', 'mnist:bars', '--rate', '-1'], /rate[\s\S]*received: rate: -1/],
    [['train', network, '--data', 'mnist:bars', '--schedule', 'cosine:every=2'], /cosine has no every/],
    [['train', network, '--data', 'mnist:bars', '--augment', 'flop'], /unknown augmentation "flop"/],
    [
      ['train', `INPUT ${side}x${side}x1 -> FC-16000000 -> FC-10`, '--data', 'mnist:bars'],
      /the weights are more than one memory can hold[\s\S]*at most 4294901760 bytes/,
    ],
    [
      ['train', `INPUT ${side}x${side}x1 -> CONV1-30000 -> GAP -> FC-10`, '--data', 'mnist:bars', '--batch', '400'],
      /more memory than a run can address[\s\S]*at most 4,294,901,760 bytes[\s\S]*--batch \d+ needs/,
    ],
    [[...training, '--out', 'damaged.lenslet/run'], /cannot make the folder[\s\S]*--out another folder/],
    [['train', '--resume', 'bars'], /not the folder of a run/],
    [['eval', 'missing.lenslet', '--data', 'mnist:bars'], /there is no model missing\.lenslet/],
    [['predict', 'damaged.lenslet', 'missing.png'], /there is no image missing\.png/],
  ])('%j', async (words, says) => {
    const { code, stdout, stderr } = await run(...words)
    expect(stderr).toMatch(says)
    expect(stderr).toMatch(/^error: /m)
    expect(stderr).toMatch(/^ {2}(received|expected|try): /m)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })
})

describe('work that fails ends with 1, and leaves no file half written', () => {
  it.each<[words: string[], says: RegExp]>([
    [['train', network, '--data', 'mnist:short'], /train-images-idx3-ubyte is truncated[\s\S]*received: 500 bytes/],
    [['eval', 'damaged.lenslet', '--data', 'mnist:bars'], /safetensors/],
    [['predict', 'damaged.lenslet', 'network.onnx'], /safetensors/],
  ])('%j', async (words, says) => {
    const { code, stdout, stderr } = await run(...words)
    expect(stderr).toMatch(says)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(existsSync(join(place, 'runs'))).toBe(false)
  })

  it('a loss that is not a number names step and layer', async () => {
    const { code, stderr } = await run(...training, '--out', 'diverged', '--optimizer', 'sgd', '--rate', '1e30')
    expect(stderr).toMatch(/step[\s\S]*conv1|step[\s\S]*fc1/)
    expect(code).toBe(1)
    expect(await readdir(join(place, 'diverged'))).not.toContain('model.lenslet')
  })
})

const volume = z.strictObject({ height: z.number(), width: z.number(), channels: z.number() })
const bytes = z.number().int().min(0)
const memory = z.strictObject({
  arenaBytes: bytes,
  parameters: bytes,
  tracked: bytes,
  optimizer: bytes,
  data: bytes,
  activations: bytes,
  gradients: bytes,
  workspace: bytes,
  padding: bytes,
})
const pair = z.tuple([z.number(), z.number()])
const planSchema = z.object({
  layers: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      output: volume,
      parameters: bytes,
      macs: bytes,
      receptiveField: z.strictObject({ size: pair, stride: pair, start: pair }),
    }),
  ),
  totals: z.object({ parameters: bytes, macs: bytes, activations: bytes }),
  memory: z.strictObject({ inference: memory, training: memory }),
  maxBatch: z.strictObject({ bytes, inference: bytes, training: bytes }),
  notices: z.array(z.string()),
  remarks: z.array(z.string()),
})

describe('plan', () => {
  it('prints the table of lenet5 as it always did', async () => {
    const { code, stdout, stderr } = await run('plan', 'lenet5', '--threads', '1')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).not.toContain('\x1b')
    // What follows is the memory, which changes with the kernels; another test holds it to its sum.
    const layers = stdout.slice(0, stdout.indexOf('\n\nmemory') + 1)
    await expect(layers).toMatchFileSnapshot('goldens/plan-lenet5.txt')
  })

  it('gives one JSON object whose sums are right', async () => {
    const { code, stdout, stderr } = await run('plan', 'vgg16', '--memory', '3GB', '--json')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const value = planSchema.parse(JSON.parse(stdout))
    // The notes' table of VGG-16.
    expect(value.totals).toMatchObject({ parameters: 138_357_544, macs: 15_470_264_320, activations: 15_237_608 })
    expect(value.layers.reduce((sum, { parameters }) => sum + parameters, 0)).toBe(value.totals.parameters)
    for (const { arenaBytes, ...parts } of Object.values(value.memory))
      expect(Object.values(parts).reduce((a, b) => a + b, 0)).toBe(arenaBytes)
    expect(value.maxBatch.bytes).toBe(3 * 2 ** 30)
    expect(value.remarks).toEqual(zoo.entry('vgg16').remarks)
  })

  it('gives the memory of the smallest batch that trains, where a batch norm has one value per image', async () => {
    const { code, stdout } = await run('plan', 'INPUT 4x4x1 -> FC-8 -> BN -> FC-2', '--json', '--memory', '1MB')
    expect(code).toBe(0)
    const { batch, trainingBatch, notices, maxBatch } = JSON.parse(stdout)
    expect({ batch, trainingBatch }).toEqual({ batch: 1, trainingBatch: 2 })
    expect(notices).toEqual([expect.stringMatching(/^training needs a batch of at least 2.*: bn1: .*no variance$/)])
    expect(maxBatch.training).toBeGreaterThan(2)
  })

  it('names the largest batch that fits: one more does not', async () => {
    const { stdout } = await run('plan', network, '--memory', '1MB', '--json', '--threads', '1')
    const { maxBatch } = planSchema.parse(JSON.parse(stdout))
    for (const mode of ['inference', 'training'] as const) {
      const arena = async (batch: number) => {
        const outcome = await run('plan', network, '--memory', '1B', '--json', '--threads', '1', '--batch', `${batch}`)
        return planSchema.parse(JSON.parse(outcome.stdout)).memory[mode].arenaBytes
      }
      expect(await arena(maxBatch[mode])).toBeLessThanOrEqual(2 ** 20)
      expect(await arena(maxBatch[mode] + 1)).toBeGreaterThan(2 ** 20)
    }
  })
})

const share = z.number().min(0).max(1)
const trainSchema = z.object({
  run: z.string(),
  epochs: z.number().int(),
  steps: z.number().int(),
  seconds: z.number().min(0),
  trainLoss: z.number(),
  testLoss: z.number().nullable(),
  testAccuracy: share.nullable(),
  parameters: z.number().int(),
  threads: z.number().int().min(1),
  imagesPerSecond: z.number().min(0),
  stopped: z.enum(['aborted', 'early']).nullable(),
  resume: z.string().optional(),
})
const evalSchema = z.object({
  accuracy: share,
  loss: z.number().nullable(),
  count: z.number().int(),
  invalid: z.number().int(),
})
const predictSchema = z.array(
  z.strictObject({
    file: z.string(),
    top: z.array(z.strictObject({ label: z.string(), index: z.number().int(), probability: share })),
  }),
)

describe('train, eval, predict', () => {
  let trained = {} as z.infer<typeof trainSchema>
  let model = ''

  beforeAll(async () => {
    const { code, stdout, stderr } = await run(...training, '--out', 'first')
    expect(code, stderr).toBe(0)
    expect(stdout.trimEnd().split('\n')).toHaveLength(1)
    expect(stdout + stderr).not.toContain('\x1b')
    trained = trainSchema.parse(JSON.parse(stdout))
    model = join(place, 'first', 'model.lenslet')
  }, 30_000)

  it('learns, and says what it did', () => {
    expect(trained).toMatchObject({ run: 'first', epochs: 2, steps: 40, stopped: null, parameters: 1050 })
    // Chance is 0.1.
    expect(trained.testAccuracy).toBeGreaterThan(0.5)
  })

  it('leaves a whole folder: settings, metrics, checkpoint, model, report and an image to try', async () => {
    const files = await readdir(join(place, 'first'))
    expect(files.filter((file) => !file.startsWith('example-')).sort()).toEqual([
      'checkpoint.safetensors',
      'metrics.jsonl',
      'model.lenslet',
      'report.html',
      'run.json',
    ])
    expect(files.filter((file) => file.startsWith('example-'))).toHaveLength(1)
    const report = await readFile(join(place, 'first', 'report.html'), 'utf8')
    for (const part of ['Loss', 'Accuracy', 'Confusion matrix', 'conv1.filters', 'Per class', 'Settings', 'Machine'])
      expect(report).toContain(part)
    // Nothing is loaded: no address, no file of a script, but the name of SVG, and the pictures are in the page.
    expect(report.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|<script [^>]|<link/)
  })

  it('serves the live report, writes event files and evaluates views, and learns the same', async () => {
    const { code, stdout, stderr } = await run(
      ...[...training, '--out', 'watched', '--watch', '--tensorboard', '--views', 'shifts1'],
    )
    expect(code, stderr).toBe(0)
    expect(stderr).toMatch(/live report is at http:\/\/127\.0\.0\.1:\d+\n/)
    const { testLoss, viewed, next } = JSON.parse(stdout)
    expect(testLoss).toBe(trained.testLoss)
    expect(viewed).toMatchObject({ views: 'shifts1', split: 'test' })
    expect(next.join('\n')).toContain('--views shifts1')
    expect(await readdir(join(place, 'watched', 'tensorboard'))).toEqual([
      expect.stringMatching(/^events\.out\.tfevents\./),
    ])
    // Two epochs.
    const lines = (await readFile(join(place, 'watched', 'metrics.jsonl'), 'utf8')).trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line).kind).filter((kind) => kind !== 'step')).toEqual([
      ...['weights', 'epoch', 'weights', 'epoch'],
    ])
    expect(await readFile(join(place, 'watched', 'report.html'), 'utf8')).toContain('Update ratio')
  })

  it.each([
    [['--watch', '70000'], /--watch[\s\S]*received: 70000/],
    [['--tensorboard', 'network.onnx'], /cannot make the folder network\.onnx/],
    [['--views', 'all'], /--views[\s\S]*torch7/],
    [['--views', 'shifts10'], /at most 9/],
  ] as const)('%j is refused, and leaves nothing', async (more, says) => {
    const { code, stdout, stderr } = await run(...training, '--out', 'refused', ...more)
    expect(stderr).toMatch(says)
    expect(stdout).toBe('')
    expect(code).toBe(2)
    expect(existsSync(join(place, 'refused'))).toBe(false)
  })

  it('evaluates to what the training ended with', async () => {
    const { code, stdout, stderr } = await run('eval', 'first', '--data', 'mnist:bars', '--json')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const { testAccuracy, testLoss } = trained
    const expected = { accuracy: testAccuracy, loss: testLoss, count: 100, invalid: 0 }
    expect(evalSchema.parse(JSON.parse(stdout))).toEqual(expected)
    expect((await run('eval', 'first', '--data', 'mnist:bars')).stdout).not.toContain('not a number')
  })

  it('says of how many images a model makes nothing', async () => {
    const broken = await Model.load(model, { threads: 1 })
    // Finite weights, and scores that overflow.
    const filters = broken.weights.get('fc1.filters')
    broken.weights.set(
      'fc1.filters',
      filters.map((_, i) => (Math.floor(i / 10) % 2 === 0 ? 3e38 : -3e38)),
    )
    await broken.save(join(place, 'broken.lenslet'))
    await broken.dispose()
    const { code, stdout, stderr } = await run('eval', 'broken.lenslet', '--data', 'mnist:bars', '--json')
    expect(code).toBe(1)
    expect(stderr).toMatch(/no prediction for 100 of 100 images[\s\S]*lower learning rate/)
    expect(evalSchema.parse(JSON.parse(stdout))).toEqual({ accuracy: 0, loss: null, count: 100, invalid: 100 })
    const { stdout: text } = await run('eval', 'broken.lenslet', '--data', 'mnist:bars')
    expect(text).toMatch(
      /^test accuracy: 0\.00 % of 100 test images of mnist:bars; loss undefined\n100 images have a score that is not a number/,
    )
  })

  it('allocates for a training what `plan` says of it', async () => {
    const sizes = ['--batch', '20', '--threads', '1', '--optimizer', 'adam']
    const { stdout } = await run('plan', network, '--json', '--memory', '1B', ...sizes)
    const { Memory } = WebAssembly
    const allocated: number[] = []
    const spy = vi.spyOn(WebAssembly, 'Memory').mockImplementation(function count(descriptor) {
      const memory = new Memory(descriptor)
      allocated.push(memory.buffer.byteLength)
      return memory
    })
    const outcome = await run(...training, ...sizes, '--out', 'measured')
    spy.mockRestore()
    expect(outcome.code, outcome.stderr).toBe(0)
    // Evaluation and report work in the same arena. A page is what timing the kernels takes.
    const { arenaBytes } = planSchema.parse(JSON.parse(stdout)).memory.training
    expect(allocated.filter((bytes) => bytes > 65536)).toEqual([arenaBytes])
  })

  it('predicts images, and notices a negative', async () => {
    const picture = (invert: boolean) => {
      const images = bars(7, Random.seeded(5, 'picture')).map((byte) => (invert ? 255 - byte : byte))
      return encodePng(pictureOf({ height: side, width: side, channels: 1, images }, 0))
    }
    await writeFile(join(place, 'seven.png'), picture(false))
    await writeFile(join(place, 'negative.png'), picture(true))
    const asItIs = await run('predict', model, 'seven.png', 'negative.png', '--top', '2', '--json')
    expect(asItIs.code).toBe(0)
    const [seven, negative] = predictSchema.parse(JSON.parse(asItIs.stdout))
    expect(seven).toMatchObject({ file: 'seven.png', top: [{ label: '7', index: 7 }, {}] })
    expect(asItIs.stderr).toMatch(/^note: negative\.png looks like the negative[\s\S]*--invert/)
    // Alone, where there were two pictures before: the same bits.
    const inverted = await run('predict', model, 'negative.png', '--top', '2', '--json', '--invert')
    const [again] = predictSchema.parse(JSON.parse(inverted.stdout))
    expect(again?.top).toEqual(seven?.top)
    expect(again?.top).not.toEqual(negative?.top)
  })

  it('refuses a folder that holds a run, and a checkpoint that is damaged', async () => {
    const again = await run(...training, '--out', 'first')
    expect(again.stderr).toMatch(/holds a run already[\s\S]*--resume first/)
    expect(again.code).toBe(2)
    await run(...training, '--out', 'hurt')
    const checkpoint = join(place, 'hurt', 'checkpoint.safetensors')
    const contents = await readFile(checkpoint)
    contents[contents.length - 9] = (contents[contents.length - 9] as number) ^ 1
    await writeFile(checkpoint, contents)
    const resumed = await run('train', '--resume', 'hurt', '--json')
    expect(resumed.stderr).toMatch(/checkpoint\.safetensors is damaged/)
    expect({ code: resumed.code, stdout: resumed.stdout }).toEqual({ code: 1, stdout: '' })
  }, 30_000)

  it('stops at Ctrl-C with a checkpoint, and goes on to the same bytes', async () => {
    const long = [...training, '--epochs', '60']
    const first = start([...long, '--out', 'stopped'], place)
    await first.heard('1/60')
    first.process.kill('SIGINT')
    const stopped = await first.ended
    expect(stopped.code, stopped.stderr).toBe(130)
    expect(trainSchema.parse(JSON.parse(stopped.stdout))).toMatchObject({ stopped: 'aborted' })
    expect(stopped.stderr).toContain('lenslet train --resume stopped')
    expect(existsSync(join(place, 'stopped', 'model.lenslet'))).toBe(false)
    const missing = await run('eval', 'stopped', '--data', 'mnist:bars')
    expect(missing.stderr).toMatch(/no finished model[\s\S]*lenslet train --resume stopped/)
    const resumed = await run('train', '--resume', 'stopped', '--json')
    expect(resumed.code, resumed.stderr).toBe(0)
    expect(resumed.stdout).toContain('"epochs":60')
    await run(...long, '--out', 'whole')
    const read = (folder: string) => readFile(join(place, folder, 'model.lenslet'))
    expect((await read('stopped')).equals(await read('whole'))).toBe(true)
  }, 60_000)

  it('resumes a run that has ended to the same report', async () => {
    const read = (file: string) => readFile(join(place, 'first', file), 'utf8')
    // Times and speeds differ.
    const body = (page: string) => page.slice(page.indexOf('<h2>Per class'), page.indexOf('<h2>Network'))
    const records = async () =>
      (await read('metrics.jsonl'))
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
    const [report, before] = [await read('report.html'), await records()]
    const { code, stdout, stderr } = await run('train', '--resume', 'first', '--json')
    expect(code, stderr).toBe(0)
    const { testLoss, steps } = trainSchema.parse(JSON.parse(stdout))
    expect({ testLoss, steps }).toEqual({ testLoss: trained.testLoss, steps: trained.steps })
    expect(body(report).length).toBeGreaterThan(1000)
    expect(body(await read('report.html'))).toBe(body(report))
    expect(await records()).toEqual(before)
  })

  it('trains a model further', async () => {
    await copyFile(model, join(place, 'begun.lenslet'))
    const { code, stdout, stderr } = await run('train', 'begun.lenslet', ...training.slice(2), '--out', 'further')
    expect(code, stderr).toBe(0)
    // The first training began at log 10.
    expect(trainSchema.parse(JSON.parse(stdout)).trainLoss).toBeLessThan(trained.trainLoss)
  })
})

describe('the process', () => {
  it('exits with the code, and says why', async () => {
    const { code, stdout, stderr } = await start(['plan', 'INPUT 2x2x3 -> CONV3-64 p0'], place).ended
    expect(stderr).toMatch(/^error: line 1, column 16/)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })

  it('minds no reader that has seen enough', async () => {
    const running = start(['plan', 'resnet20', '--steps'], place)
    running.process.stdout?.destroy()
    expect(await running.ended).toMatchObject({ code: 0, stderr: '' })
  })
})

describe('help', () => {
  it('names every verb, and every option of one', async () => {
    const all = await run('--help')
    expect(all.code).toBe(0)
    for (const verb of ['plan', 'train', 'eval', 'predict', 'bench', 'doctor']) expect(all.stdout).toMatch(`  ${verb} `)
    const one = await run('help', 'predict')
    expect(one.stdout).toMatch(/--top <k>[\s\S]*--invert/)
  })

  it('tells the version of the package', async () => {
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }
    expect(await run('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })
})
