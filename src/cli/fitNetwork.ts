/**
 * Fits the network of a training to its data, and says what it changed. A network from the zoo gets the input and the
 * number of classes that the data has. In a .net file or a text a person has written both, so only --size changes its
 * input, and another number of classes is an error. A model keeps its classes, unless --new-head replaces its last layer, and the size of its images,
 * unless --size asks for another that its weights suit.
 */

import { LensletError } from '../core/errors.ts'
import { printVolume, type Shape, sameShape, sameVolume, type Volume } from '../core/shapes.ts'
import { counted } from '../core/text.ts'
import type { Dataset, Split } from '../data/dataset.ts'
import { hasColor, usualSide } from '../data/node/survey.ts'
import { SizeError } from '../network/errors.ts'
import { fitHead, headOf } from '../network/fitHead.ts'
import { fitInput } from '../network/fitInput.ts'
import type { Network } from '../network/network.ts'
import { lossOf } from '../network/training.ts'
import { inferVolumes } from '../network/volumes.ts'
import { withLoss } from '../network/withLoss.ts'
import { resolveLoss } from '../ops/losses/table.ts'
import { kindOf } from './data.ts'
import { UsageError } from './errors.ts'
import { refused } from './options.ts'

/** What `--size` says: channels only where they are written. */
export interface AskedSize {
  readonly height: number
  readonly width: number
  readonly channels?: 1 | 3
}

export const sizeHelp =
  'scale the images of images:FOLDER to this size, and the network to this input: 64, or height x width, 48x64'

/** Reads `64`, `48x64` or `48x64x1`, as INPUT has them. */
export function pictureSize(option: string) {
  return (text: string): AskedSize => {
    const [height, width = height, channels] = text.trim().split(/[x×]/i).map(Number)
    const good = (side: unknown) => Number.isInteger(side) && (side as number) >= 1 && (side as number) <= 16384
    const parts = text.trim().split(/[x×]/i)
    if (parts.length <= 3 && parts.every((part) => /^\d+$/.test(part)) && good(height) && good(width)) {
      const sides = { height: height as number, width: width as number }
      if (channels === undefined) return sides
      if (channels === 1 || channels === 3) return { ...sides, channels }
    }
    throw refused(option, text, 'a side in pixels such as 64, height x width such as 48x64, or 48x64x1 for gray images')
  }
}

/** As `pictureSize`, without channels. */
export function sides(option: string) {
  const read = pictureSize(option)
  return (text: string): Pick<AskedSize, 'height' | 'width'> => {
    const { height, width, channels } = read(text)
    if (channels === undefined) return { height, width }
    throw refused(option, text, 'a side in pixels such as 384, or height x width such as 384x512')
  }
}

export interface FitRequest {
  readonly name: string
  readonly network: Network
  /** `images:photos`, `mnist` */
  readonly data: string
  readonly size?: AskedSize | undefined
  readonly origin: Origin
  /** The last layer of a model is replaced. */
  readonly newHead?: boolean | undefined
  /** A model is fine-tuned: images that are smaller than its input are not enlarged. */
  readonly isTuned?: boolean | undefined
}

/** Where the network comes from. */
export type Origin = 'zoo' | 'written' | 'model'

/**
 * The size that pictures are brought to, and so the network's input. A folder of pictures has no channels of its own: a
 * zoo network for gray pictures sees color where there is any. Throws `UsageError` or
 * `SizeError` for a `--size` that cannot be had.
 */
export async function inputFor(request: FitRequest): Promise<Volume> {
  const { name, network, data, size, origin, isTuned = false } = request
  const own = inputOf(network)
  const isFolder = kindOf(data) === 'images'
  if (size !== undefined && !isFolder) {
    throw new UsageError('--size is for folders of images', {
      received: `--size with ${data}`,
      expected: '--data images:FOLDER',
      advice: 'leave --size out: the network is fitted to the size that the data has',
    })
  }
  if (size !== undefined && origin === 'model' && !keepsWeights(network, { ...own, ...size })) {
    throw new UsageError('the weights of this model are for images of one size', {
      received: `--size ${printVolume({ ...own, ...size })}`,
      expected: printVolume(own),
      advice: `leave --size out, or train ${name} from new weights, by its network`,
    })
  }
  const undecided = origin === 'zoo' && isFolder && own.channels === 1 && size?.channels === undefined
  const smaller = isTuned && isFolder && size === undefined ? await sizeOfSmall(network, own, data) : undefined
  const wanted = {
    ...own,
    ...(undecided && (await lookedAt(data, hasColor)) === true && { channels: 3 }),
    ...size,
    ...smaller,
  }
  // Refused before thousands of pictures are decoded.
  if (isFolder && !sameVolume(wanted, own)) fitInput(network, wanted)
  return wanted
}

