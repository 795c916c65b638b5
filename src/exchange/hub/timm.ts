/**
 * A repository of timm (PyTorch Image Models): `config.json` names the architecture and how images are prepared, and the
 * network is the zoo's. What the zoo's network does not have is refused by name.
 */

import { printable } from '../../core/text.ts'
import { interpolations } from '../../data/interpolation.ts'
import type { Resize } from '../../data/preprocessing.ts'
import type { ModelInfo } from '../../model/info.ts'
import { fitHead } from '../../network/fitHead.ts'
import { fitInput } from '../../network/fitInput.ts'
import type { Network } from '../../network/network.ts'
import { inferVolumes } from '../../network/volumes.ts'
import { UnsupportedModelError } from '../errors.ts'
import { classesOf } from './classes.ts'
import { Config, type Fields } from './config.ts'

/** A network whose weights PyTorch's libraries publish, as the zoo has it. */
export interface PublishedNetwork {
  readonly network: Network
  /** The module of every layer with weights, in the network's order. */
  readonly modules: readonly string[]
}

/** By the library's name for the architecture: `resnet18`. */
export type FindNetwork = (architecture: string) => PublishedNetwork | undefined

export interface TimmModel {
  readonly network: Network
  /** With the head for as many classes, on the zoo's input: its layers have the modules' order. */
  readonly published: PublishedNetwork
  readonly info: ModelInfo
}

/** Arguments that change nothing beyond what other fields say. */
const knownArguments: readonly string[] = [
  'num_classes',
  'in_chans',
  'pretrained',
  'drop_rate',
  'drop_path_rate',
  'scriptable',
  'exportable',
]

/** @throws {UnsupportedModelError} @throws {ForeignFileError} */
export function timmModel(fields: Fields, findNetwork: FindNetwork): TimmModel {
  const config = new Config(fields)
  const cfg = config.object('pretrained_cfg') ?? config
  const architecture = config.text('architecture') ?? ''
  const found = findNetwork(architecture)
  const obstacles = obstaclesOf(config)
  if (found === undefined) obstacles.unshift(`the architecture ${printable(architecture)}, which the zoo does not have`)
  if (found === undefined || obstacles.length > 0) {
    throw new UnsupportedModelError('the model is not one of the networks of the zoo', {
      received: obstacles.join('; '),
      expected: 'an architecture of the zoo, without arguments that change it',
      advice: 'lenslet zoo lists the networks; an ONNX file of the model can be read, too',
    })
  }
  const classes = config.whole('num_classes') ?? cfg.whole('num_classes') ?? 1000
  const headed = fitHead(found.network, classes)
  const network = withImages(headed, cfg)
  return {
    network,
    published: { network: headed, modules: found.modules },
    info: { ...preprocessingOf(cfg), classes: classesOf(config, classes), origin: `timm: ${printable(architecture)}` },
  }
}

function obstaclesOf(config: Config): string[] {
  const given = config.object('model_args')
  const obstacles = (given?.keys ?? [])
    .filter((key) => !knownArguments.includes(key))
    .map(
      (key) => `model_args.${printable(key)} = ${printable(JSON.stringify(given?.value(key))?.slice(0, 80) ?? 'null')}`,
    )
  const pool = config.text('global_pool')
  if (pool !== undefined && !['avg', 'token'].includes(pool)) obstacles.push(`global_pool = ${printable(pool)}`)
  if (config.whole('num_classes') === 0) obstacles.push('num_classes = 0: features without a head')
  return obstacles
}

/** The network for images of `input_size` [c, h, w]. */
function withImages(network: Network, cfg: Config): Network {
  const [channels, height, width] = cfg.numbers('input_size') ?? []
  const input = inferVolumes(network)[0]?.output
  if (channels === undefined || height === undefined || width === undefined || input === undefined) return network
  if (channels === input.channels && height === input.height && width === input.width) return network
  return fitInput(network, { height, width, channels })
}

type Prepared = Pick<ModelInfo, 'normalization' | 'preprocessing'>

/** As timm's `create_transform` prepares images for evaluation. */
function preprocessingOf(cfg: Config): Prepared {
  const [mean, std] = [cfg.numbers('mean'), cfg.numbers('std')]
  const [, height = 224, width = 224] = cfg.numbers('input_size') ?? []
  const part = cfg.real('crop_pct') ?? 0.875
  const scaled = (side: number) => Math.max(1, Math.floor(side / (part > 0 ? part : 1)))
  const size = { height: scaled(height), width: scaled(width) }
  const mode = cfg.text('crop_mode') ?? 'center'
  const interpolation = interpolations.find((each) => each === cfg.text('interpolation')) ?? 'bilinear'
  const resize: Resize =
    mode === 'squash'
      ? { kind: 'both', ...size }
      : mode === 'border'
        ? { kind: 'within', ...size }
        : { kind: 'shorter', side: Math.min(size.height, size.width) }
  const fill = mode === 'border' ? mean?.map((value) => Math.min(255, Math.max(0, Math.round(255 * value)))) : undefined
  return {
    ...(mean !== undefined && std !== undefined && { normalization: { mean, std } }),
    preprocessing: { resize, interpolation, ...(fill?.length === 3 && { fill }) },
  }
}
