/** Weights of Keras's HDF5 files: a group for each layer, whose attribute `weight_names` has the order. */

import { printable } from '../../core/text.ts'
import { ForeignFileError } from '../errors.ts'
import type { Hdf5Object } from '../hdf5/file.ts'
import { datasetArray } from './values.ts'
import { findByName, type KerasArray, type KerasWeights, type LayerPlace, lastPart } from './weights.ts'

export function h5Weights(group: Hdf5Object): KerasWeights {
  const lists = new Map<string, { readonly group: Hdf5Object | undefined; readonly names: readonly string[] }>()
  const listOf = (layer: string) => {
    const known = lists.get(layer)
    if (known !== undefined) return known
    const found = group.at(layer)
    const list = { group: found, names: found === undefined ? [] : weightNames(found) }
    lists.set(layer, list)
    return list
  }
  return {
    arrays(place, names) {
      // A model that is a layer has one list of all its weights.
      const { group: found, names: stored } = listOf((place.models[0]?.layer ?? place.layer).name)
      const paths = choose(place, stored, names)
      if (found !== undefined && paths !== undefined) return paths.map((path) => arrayAt(found, path))
      throw missing(place, names, stored)
    },
  }
}

function choose({ models, layer }: LayerPlace, stored: readonly string[], names: readonly string[]) {
  if (models.length > 1) {
    const siblings = models.at(-1)?.graph.layers ?? []
    return findByName(stored, layer.name, (name) => siblings.some((each) => each.name === name), names)
  }
  const named = names.map((name) => stored.find((path) => name.split('|').includes(lastPart(path))))
  if (named.every((path) => path !== undefined)) return named
  // Keras 1 had other names ("conv_1_W:0"), in the same order.
  return stored.length === names.length ? stored : undefined
}

function arrayAt(group: Hdf5Object, path: string): KerasArray {
  const found = group.at(path)
  if (found?.isArray === true) return datasetArray(found.array())
  throw new ForeignFileError(`the array ${printable(path)} of ${printable(group.path)} is not in the file`, {
    advice: 'fetch the file again',
  })
}

/** More than 64 kB of names do not fit into an attribute, so Keras cuts the list: weight_names0, weight_names1, … */
export function weightNames({ attributes }: Hdf5Object, name = 'weight_names'): readonly string[] {
  const whole = attributes.get(name)
  if (whole !== undefined) return whole.shape.length > 0 && whole.shape[0] === 0 ? [] : whole.texts()
  const names: string[] = []
  for (let part = 0; ; part++) {
    const found = attributes.get(`${name}${part}`)
    if (found === undefined) return names
    names.push(...found.texts())
  }
}

export function missing({ layer }: LayerPlace, names: readonly string[], stored: readonly string[]): ForeignFileError {
  return new ForeignFileError(`the weights of the layer ${printable(layer.name)} are not in the file`, {
    received: stored.length === 0 ? 'none' : stored.slice(0, 8).map(printable).join(', '),
    expected: names.map((name) => name.split('|')[0]).join(', '),
    advice: 'save the model again with model.save()',
  })
}