/**
 * Whether the weights suit images of this size: filters do, as long as GAP follows them; those of an FC on a map do not.
 * Throws `SizeError` where a layer has nothing left to work on.
 */
function keepsWeights(network: Network, input: Volume): boolean {
  const shapes = (of: Network) => inferVolumes(of).flatMap(({ parameters }) => parameters.map(({ shape }) => shape))
  const [before, after] = [shapes(network), shapes(fitInput(network, input))]
  return before.length === after.length && before.every((shape, index) => sameShape(shape, after[index] as Shape))
}

/**
 * The size of images that are smaller than the input, where the weights suit it: enlarged, they would take longer and tell
 * no more. (4,317 photographs of 128×128: 24 epochs at this size are as good as 12 at 176×176, which take as long.) Never
 * less than half of the input's: its features are of things that fill it.
 */
async function sizeOfSmall(network: Network, own: Volume, data: string): Promise<Volume | undefined> {
  const shorter = Math.min(own.height, own.width)
  const usual = await lookedAt(data, usualSide)
  if (usual === undefined || usual >= shorter) return undefined
  const ratio = Math.max(usual, Math.ceil(shorter / 2)) / shorter
  const input = { ...own, height: Math.round(own.height * ratio), width: Math.round(own.width * ratio) }
  try {
    return keepsWeights(network, input) ? input : undefined
  } catch (error) {
    if (error instanceof SizeError) return undefined
    throw error
  }
}

export interface Fitting {
  readonly network: Network
  /** One sentence about all that was fitted; undefined where nothing was. */
  readonly says: string | undefined
}

/** Fits the input to the pictures as they are, and the head to the classes. Throws `SizeError`, `NetworkError`. */
export function fitNetwork(request: FitRequest, dataset: Dataset): Fitting {
  const { name, network, data, size, origin, newHead = false, isTuned = false } = request
  const { train, classes } = dataset
  const pictures: Volume = { height: train.height, width: train.width, channels: train.channels }
  const isFolder = kindOf(data) === 'images'
  const mayChange = origin === 'zoo' || size !== undefined || (isTuned && isFolder)
  const sized = mayChange && !sameVolume(inputOf(network), pictures) ? fitInput(network, pictures) : network
  const mayFit = origin === 'zoo' || newHead
  const fitted = mayFit ? fitHead(sized, classes.length) : sized
  const loss = mayFit ? lossFor(fitted, train) : undefined
  const changes = [
    ...(sized === network ? [] : [`the input ${printVolume(inputOf(network))} becomes ${printVolume(pictures)}`]),
    ...headChange(sized, fitted, newHead, train.targets !== undefined),
    ...(loss === undefined ? [] : [`the loss is ${loss}`]),
    ...(mayChange && isFolder && (!isTuned || sized !== network)
      ? [`images are resized to ${pictures.height}×${pictures.width}`]
      : []),
  ]
  return {
    network: loss === undefined ? fitted : withLoss(fitted, loss),
    says: changes.length === 0 ? undefined : `${name}: ${changes.join('; ')}`,
  }
}

/** `the last layer FC-1000 becomes FC-4 for 4 classes` */
function headChange(before: Network, after: Network, newHead: boolean, isOfTargets: boolean): readonly string[] {
  const [from, to] = [headOf(before), headOf(after)]
  if (from === undefined || to === undefined) return []
  if (before === after) return newHead ? [`the last layer ${to.word} starts from new weights`] : []
  return [
    `the last layer ${from.word} becomes ${to.word} for ${isOfTargets ? counted(to.count, 'value') : counted(to.count, 'class', 'classes')}`,
  ]
}

/**
 * Data without classes needs another loss than the zoo's networks have: for labels of which several apply (all targets are 0 or 1)
 * or for numbers. Undefined where the network's own fits.
 */
function lossFor(network: Network, { targets }: Split): 'sigmoid-cross-entropy' | 'squared-error' | undefined {
  if (targets === undefined || resolveLoss(lossOf(network)).compares !== 'class') return undefined
  return targets.every((target) => target === 0 || target === 1) ? 'sigmoid-cross-entropy' : 'squared-error'
}

function inputOf(network: Network): Volume {
  return inferVolumes(network)[0]?.output as Volume
}

/** What is wrong with the folder is said where the data is opened. */
async function lookedAt<T>(data: string, look: (folder: string) => Promise<T>): Promise<T | undefined> {
  try {
    return await look(data.slice(data.indexOf(':') + 1).trim())
  } catch (error) {
    if (error instanceof LensletError) return undefined
    throw error
  }
}
