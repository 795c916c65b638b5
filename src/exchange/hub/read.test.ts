// Models of the hub: timm's repositories, and files in formats that hold a network.

import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../data/testing/archives.ts'
import { Model } from '../../model/model.ts'
import { writeSafetensors } from '../../model/safetensors.ts'
import { parse } from '../../notation/parse.ts'
import { print } from '../../notation/print.ts'
import { type HubOptions, readHub } from './read.ts'
import { type PlayedRepository, playHub } from './testing/server.ts'

const found = {
  network: parse('INPUT 8x8x3 -> CONV3-2 nobias -> BN -> RELU -> GAP -> FC-5'),
  modules: ['conv1', 'bn1', 'fc'],
}
const array = (...shape: number[]) => {
  const size = shape.reduce((a, b) => a * b, 1)
  return { shape, values: Float32Array.from({ length: size }, (_, i) => ((i * 7) % 5) / 4 + 0.25) }
}
const arrays = (classes = 5, prefix = '') =>
  new Map(
    Object.entries({
      'conv1.weight': array(2, 3, 3, 3),
      'bn1.weight': array(2),
      'bn1.bias': array(2),
      'bn1.running_mean': array(2),
      'bn1.running_var': array(2),
      'bn1.num_batches_tracked': array(),
      'fc.weight': array(classes, 2),
      'fc.bias': array(classes),
    }).map(([key, each]) => [`${prefix}${key}`, each]),
  )
const cfg = {
  input_size: [3, 8, 8],
  mean: [0.5, 0.4, 0.3],
  std: [0.2, 0.25, 0.3],
  crop_pct: 0.875,
  interpolation: 'bicubic',
}
const config = (more: object = {}) =>
  JSON.stringify({ architecture: 'small', num_classes: 5, global_pool: 'avg', pretrained_cfg: cfg, ...more })
const file = (classes?: number) => writeSafetensors(arrays(classes), {})

async function read(files: PlayedRepository['files'], spec = 'hf:o/n', options: Partial<HubOptions> = {}) {
  const hub = await playHub({ 'o/n': { files } })
  const environment = { HF_ENDPOINT: hub.endpoint, HF_HOME: await temporaryFolder() }
  const findNetwork = (name: string) => (name === 'small' ? found : undefined)
  return readHub(spec, { findNetwork, environment, pauseMs: 1, ...options })
}

describe('a repository of transformers', () => {
  const network = parse(
    'INPUT 16x16x3 -> CONV7-2 s2 nobias -> BN -> RELU -> ADD(CONV1-2 s2 nobias -> BN | CONV3-2 s2 nobias -> BN) -> GAP -> FC-5',
  )
  const modules = [
    'conv1',
    'bn1',
    'layer2.0.downsample.0',
    'layer2.0.downsample.1',
    'layer2.0.conv1',
    'layer2.0.bn1',
    'fc',
  ]
  const findNetwork: HubOptions['findNetwork'] = (name) => (name === 'resnet18' ? { network, modules } : undefined)
  const norm = (name: string) =>
    ['weight', 'bias', 'running_mean', 'running_var'].map(
      (part) => [`${name}.normalization.${part}`, array(2)] as const,
    )
  const stage = 'resnet.encoder.stages.1.layers.0'
  const weights = new Map([
    ['resnet.embedder.embedder.convolution.weight', array(2, 3, 7, 7)],
    ...norm('resnet.embedder.embedder'),
    [`${stage}.shortcut.convolution.weight`, array(2, 2, 1, 1)],
    ...norm(`${stage}.shortcut`),
    [`${stage}.layer.0.convolution.weight`, array(2, 2, 3, 3)],
    ...norm(`${stage}.layer.0`),
    ['classifier.1.weight', array(3, 2)],
    ['classifier.1.bias', array(3)],
  ])
  const resnet = {
    architectures: ['ResNetForImageClassification'],
    layer_type: 'basic',
    depths: [2, 2, 2, 2],
    hidden_sizes: [64, 128, 256, 512],
    id2label: { 0: 'cat', 1: 'crane', 2: 'crane' },
  }
  const files = (more: object = {}) => ({
    'config.json': JSON.stringify({ ...resnet, ...more }),
    'preprocessor_config.json': JSON.stringify({ image_mean: cfg.mean, image_std: cfg.std, size: 224, resample: 3 }),
    'model.safetensors': writeSafetensors(weights, {}),
  })

  it('is a ResNet of the zoo by other names', async () => {
    const model = await read(files(), 'hf:o/n', { findNetwork })
    expect([...model.weights.keys()]).toHaveLength(17)
    expect(model.info).toMatchObject({
      classes: ['cat', 'crane (1)', 'crane (2)'],
      normalization: { mean: cfg.mean, std: cfg.std },
      preprocessing: { resize: { kind: 'shorter', side: 256 }, interpolation: 'bicubic' },
    })
  })

  it.each([
    [{ depths: [1, 1, 1, 1] }, /basic blocks, 1,1,1,1 of them/],
    [{ hidden_act: 'gelu' }, /hidden_act = "gelu"/],
    [{ downsample_in_bottleneck: true }, /downsample_in_bottleneck = true/],
    [{ hidden_sizes: [8, 8, 8, 8] }, /hidden_sizes = 8,8,8,8/],
  ])('that is another network is refused: %j', async (more, says) => {
    await expect(read(files(more), 'hf:o/n', { findNetwork })).rejects.toThrow(says)
  })
})

