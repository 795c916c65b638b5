// The rows of the kernel modules we build: one row a module. A later variant (another tile, another feature set) is one row more.

/**
 * What AssemblyScript code sees as constants: `VARIANT` picks the multiply-add (0: two instructions, 1: fused), `TERMS` how
 * many terms of a sum a turn of the inner loops adds, and both the rows of a tile; `WIDE` a tile of 16 columns, which is
 * fast only where V8 makes 256-bit operations of pairs.
 */
export const variantConstants = {
  plain: { VARIANT: 0, TERMS: 1, WIDE: 0 },
  short: { VARIANT: 1, TERMS: 1, WIDE: 0 },
  relaxed: { VARIANT: 1, TERMS: 2, WIDE: 0 },
  wide: { VARIANT: 1, TERMS: 2, WIDE: 1 },
} as const

export interface KernelVariant {
  /** Name of the module, `<instructions>-<memory>`. */
  readonly name: string
  readonly variant: keyof typeof variantConstants
  readonly shared: boolean
  /** Features beyond asc's defaults (which have bulk memory on). */
  readonly features: readonly string[]
  /** Several variants run where one does: which is the fastest is found by timing their tiles. */
  readonly timed?: boolean
}

/**
 * Optimization level given to asc. Measured: at -O3 Binaryen chains the multiply-adds of the matrix product's inner
 * loop and spills, which costs 20–35 % of its speed; at -O1 it keeps the order that the source has.
 */
export const optimization = '-O1'

/** Pages a 32-bit memory may have: the import accepts a memory of any size. */
export const maximumPages = 65536

// `threads` also in the single-memory modules: atomics work on plain memory, so both kinds share one source.
export const kernelVariants: readonly KernelVariant[] = [
  { name: 'wide-shared', variant: 'wide', shared: true, features: ['simd', 'threads', 'relaxed-simd'] },
  { name: 'wide-single', variant: 'wide', shared: false, features: ['simd', 'threads', 'relaxed-simd'] },
  { name: 'relaxed-shared', variant: 'relaxed', shared: true, features: ['simd', 'threads', 'relaxed-simd'] },
  {
    name: 'relaxed-single',
    variant: 'relaxed',
    shared: false,
    features: ['simd', 'threads', 'relaxed-simd'],
    timed: true,
  },
  { name: 'short-shared', variant: 'short', shared: true, features: ['simd', 'threads', 'relaxed-simd'] },
  { name: 'short-single', variant: 'short', shared: false, features: ['simd', 'threads', 'relaxed-simd'], timed: true },
  { name: 'plain-shared', variant: 'plain', shared: true, features: ['simd', 'threads'] },
  { name: 'plain-single', variant: 'plain', shared: false, features: ['simd', 'threads'] },
]

/**
 * What a page gets with the package, and what it loads from a file of its own when a plan has a call of it. A kernel is in
 * the first set that takes it; a test plans networks of all kinds and finds what each needs.
 */
export const kernelSets = {
  /** Forward and backward of layers that few networks have, and optimizers that few trainings take. */
  rare: /^(adadelta|adagrad|distance|dropoutPath|elu|exp|gelu|gradientSum|group|hinge|l2|layer|local|log|lrelu|maxout|mish|multiplyNumber|muon|permute|prelu|reciprocal|resample|rmsprop|sigmoidLoss|soft(plus|sign)|sqrt|tanh|weight(Average|edMean))/,
  /** Gradients, losses and updates, and what only a training draws or measures. */
  training:
    /Gradient|^averagePool(Spread|Gather)$|^batchNorm(Statistics|Inverse|Product)$|^(adam|clip|crossEntropy|dropout|lossGuard|sgd|sumChunks|channelSums|winogradAccumulate)/,
  /** Part of the package: the scores of common networks. */
  core: /^/,
} as const

export type KernelSet = keyof typeof kernelSets

export function setOf(kernel: string): KernelSet {
  const [name] = Object.entries(kernelSets).find(([, kernels]) => kernels.test(kernel)) ?? []
  return name as KernelSet
}

/** Variants that a page chooses from: the others need a finer clock, or flags of the engine. */
export const runsInPages = ({ variant }: KernelVariant): boolean => variant === 'relaxed' || variant === 'plain'

/** The arguments of one asc run, entry file and outputs apart. */
export function ascArguments(row: KernelVariant): string[] {
  return [
    optimization,
    '--noAssert',
    '--runtime',
    'stub',
    '--importMemory',
    '--noExportMemory',
    '--initialMemory',
    '0',
    '--maximumMemory',
    String(maximumPages),
    ...(row.shared ? ['--sharedMemory'] : []),
    ...row.features.flatMap((feature) => ['--enable', feature]),
    ...Object.entries(variantConstants[row.variant]).flatMap(([name, value]) => ['--use', `${name}=${value}`]),
    '--use',
    `SHARED=${row.shared ? 1 : 0}`,
  ]
}
