// What is taken out of the package's modules on their way into the files for pages: properties that nothing there reads. The
// bundler cannot know that; what only they use, it then leaves out by itself.

import type { Plugin } from 'rolldown'
import { type ESTree, Visitor } from 'rolldown/utils'

/**
 * Ops without their meaning (`Op.reference`). Only the reference backend reads it, from a part of its own: see
 * src/backends/reference/references.ts.
 */
export const withoutReferences = (): Plugin =>
  without(
    'references',
    /[\\/]ops[\\/].*\.js$/,
    (key, keys) => key === 'reference' || ((key === 'forward' || key === 'derivative') && keys.includes('keeps')),
  )

/** Zoo entries and layers without PyTorch's names, which only src/exchange reads. */
export const withoutPytorch = (): Plugin =>
  without('pytorch', /[\\/](zoo|layers)[\\/].*\.js$/, (key) => key === 'pytorch')

/** Steps of the backward pass, of losses and of updates, as the tables of ops and of kernels name them. */
const backward = /\.(\w*[gG]radient|again)$|^(optimizer|clip|loss)\.|^crossEntropy$|^channelSum$/

/** Ops without rules for gradients, and tables without the steps that those emit: for what plans scores only. */
export const withoutBackward = (): Plugin =>
  without(
    'backward',
    /[\\/]ops[\\/].*\.js$/,
    (key, keys) => backward.test(key) || (key === 'gradient' && keys.includes('kind') && keys.includes('outputs')),
  )

/** Optimizers that few pages train with: their rows, their numbers, their ops, and their kernels' parameters. */
const rareOptimizer =
  /^optimizer\.(adadelta|average|accumulate|muon\..*)$|^(adadelta|muon\w*|nsSteps|filterNorm|gradientSum|weightAverage)$/

/** A key of each table that has such rows. */
const optimizerTables = ['adamw', 'beta1', 'batchNormApply']

export const withoutRareOptimizers = (): Plugin =>
  without('rare optimizers', /[\\/]ops[\\/].*\.js$/, (key, keys) => {
    const isTable = key.startsWith('optimizer.') || optimizerTables.some((name) => keys.includes(name))
    return isTable && rareOptimizer.test(key)
  })

/** Zoo entries without recipes for trainings with groups of weights, which pages leave out. */
export const withoutRecipes = (): Plugin =>
  without('recipes', /[\\/]zoo[\\/]airbench\.js$/, (key) => /^(recipes|groups)$/.test(key))

function without(name: string, id: RegExp, isUnused: (key: string, keysBeside: readonly string[]) => boolean): Plugin {
  return {
    name: `lenslet: without ${name}`,
    transform: {
      filter: { id },
      handler(code) {
        const cuts: { readonly start: number; readonly end: number }[] = []
        new Visitor({
          ObjectExpression({ properties }) {
            const keys = properties.map(keyOf)
            properties.forEach(({ start, end }, i) => {
              if (isUnused(keys[i] ?? '', keys)) cuts.push({ start, end })
            })
          },
        }).visit(this.parse(code))
        // Backwards, so that places stay true; what lies within a longer cut goes with it.
        const outer = cuts.filter(({ start, end }) => !cuts.some((cut) => cut.start < start && end < cut.end))
        return outer.toReversed().reduce((text, { start, end }) => {
          const comma = /^\s*,/.exec(text.slice(end))?.[0].length ?? 0
          return text.slice(0, start) + text.slice(end + comma)
        }, code)
      },
    },
  }
}

/** A property's name; none where it is computed, or a spread. */
function keyOf(property: ESTree.ObjectPropertyKind): string {
  if (property.type !== 'Property' || property.computed) return ''
  const { key } = property
  if (key.type === 'Identifier') return key.name
  return key.type === 'Literal' ? String(key.value) : ''
}
