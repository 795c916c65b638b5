/** SqueezeNet: AlexNet's accuracy with a fiftieth of its parameters; "fire" modules squeeze by 1×1, then expand. */

import { lines } from './text.ts'
import type { ZooEntry } from './types.ts'

const fire = (squeeze: number) => {
  const expand = 4 * squeeze
  return `CONV1-${squeeze} -> RELU -> CONCAT(CONV1-${expand} -> RELU | CONV3-${expand} -> RELU)`
}

const pool = 'POOL3 s2 ceil'

/** Filters of each fire module's squeeze, and `pool` between them. */
type Units = readonly (number | typeof pool)[]

function row<N extends string>(
  name: N,
  stem: string,
  units: Units,
  facts: Pick<ZooEntry, 'parameters' | 'macs' | 'accuracy'>,
): ZooEntry<N> {
  const body = units.map((unit) => (typeof unit === 'number' ? fire(unit) : unit))
  return {
    name,
    title: `${name.replace('squeezenet', 'SqueezeNet ')} for ImageNet`,
    paper: 'Iandola, Han, Moskewicz, Ashraf, Dally, Keutzer: SqueezeNet, 2016',
    notation: `INPUT 224x224x3 -> ${stem} -> RELU
    -> ${lines(body)}
    -> DROPOUT 0.5 -> CONV1-1000 -> RELU -> GAP`,
    pytorch: {
      torchvision: {
        name: name.replace('.', '_'),
        modules: () => [
          'features.0',
          // The stem's convolution and ReLU are modules 0 and 1.
          ...units.flatMap((unit, index) =>
            unit === pool ? [] : ['squeeze', 'expand1x1', 'expand3x3'].map((part) => `features.${index + 2}.${part}`),
          ),
          'classifier.1',
        ],
      },
    },
    ...facts,
  }
}

export const squeezenets = [
  row('squeezenet1.0', 'CONV7-96 s2 p0', [pool, 16, 16, 32, pool, 32, 48, 48, 64, pool, 64], {
    parameters: 1_248_424,
    macs: 818_924_576,
    accuracy: "ImageNet top-1 58.1 %, torchvision's weights",
  }),
  row('squeezenet1.1', 'CONV3-64 s2 p0', [pool, 16, 16, pool, 32, 32, pool, 48, 48, 64, 64], {
    parameters: 1_235_496,
    macs: 349_151_936,
    accuracy: "ImageNet top-1 58.2 %, torchvision's weights",
  }),
] as const