describe("a repository of timm's", () => {
  it('gives the network, the weights and the normalization', async () => {
    const seen: string[] = []
    const onProgress: HubOptions['onProgress'] = (name, { stage, received, total }) =>
      void seen.push(`${name} ${stage} ${received === total}`)
    const model = await read({ 'config.json': config(), 'model.safetensors': file() }, 'hf:o/n', { onProgress })
    expect(print(model.network)).toBe(print(found.network))
    expect(model.info).toMatchObject({
      normalization: { mean: cfg.mean, std: cfg.std },
      // floor(8 / 0.875)
      preprocessing: { resize: { kind: 'shorter', side: 9 }, interpolation: 'bicubic' },
      origin: 'hf:o/n',
    })
    expect(model.notes).toEqual([])
    await using running = await Model.create(model.network, { weights: model.weights, backend: 'reference' })
    // [K, C, F, F] of theirs is [F, F, C, K] of ours.
    const theirs = arrays().get('conv1.weight')?.values as Float32Array
    expect(running.weights.get('conv1.filters')[2 * 3 + 2 * 1 + 1]).toBe(theirs[27 + 9 + 1])
    expect(seen).toContain('model.safetensors verify true')
  })

  it('has the head for other classes, whose names it may say', async () => {
    const label_names = ['n1', 'n2', 'n3']
    const label_descriptions = { n1: 'crane', n2: 'crane', n3: 'cat' }
    const text = config({ num_classes: 3, label_names, label_descriptions })
    const { network, info } = await read({ 'config.json': text, 'model.safetensors': file(3) })
    expect(print(network)).toBe('INPUT 8x8x3 -> CONV3-2 nobias -> BN -> RELU -> GAP -> FC-3')
    expect(info.classes).toEqual(['crane (n1)', 'crane (n2)', 'cat'])
    for (const names of [
      { 0: 'a', 2: 'c', 1: 'b' },
      { a: 0, c: 2, b: 1 },
    ]) {
      const changed = config({ num_classes: 3, label_names: names })
      const model = await read({ 'config.json': changed, 'model.safetensors': file(3) })
      expect(model.info.classes).toEqual(['a', 'b', 'c'])
    }
    const wrong = read({ 'config.json': config({ label_names }), 'model.safetensors': file() })
    await expect(wrong).rejects.toThrow('3 label_names for 5 classes')
  })

  it('is for images of the size and channels that it says', async () => {
    const changed = config({ pretrained_cfg: { ...cfg, input_size: [3, 12, 10] } })
    const { network } = await read({ 'config.json': changed, 'model.safetensors': file() })
    expect(print(network)).toContain('INPUT 12x10x3')
  })

  it.each([
    ['squash', { resize: { kind: 'both', height: 9, width: 9 }, interpolation: 'bicubic' }],
    ['border', { resize: { kind: 'within', height: 9, width: 9 }, interpolation: 'bicubic', fill: [128, 102, 77] }],
  ])('crops by its mode: %s', async (crop_mode, preprocessing) => {
    const changed = config({ pretrained_cfg: { ...cfg, crop_mode } })
    const { info } = await read({ 'config.json': changed, 'model.safetensors': file() })
    expect(info.preprocessing).toEqual(preprocessing)
  })

  it('may have a prefix in front of all names, and arrays of no use', async () => {
    const weights = new Map([...arrays(5, 'module.'), ['module.other', array(2)]])
    const { notes } = await read({ 'config.json': config(), 'model.safetensors': writeSafetensors(weights, {}) })
    expect(notes).toEqual(['not used: module.other'])
  })

  it.each<[object, string]>([
    [{ architecture: 'eva02' }, 'the architecture eva02, which the zoo does not have'],
    [{ model_args: { stem_type: 'deep', num_classes: 5 } }, 'model_args.stem_type = "deep"'],
    [{ global_pool: 'catavgmax' }, 'global_pool = catavgmax'],
    [{ num_classes: 0 }, 'features without a head'],
    [{ num_classes: 'many' }, 'num_classes is invalid'],
  ])('is refused where it has %j', async (more, message) => {
    await expect(read({ 'config.json': config(more), 'model.safetensors': file() })).rejects.toThrow(message)
  })

  it('says which arrays are missing or have another shape', async () => {
    const weights = arrays(4)
    weights.delete('bn1.bias')
    const error = read({ 'config.json': config(), 'model.safetensors': writeSafetensors(weights, {}) })
    await expect(error).rejects.toThrow('fc.weight is [4, 2]')
    await expect(error).rejects.toThrow('bn1.shift [2]')
  })

  it('without weights is refused', async () => {
    await expect(read({ 'config.json': config() })).rejects.toThrow('neither model.safetensors nor pytorch_model.bin')
  })
})

describe('other repositories', () => {
  const prototxt = new TextEncoder().encode(
    'input: "data" input_dim: [1, 3, 4, 4] layer { name: "r" type: "ReLU" bottom: "data" top: "r" }',
  )

  it('give the file that is named, and the only model', async () => {
    const files = { 'config.json': '{"model_type":"resnet"}', 'sub/net.prototxt': prototxt, 'README.md': '' }
    for (const spec of ['hf:o/n/sub/net.prototxt', 'hf:o/n'])
      expect(print((await read(files, spec)).network)).toBe('data: INPUT 4x4x3 -> r: RELU')
  })

  it('are refused where there is none, or a choice', async () => {
    const two = read({ 'a.prototxt': prototxt, 'b.prototxt': prototxt })
    await expect(two).rejects.toThrow('hf:o/n/a.prototxt')
    const none = read({ 'config.json': '{"model_type":"vit"}', 'model.safetensors': file() })
    await expect(none).rejects.toThrow('a model of transformers of the type vit')
    await expect(read({ 'config.json': '{' })).rejects.toThrow('config.json cannot be read')
    await expect(read({ 'a.prototxt': prototxt }, 'hf:o/n/b.prototxt')).rejects.toThrow('there is no such file')
  })
})
