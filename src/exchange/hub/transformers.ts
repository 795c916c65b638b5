/**
 * A repository of transformers: `config.json` names the class of the model. Of its classes the ResNets are networks of the
 * zoo, by other names (`modeling_resnet.py` of transformers 4); they are those of timm, with strides in the 3×3 convolutions.
 */

import { printable } from '../../core/text.ts'
import { type Interpolation, interpolations } from '../../data/interpolation.ts'
import type { Resize } from '../../data/preprocessing.ts'
import { distinctNames } from '../../model/classNames.ts'
import type { ModelInfo } from '../../model/info.ts'
import { fitHead } from '../../network/fitHead.ts'
import { UnsupportedModelError } from '../errors.ts'
import { Config, type Fields } from './config.ts'
import type { FindNetwork, TimmModel } from './timm.ts'

const resnetClass = 'ResNetForImageClassification'

export function isTransformersResnet(fields: Fields): boolean {
  return new Config(fields).texts('architectures')?.includes(resnetClass) === true
}

/** timm's name by the kind of block and the number of them in each stage. */
const variants: ReadonlyMap<string, string> = new Map([
  ['basic 2,2,2,2', 'resnet18'],
  ['basic 3,4,6,3', 'resnet34'],
  ['bottleneck 3,4,6,3', 'resnet50'],
  ['bottleneck 3,4,23,3', 'resnet101'],
  ['bottleneck 3,8,36,3', 'resnet152'],
])

const widths: Readonly<Record<string, string>> = { basic: '64,128,256,512', bottleneck: '256,512,1024,2048' }

/**
 * @param prepared `preprocessor_config.json`, where there is one
 * @throws {UnsupportedModelError} a ResNet that the zoo does not have @throws {ForeignFileError}
 */
export function transformersResnet(fields: Fields, prepared: Fields | undefined, findNetwork: FindNetwork): TimmModel {
  const config = new Config(fields)
  const block = config.text('layer_type') ?? 'bottleneck'
  const depths = (config.numbers('depths') ?? [3, 4, 6, 3]).join(',')
  const variant = variants.get(`${block} ${depths}`)
  const found = variant === undefined ? undefined : findNetwork(variant)
  const obstacles = [
    ...(found === undefined ? [`${printable(block)} blocks, ${printable(depths)} of them in the stages`] : []),
    ...obstaclesOf(config, block),
  ]
  if (found === undefined || obstacles.length > 0) {
    throw new UnsupportedModelError('the model is not one of the networks of the zoo', {
      received: `${resnetClass} with ${obstacles.join('; ')}`,
      expected: 'ResNet-18, 34, 50, 101 or 152, as published',
      advice: 'an ONNX file of the model can be read: optimum-cli export onnx',
    })
  }
  const classes = classNames(config)
  const headed = fitHead(found.network, classes?.length ?? config.whole('num_labels') ?? 1000)
  return {
    network: headed,
    published: { network: headed, modules: found.modules.map(moduleName) },
    info: {
      ...preparedInfo(prepared && new Config(prepared)),
      ...(classes && { classes: distinctNames(classes) }),
      origin: `transformers: ${variant}`,
    },
  }
}

function obstaclesOf(config: Config, block: string): readonly string[] {
  const given = (key: string, usual: unknown) => {
    const value = config.value(key)
    return value === undefined || JSON.stringify(value) === JSON.stringify(usual)
      ? []
      : [`${key} = ${printable(JSON.stringify(value).slice(0, 80))}`]
  }
  const sizes = config.numbers('hidden_sizes')?.join(',')
  return [
    ...given('num_channels', 3),
    ...given('embedding_size', 64),
    ...given('hidden_act', 'relu'),
    ...given('downsample_in_first_stage', false),
    ...given('downsample_in_bottleneck', false),
    ...(sizes === undefined || sizes === widths[block] ? [] : [`hidden_sizes = ${printable(sizes)}`]),
  ]
}

/** `layer2.0.bn1` → `resnet.encoder.stages.1.layers.0.layer.0.normalization`. */
function moduleName(timm: string): string {
  const kinds = { conv: 'convolution', bn: 'normalization' } as const
  const [, stage, layer, rest = ''] = /^layer(\d+)\.(\d+)\.(.*)$/.exec(timm) ?? []
  if (stage === undefined) {
    if (timm === 'fc') return 'classifier.1'
    return `resnet.embedder.embedder.${timm === 'conv1' ? kinds.conv : kinds.bn}`
  }
  const place = `resnet.encoder.stages.${Number(stage) - 1}.layers.${layer}`
  if (rest.startsWith('downsample')) return `${place}.shortcut.${rest.endsWith('0') ? kinds.conv : kinds.bn}`
  const [, kind = 'conv', number = '1'] = /^(conv|bn)(\d)$/.exec(rest) ?? []
  return `${place}.layer.${Number(number) - 1}.${kinds[kind as keyof typeof kinds]}`
}

/** By number: `{ "0": "tench, Tinca tinca" }`. */
function classNames(config: Config): readonly string[] | undefined {
  const table = config.object('id2label')
  if (table === undefined) return undefined
  const names = table.keys.map((_, index) => table.text(`${index}`))
  return names.every((name) => name !== undefined) && names.length > 0 ? names : undefined
}

/** Pillow's numbers. */
const filters: Readonly<Record<number, string>> = { 0: 'nearest', 1: 'lanczos', 2: 'bilinear', 3: 'bicubic' }

/** As ConvNextImageProcessor prepares images: below 384 the center of a larger image, from there on the whole, stretched. */
function preparedInfo(config: Config | undefined): Pick<ModelInfo, 'normalization' | 'preprocessing'> {
  if (config === undefined) return {}
  const [mean, std] = [config.numbers('image_mean'), config.numbers('image_std')]
  const isNumber = typeof config.value('size') === 'number'
  const size = isNumber ? undefined : config.object('size')
  const side = (isNumber ? config.whole('size') : size?.whole('shortest_edge')) ?? 224
  const [height, width] = [size?.whole('height'), size?.whole('width')]
  const part = config.real('crop_pct') ?? 224 / 256
  const both: Resize = { kind: 'both', height: height ?? side, width: width ?? side }
  const resize: Resize =
    height !== undefined || side >= 384 || !(part > 0)
      ? both
      : { kind: 'shorter', side: Math.max(1, Math.floor(side / part)) }
  const name = filters[config.whole('resample') ?? 2]
  const interpolation: Interpolation | undefined = interpolations.find((each) => each === name)
  return {
    ...(mean !== undefined && std !== undefined && { normalization: { mean, std } }),
    preprocessing: { resize, ...(interpolation && { interpolation }) },
  }
}
