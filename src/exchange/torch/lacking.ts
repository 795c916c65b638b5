/**
 * What train.py cannot do. Empty so far: a test compares the words of both sides, so whatever is new here and has no form
 * there must get one, or a reason in this table.
 */

import { listed, printable } from '../../core/text.ts'
import type { Augmentation } from '../../data/augmentation.ts'
import type { LayerType } from '../../layers/layers.ts'
import type { Network } from '../../network/network.ts'
import type { LossKind } from '../../ops/losses/table.ts'
import type { OptimizerKind } from '../../ops/optimizer/optimizers.ts'
import type { ScheduleKind } from '../../train/schedule.ts'
import { UnsupportedModelError } from '../errors.ts'
import type { TorchRecipe } from './recipe.ts'

/** By name, why it has no form. */
type Reasons<Name extends string> = Readonly<Partial<Record<Name, string>>>

export interface Lacking {
  readonly layers: Reasons<LayerType>
  readonly losses: Reasons<LossKind>
  readonly optimizers: Reasons<OptimizerKind>
  readonly schedules: Reasons<ScheduleKind>
  readonly augmentations: Reasons<keyof Augmentation>
}

export const lacking: Lacking = { layers: {}, losses: {}, optimizers: {}, schedules: {}, augmentations: {} }

/** @throws {UnsupportedModelError} names all that has no form, each with its reason */
export function checkForms(
  { nodes }: Network,
  { loss, groups, augment }: Pick<TorchRecipe, 'loss' | 'groups' | 'augment'>,
  table: Lacking = lacking,
): void {
  const used = <Name extends string>(what: string, reasons: Reasons<Name>, names: readonly Name[]) =>
    [...new Set(names)].flatMap((name) => {
      const reason = reasons[name]
      return reason === undefined ? [] : [`${what} ${name} (${reason})`]
    })
  const augmented = (Object.keys(augment) as (keyof Augmentation)[]).filter((name) =>
    name === 'border' ? augment.border !== 'zero' : augment[name] !== 0 && augment[name] !== false,
  )
  const found = [
    ...nodes.flatMap(({ name, type }) =>
      used('the layer', table.layers, [type as LayerType]).map((each) => `${each}: ${printable(name)}`),
    ),
    ...used('the loss', table.losses, [loss.kind]),
    ...used(
      'the optimizer',
      table.optimizers,
      groups.map(({ optimizer }) => optimizer.kind),
    ),
    ...used(
      'the schedule',
      table.schedules,
      groups.map(({ schedule }) => schedule.kind),
    ),
    ...used('the augmentation', table.augmentations, augmented),
  ]
  if (found.length === 0) return
  throw new UnsupportedModelError('parts of this training have no form in PyTorch', {
    received: listed(found, found.length),
    expected: 'a network, a loss, optimizers, schedules and augmentation that train.py knows',
    advice: 'replace them, or train here: lenslet train',
  })
}
