// Published outputs with weights by formula (../shared/facts/formula), of the networks that our zoo has.

import { existsSync, readFileSync } from 'node:fs'
import type { PytorchLibrary, PytorchNames } from '../../src/zoo/types.ts'
import { zoo } from '../../src/zoo/zoo.ts'
import type { Published } from './network.ts'

const folder = new URL('../../../shared/facts/formula/', import.meta.url)

/** Absent where ../shared is. */
export const hasPublished = existsSync(folder)

const libraries: readonly PytorchLibrary[] = ['torchvision', 'timm']

/** By library and architecture: timm's `resnet18.a1_in1k` is `resnet18`. */
const published: Readonly<Record<PytorchLibrary, ReadonlyMap<string, Published>>> = {
  torchvision: read('torchvision'),
  timm: read('timm'),
}

function read(library: PytorchLibrary): ReadonlyMap<string, Published> {
  const text = hasPublished ? readFileSync(new URL(`${library}.json`, folder), 'utf8') : '{}'
  const all = JSON.parse(text) as Readonly<Record<string, Published>>
  return new Map(Object.entries(all).map(([name, each]) => [name.split('.')[0] ?? name, each]))
}

export interface PublishedNetwork {
  /** In our zoo. */
  readonly name: string
  readonly library: PytorchLibrary
  readonly theirs: PytorchNames
  readonly published: Published
}

/** Every published output that a network of the zoo should give. */
export const publishedNetworks: readonly PublishedNetwork[] = zoo.names.flatMap((name) =>
  libraries.flatMap((library) => {
    const theirs = zoo.entry(name).pytorch?.[library]
    const found = theirs && published[library].get(theirs.name)
    return theirs && found ? [{ name, library, theirs, published: found }] : []
  }),
)

/** Architectures that nothing in our zoo corresponds to. */
export const unmatched: readonly string[] = libraries.flatMap((library) =>
  [...published[library].keys()].filter(
    (architecture) => !publishedNetworks.some((each) => each.library === library && each.theirs.name === architecture),
  ),
)
