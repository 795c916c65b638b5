/**
 * Which network and which training a folder of pictures calls for. A small residual network with batch normalization (He
 * et al. 2015; Ioffe and Szegedy 2015) trains from random weights on a processor in minutes, and its global average
 * pooling overfits less than wide FC layers (Lin, Chen, Yan 2013). Everything is a pure function of the survey.
 */

import type { Survey } from '../data/node/survey.ts'
import { printCount } from '../inspect/units.ts'
import { mayMirror } from '../zoo/mirror.ts'
import { chooseInput, type InputChoice } from './recommendInput.ts'

export interface Recommendation {
  readonly input: InputChoice
  /** The network in the notation, in lines. */
  readonly notation: string
  /** Options of `lenslet train`, in words: `['--epochs', '20', …]`. */
  readonly options: readonly string[]
  /** Why, one sentence for each choice. */
  readonly reasons: readonly string[]
}

/** Pictures that a training shows in all: more epochs for small folders, fewer for large ones. */
const pictureBudget = 60_000
/**
 * Below this number of training pictures a network overfits before the training ends. (240 photographs of flowers, tested
 * on 800: the settings against it bring the loss from 1.56 to 0.97; the accuracy, 62 and 64 %, is the same within its
 * standard error of 1.7 points.)
 */
const fewPictures = 2000

export function recommend({ classes, sizes, color }: Survey): Recommendation {
  const input = chooseInput(sizes, color > 0)
  const training = Math.max(1, trainingCount(classes))
  const usual = training < 200 ? 8 : training < 800 ? 16 : 32
  const batch = Math.min(usual, training)
  const epochs = Math.min(60, Math.max(10, Math.round(pictureBudget / training)))
  const mirror = mayMirror(classes.map(({ name }) => name))
  const crop = Math.max(1, Math.round(Math.min(input.height, input.width) / 8))
  const few = training < fewPictures
  const augment = [...(mirror ? ['flip'] : []), `crop${crop}`, ...(few ? [`cutout${2 * crop}`] : [])].join(',')
  const decay = few ? 0.002 : 0.0005
  // He et al. 2015 take 0.1 at batch 128; smaller batches take less, and the warm-up of one-cycle bears a little more.
  const rate = usual === 32 ? 0.05 : usual === 16 ? 0.03 : 0.02
  return {
    input,
    notation: notationOf(input, classes.length),
    options: [
      ...['--batch', `${batch}`, '--epochs', `${epochs}`, '--optimizer', 'nesterov', '--rate', `${rate}`],
      ...['--weight-decay', `${decay}`, '--schedule', 'one-cycle', '--augment', augment],
      ...(few ? ['--label-smoothing', '0.1'] : []),
    ],
    reasons: [
      ...input.reasons,
      `batch ${batch}: about ${Math.max(1, Math.floor(training / batch))} steps per epoch from ${printCount(training)} training images`,
      `${epochs} epochs: ${printCount(epochs * training)} images shown in all; small folders need more epochs, large ones fewer`,
      `nesterov with rate ${rate}, weight decay ${decay} and one-cycle: the usual choice for networks with batch normalization`,
      ...(few
        ? [`label smoothing 0.1 and cutout${2 * crop}: they reduce overfitting, which is likely with few images`]
        : []),
      `augmentation ${augment}: ${mirror ? 'mirrored and shifted images show the same class' : 'shifted images show the same class; mirrored ones may not, by the names of the classes'}`,
    ],
  }
}

/** Where the folder has no split of its own, a fifth of each class is held out for testing, one picture at least. */
function trainingCount(classes: Survey['classes']): number {
  return classes.reduce((sum, { count }) => sum + Math.max(1, count - Math.max(1, Math.round(count / 5))), 0)
}

const residual = (filters: number) =>
  `ADD(CONV3-${filters} nobias -> BN -> RELU -> CONV3-${filters} nobias -> BN | CONV1-${filters} nobias -> BN) -> RELU`

/**
 * Halves the map and doubles the filters until it has some four to eight positions a side. (On 4,317 photographs of flowers
 * at 64×64, three blocks on 16, 8 and 4 positions did better than three on 32, 16 and 8, which cost as much.)
 */
function notationOf({ height, width, channels }: InputChoice, classes: number): string {
  const sides = [height, width]
  const halved = sides.every((side) => side >= 48)
  const stem = halved ? 'CONV4-32 s2 p1' : 'CONV3-32'
  const widths = sides.every((side) => side >= 32 && side % 8 === 0) ? [64, 128, 256] : [64, 128]
  const lines = [
    [`INPUT ${height}x${width}x${channels}`, ''],
    [`  -> ${stem} nobias -> BN -> RELU`, halved ? 'half the size at once: large maps cost most' : ''],
    ...widths.map((filters) => [`  -> POOL2 -> ${residual(filters)}`, '']),
    [`  -> GAP -> FC-${classes}`, 'one score per class'],
  ] as const
  return lines.map(([text, comment]) => (comment === '' ? text : `${text.padEnd(44)} # ${comment}`)).join('\n')
}
