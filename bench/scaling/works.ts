/** What is measured on one thread and on two. */

export interface ScalingWork {
  readonly name: string
  /** A name of the zoo, or notation. */
  readonly network: string
  readonly batch: number
  readonly training: boolean
  /** Without Winograd's method. */
  readonly exact: boolean
  /** The least ratio that is asked for. */
  readonly least: number
}

const picture = (name: string, network: string): ScalingWork => ({
  name: `${name}, one image`,
  network,
  batch: 1,
  training: false,
  exact: false,
  least: 1.9,
})

const step = (name: string, network: string): ScalingWork => ({
  name: `${name}, training step, N = 128`,
  network,
  batch: 128,
  training: true,
  exact: false,
  least: 1.9,
})

/** 16 equal layers, so that what each leaves in the caches meets the next. */
const chain = (side: number, channels: number, kernel: number, exact = false): ScalingWork => ({
  name: `chain ${kernel}×${kernel}${exact ? ' exact' : ''} ${channels}@${side}²`,
  network: `INPUT ${side}x${side}x${channels} -> [CONV${kernel}-${channels} -> RELU]*16`,
  batch: 1,
  training: false,
  exact,
  least: 1.85,
})

/** Both threads read filters that stay in a core's caches, and write each to its own rows. */
export const controlWork = { ...chain(28, 256, 1), network: 'INPUT 28x28x256 -> [CONV1-256 -> RELU]*10' }

export const works: readonly ScalingWork[] = [
  picture('ResNet-18', 'resnet18'),
  picture('ResNet-50', 'resnet50'),
  picture('VGG-16', 'vgg16'),
  picture('MobileNet v2', 'mobilenet-v2'),
  step('airbench', 'airbench'),
  step('ResNet-20', 'resnet20'),
  chain(28, 256, 1),
  chain(28, 64, 5),
  chain(28, 128, 3, true),
  chain(56, 64, 3),
  chain(28, 128, 3),
  chain(14, 256, 3),
  chain(7, 512, 3),
]
