/** The recipe of a training whose settings are resolved: every rule becomes numbers for each weight. */

import type { Preprocessing } from '../../data/preprocessing.ts'
import type { Model } from '../../model/model.ts'
import { headsIn } from '../../network/fitHead.ts'
import { inferVolumes } from '../../network/volumes.ts'
import { lossWeights, resolveLoss } from '../../ops/losses/table.ts'
import type { OptimizerSettings } from '../../ops/optimizer/optimizers.ts'
import type { TrainGroup } from '../../train/groups.ts'
import type { TrainSettings } from '../../train/options.ts'
import type { FileData, GroupRecipe, LossRecipe, ScheduleRecipe, TorchRecipe } from './recipe.ts'

export interface RecipeParts extends Pick<TorchRecipe, 'name' | 'classes' | 'data' | 'counts' | 'start'> {
  readonly model: Model
  readonly settings: TrainSettings
}

export function recipeOf({ model, settings, name, classes, data, counts, start }: RecipeParts): TorchRecipe {
  const { epochs, batch, accumulate, stepsPerEpoch, seed, loss, frozen, clipNorm, ema, lookahead } = settings
  const { augment, evaluate, keep, patience, normalization } = settings
  const { height, width, channels } = model.input
  const { mean, std, colors = 'rgb' } = normalization
  const { settings: full, compares } = resolveLoss(loss)
  return {
    format: 'lenslet.recipe',
    version: 1,
    name,
    input: { height, width, channels },
    classes,
    normalization: { mean, std, colors },
    data,
    counts,
    epochs,
    batch,
    accumulate,
    stepsPerEpoch,
    seed,
    targets: compares,
    loss: full,
    evaluationLoss: unweighted(full),
    ...groupsOf(model, settings),
    frozen,
    clipNorm,
    ema,
    lookahead,
    augment: {
      flip: augment.flip ?? false,
      crop: augment.crop ?? 0,
      border: augment.border ?? 'zero',
      resizedCrop: augment.resizedCrop ?? 0,
      rotate: augment.rotate ?? 0,
      scale: augment.scale ?? 0,
      shear: augment.shear ?? 0,
      color: augment.color ?? 0,
      hue: augment.hue ?? 0,
      cutout: augment.cutout ?? 0,
      erase: augment.erase ?? 0,
      mixup: augment.mixup ?? 0,
      cutmix: augment.cutmix ?? 0,
    },
    evaluate,
    keep,
    patience: patience ?? null,
    start,
  }
}

/** How photos are brought to the input, every number stated. */
export function preparation({ resize, interpolation, fill }: Preprocessing = {}): FileData['prepare'] {
  const { kind = 'cover', side = null, height = null, width = null } = resize ?? {}
  return {
    resize: { kind, side, height, width },
    interpolation: interpolation ?? 'bilinear',
    fill: fill ?? [0, 0, 0],
  }
}

function unweighted(loss: LossRecipe): LossRecipe {
  const weights = lossWeights(loss.kind)
  const { smoothing, ...rest } = Object.fromEntries(
    Object.entries(loss).filter(([name]) => name !== weights),
  ) as LossRecipe & { smoothing?: number }
  return { ...rest, ...(smoothing !== undefined && { smoothing: 0 }) } as LossRecipe
}

/** How a weight learns: as the plan and the training loop decide it. */
function groupsOf({ network }: Model, settings: TrainSettings): Pick<TorchRecipe, 'groups' | 'fixed'> {
  const { learning, update, decay, frozen, rates, epochs, stepsPerEpoch } = settings
  const nodes = inferVolumes(network)
  const heads = new Set(headsIn(nodes))
  const groupOf = new Map<string, TrainGroup>()
  for (const group of learning) for (const name of group.weights) if (!groupOf.has(name)) groupOf.set(name, group)
  const fixed: string[] = []
  const alike = new Map<string, { weights: string[]; rest: Omit<GroupRecipe, 'weights'> }>()
  for (const { node, parameters } of nodes) {
    if (frozen.includes(node.name)) continue
    for (const { name: own, shape, decays, role } of parameters) {
      if (role !== 'learned') continue
      const name = `${node.name}.${own}`
      const group = groupOf.get(name)
      if (group?.frozen === true) {
        fixed.push(name)
        continue
      }
      const {
        optimizer: main = update,
        factor = 1,
        decaysAll = false,
        from = 0,
        until = epochs * stepsPerEpoch,
      } = group ?? {}
      const facts = { shape, dtype: 'f32' as const, decays, isHead: heads.has(node.name) }
      const found = main.of(facts).settings
      const isDecayed = decaysAll || decay === 'all' || decays
      const optimizer = {
        ...found,
        rate: found.rate * factor,
        weightDecay: isDecayed ? found.weightDecay : 0,
      } as OptimizerSettings
      const schedule = (
        group?.schedule === undefined
          ? { ...rates.settings, epochs, from: 0 }
          : { ...group.schedule.settings, epochs: (until - from) / stepsPerEpoch, from }
      ) as ScheduleRecipe
      const rest = { optimizer, schedule, from, until }
      const key = JSON.stringify(rest)
      const known = alike.get(key) ?? { weights: [], rest }
      known.weights.push(name)
      alike.set(key, known)
    }
  }
  return { groups: [...alike.values()].map(({ weights, rest }) => ({ weights, ...rest })), fixed }
}
