/** The sources of images by name. Each has a line in engine/data.ts, which opens it. */

export const dataNames = ['mnist', 'mnist-whole', 'cifar10', 'pictures'] as const

export type DataName = (typeof dataNames)[number]
