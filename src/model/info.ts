/** What a model stores in addition to its network and weights: class names, normalization, origin; and whether they fit the network. */

import type { ErrorDetails } from '../core/errors.ts'
import { parseJson } from '../core/json.ts'
import { anyObject, type Fault, list, number, object, oneOf, optional, printFault, string } from '../core/schema.ts'
import { type Shape, type Volume, volumeSize } from '../core/shapes.ts'
import { counted, listed, printable, sameForm } from '../core/text.ts'
import type { Normalization } from '../data/normalization.ts'
import { type Preprocessing, preprocessingSchema } from '../data/preprocessing.ts'
import type { Network } from '../network/network.ts'
import { inferVolumes } from '../network/volumes.ts'
import { ModelFileError } from './errors.ts'

/** Metadata of a model. */
export interface ModelInfo {
  /** Names of the classes, in the order of the scores. */
  readonly classes?: readonly string[] | undefined
  /** (x/255 − mean)/std, for each channel, and the order of the channels: how the bytes of an image become the input. */
  readonly normalization?: Normalization | undefined
  /** How a photo is scaled and cropped to the input. Default: the center of the smallest size that covers it, bilinear. */
  readonly preprocessing?: Preprocessing | undefined
  /** How other programs know its input and output, for a model that comes from one of them. */
  readonly tensors?: { readonly input: TensorForm; readonly output: TensorForm } | undefined
  /** Where it comes from: data set, epochs, accuracy; one line for people. */
  readonly origin?: string | undefined
}

/** A tensor at the border of a model, as another program names it and lays it out. */
export interface TensorForm {
  /** `data`, `prob` */
  readonly name: string
  /** Without the batch: [3, 224, 224], [1000]. */
  readonly shape: Shape
  /** In which order the values of a volume follow: by position (NHWC) or by channel (NCHW). */
  readonly order: 'hwc' | 'chw'
}

const atMost = { min: 1, max: 65536 }
const tensorSchema = object({
  name: string,
  shape: list(number({ whole: true, min: 1, max: 2 ** 31 }), { max: 8 }),
  order: oneOf(['hwc', 'chw']),
})
const infoSchema = object({
  classes: optional(list(string, { max: 1 << 20 })),
  normalization: optional(
    object({
      mean: list(number(), atMost),
      std: list(number({ above: 0 }), atMost),
      colors: optional(oneOf(['rgb', 'bgr'])),
    }),
  ),
  preprocessing: optional(preprocessingSchema),
  tensors: optional(object({ input: tensorSchema, output: tensorSchema })),
  origin: optional(string),
})

/** From the text in a file. What a later version may have added is left out. @throws {ModelFileError} */
export function parseInfo(text: string): ModelInfo {
  let value: unknown
  try {
    value = parseJson(text)
  } catch (cause) {
    throw new ModelFileError('the info of the model cannot be read', {
      received: JSON.stringify(text.slice(0, 80)),
      cause,
    })
  }
  const fault = anyObject.fault(value)
  if (fault !== undefined) throw invalid(fault)
  const { classes, normalization, preprocessing, tensors, origin } = value as Record<string, unknown>
  return checkInfo({ classes, normalization, preprocessing, tensors, origin })
}

/** @throws {ModelFileError} a value of a wrong kind, or a deviation that is not above 0 */
export function checkInfo(info: object): ModelInfo {
  const fault = infoSchema.fault(info)
  if (fault === undefined) return info
  throw invalid(fault)
}

function invalid(fault: Fault): ModelFileError {
  return new ModelFileError('the info of the model is invalid', {
    received: printFault(fault),
    expected: '{ classes, normalization: { mean, std, colors }, preprocessing, tensors: { input, output }, origin }',
  })
}

/** What is wrong, as the message and details of an error. */
interface InfoFault extends ErrorDetails {
  readonly message: string
}

/** What of classes and normalization is not the network's; undefined if they fit. */
export function infoFault(network: Network, { classes, normalization }: ModelInfo): InfoFault | undefined {
  const nodes = inferVolumes(network)
  const [input, output] = [nodes[0]?.output, nodes.at(-1)?.output] as [Volume, Volume]
  return (
    (classes && classesFault(classes, output)) ?? (normalization && normalizationFault(normalization, input.channels))
  )
}

function classesFault(classes: readonly string[], output: Volume): InfoFault | undefined {
  // Of a map, every position has the same classes.
  if (classes.length !== volumeSize(output) && classes.length !== output.channels) {
    return {
      message: 'the number of class names is not the number of scores',
      received: `${counted(classes.length, 'name')}: ${listed(classes)}`,
      expected: `${output.channels}, one name per score`,
      advice: 'correct info.classes',
    }
  }
  const seen = new Set<string>()
  const twice = classes.map(sameForm).find((name) => seen.size === seen.add(name).size)
  if (twice === undefined) return undefined
  return {
    message: 'two classes have the same name',
    received: printable(twice),
    expected: 'a different name for each score',
    advice: 'rename one in info.classes, for example crane (bird) and crane (machine)',
  }
}

function normalizationFault({ mean, std, colors }: Normalization, channels: number): InfoFault | undefined {
  const [received, expected] =
    colors === 'bgr' && channels !== 3
      ? [`bgr, with ${counted(channels, 'channel')}`, '3 channels']
      : [
          `${counted(mean.length, 'mean')} and ${counted(std.length, 'deviation')}`,
          `${channels} of each, one per channel`,
        ]
  if (colors !== 'bgr' || channels === 3) {
    if (mean.length === channels && std.length === channels) return undefined
  }
  return {
    message: 'the normalization does not fit the input',
    received,
    expected,
    advice: 'correct info.normalization',
  }
}
