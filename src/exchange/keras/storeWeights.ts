/**
 * Weights of Keras 3 (`model.weights.h5`): `layers/conv2d_1/vars/0`. The groups are not named by the layers but by their
 * classes, numbered in each model from the first of a class (keras/src/saving/saving_lib.py); newer files also have the
 * layer's name, as the attribute `name` of `vars`.
 */

import type { Hdf5Object } from '../hdf5/file.ts'
import type { KerasGraph, KerasLayer } from './graph.ts'
import { missing } from './h5Weights.ts'
import { datasetArray } from './values.ts'
import type { KerasWeights, LayerPlace } from './weights.ts'

/** Where the layers of a model are; the second in files of TensorFlow 2.12 to 2.15. */
const containers = ['layers', '_layer_checkpoint_dependencies']

export function storeWeights(root: Hdf5Object): KerasWeights {
  const tables = new Map<KerasGraph, ReadonlyMap<KerasLayer, Hdf5Object>>()
  const tableOf = (graph: KerasGraph, group: Hdf5Object) => {
    const table = tables.get(graph) ?? groupsOf(graph, group)
    tables.set(graph, table)
    return table
  }
  return {
    arrays(place, names) {
      const stored = variables(groupOf(place, root, tableOf))
      const found = stored.length === names.length ? stored : stored.slice(0, names.length)
      if (found.length < names.length)
        throw missing(
          place,
          names,
          stored.map(({ path }) => path),
        )
      return found.map((each) => datasetArray(each.array()))
    },
  }
}

function groupOf(
  { models, layer }: LayerPlace,
  root: Hdf5Object,
  tableOf: (graph: KerasGraph, group: Hdf5Object) => ReadonlyMap<KerasLayer, Hdf5Object>,
): Hdf5Object | undefined {
  let group: Hdf5Object | undefined = root
  for (const { graph, layer: inner } of models) {
    if (group === undefined) return undefined
    group = tableOf(graph, group).get(inner ?? layer)
  }
  return group
}

/** The variables of a layer, by their numbers. */
function variables(group: Hdf5Object | undefined): readonly Hdf5Object[] {
  const vars = group?.at('vars')
  const found: Hdf5Object[] = []
  for (let index = 0; ; index++) {
    const each = vars?.at(`${index}`)
    if (each === undefined || !each.isArray) return found
    found.push(each)
  }
}

/** The group of each layer of a model. */
function groupsOf(graph: KerasGraph, group: Hdf5Object): ReadonlyMap<KerasLayer, Hdf5Object> {
  const container = containers.map((name) => group.at(name)).find((each) => each !== undefined)
  const groups = new Map<KerasLayer, Hdf5Object>()
  if (container === undefined) return groups
  const named = new Map<string, Hdf5Object>()
  for (const name of container.names()) {
    const each = container.at(name) as Hdf5Object
    const label = each.at('vars')?.attributes.get('name')?.texts()[0]
    if (label !== undefined) named.set(label, each)
  }
  const counts = new Map<string, number>()
  for (const layer of graph.layers) {
    const stem = snakeCase(layer.type)
    const count = counts.get(stem) ?? 0
    counts.set(stem, count + 1)
    const found = named.get(layer.name) ?? container.at(count === 0 ? stem : `${stem}_${count}`)
    if (found !== undefined) groups.set(layer, found)
  }
  return groups
}

/** As Keras turns the name of a class into that of a group: Conv2DTranspose → conv2d_transpose, PReLU → p_re_lu. */
export function snakeCase(type: string): string {
  return (type.split('>').at(-1) as string)
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
}
