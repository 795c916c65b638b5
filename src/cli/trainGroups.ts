/** Text of `--groups`, `--start` and `--lookahead`: rules for some of the weights, how weights start, slow weights. */

import { optimizerNumberNames } from '../ops/optimizer/numbers.ts'
import { type OptimizerKind, type OptimizerSettings, optimizerKinds } from '../ops/optimizer/optimizers.ts'
import type { ParameterGroup } from '../train/groups.ts'
import type { LookaheadOptions } from '../train/means.ts'
import type { ScheduleSettings } from '../train/schedule.ts'
import { type Start, type StartKind, startKinds, startRows } from '../train/starts/options.ts'
import { choice, number, refused } from './options.ts'

export const groupsHelp =
  'rules for some weights, separated by ";": "head adam rate=0.01; norms decay=0; conv1.bias until=3 schedule=linear; conv1 frozen"'

export const startHelp = `how weights start, separated by commas, each with =LAYERS if need be: ${startKinds
  .map((kind) => `${kind} (${startRows[kind].meaning})`)
  .join(', ')}`

const example = '"head adam rate=0.01; norms decay=0; conv1.bias until=3"'
const settings = ['factor', 'decay', 'from', 'until'] as const

/** `head adam rate=0.01; norms decay=0`. Which weights there are, the network says. */
export function groupRules(option: string, schedule: (text: string) => ScheduleSettings) {
  return (text: string): readonly ParameterGroup[] =>
    text
      .split(';')
      .filter((part) => part.trim() !== '')
      .map((part) => groupRule(option, part.trim(), schedule))
}

function groupRule(option: string, text: string, schedule: (text: string) => ScheduleSettings): ParameterGroup {
  const [weights = '', ...words] = text.split(/\s+/)
  const rule: Record<string, unknown> = { weights }
  const numbers: Record<string, number> = {}
  let kind: OptimizerKind | undefined
  if (words.length === 0) throw refused(option, text, `weights and what is different for them, such as ${example}`)
  for (const word of words) {
    const [, name = word, value] = /^([^=]+)=(.*)$/.exec(word) ?? []
    const camel = name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
    if (value === undefined && name === 'frozen') rule.frozen = true
    else if (value === undefined && isIn(optimizerKinds, name)) kind = name
    else if (value !== undefined && name === 'schedule') rule.schedule = schedule(value)
    else if (value !== undefined && isIn(settings, name)) rule[name] = number(`${option} ${weights} ${name}`)(value)
    else if (value !== undefined && isIn(optimizerNumberNames, camel))
      numbers[camel] = number(`${option} ${weights} ${name}`)(value)
    else {
      const known = ['frozen', ...settings.map((each) => `${each}=`), 'schedule=']
      throw refused(option, word, `${known.join(', ')}, or an optimizer with its numbers: ${example}`)
    }
  }
  if (kind !== undefined) rule.optimizer = { kind, ...numbers } as OptimizerSettings
  else if (Object.keys(numbers).length > 0)
    throw refused(option, text, `an optimizer in front of its numbers, such as ${example}; factor= multiplies the rate`)
  return rule as unknown as ParameterGroup
}

/** As `--groups` reads it. */
export function printGroups(rules: readonly ParameterGroup[]): string {
  return rules.map(printGroup).join('; ')
}

function printGroup({ weights, optimizer, frozen, schedule, ...numbers }: ParameterGroup): string {
  const { kind, ...own } = typeof optimizer === 'object' ? optimizer : { kind: optimizer }
  const given = (values: object, kebab = false) =>
    Object.entries(values)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${kebab ? name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`) : name}=${value}`)
  return [
    weights,
    ...(kind === undefined ? [] : [kind, ...given(own, true)]),
    ...given(numbers),
    ...(schedule === undefined ? [] : [`schedule=${printSchedule(schedule)}`]),
    ...(frozen === true ? ['frozen'] : []),
  ].join(' ')
}

function printSchedule(schedule: NonNullable<ParameterGroup['schedule']>): string {
  if (typeof schedule === 'string') return schedule
  const { kind, ...numbers } = schedule
  const given = Object.entries(numbers).map(([name, value]) => `${name}=${value}`)
  return given.length === 0 ? kind : `${kind}:${given.join(',')}`
}

/** `uniform,identity=conv*,whitening`. */
export function startRules(option: string) {
  return (text: string): readonly Start[] =>
    text.split(',').map((part): Start => {
      const [, word = '', weights] = /^\s*([^=]*?)\s*(?:=(.*))?$/.exec(part) ?? []
      const kind: StartKind = choice(option, startKinds)(word)
      return { kind, ...(weights !== undefined && { weights: weights.trim() }) }
    })
}

const lookaheadNames = ['every', 'keep', 'power'] as const

/** `every=5,keep=0.5`. */
export function lookahead(option: string) {
  return (text: string): LookaheadOptions =>
    Object.fromEntries(
      text.split(',').map((part) => {
        const [, name = '', value = ''] = /^\s*(\w+)=(.+)$/.exec(part) ?? []
        if (!isIn(lookaheadNames, name)) throw refused(option, text, 'numbers such as every=5,keep=0.5,power=0')
        return [name, number(`${option} ${name}`)(value)]
      }),
    )
}

function isIn<T extends string>(names: readonly T[], name: string): name is T {
  return (names as readonly string[]).includes(name)
}
