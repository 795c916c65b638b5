/** Names of classes from a `config.json`: `label_names`, with a text for each in `label_descriptions`. */

import { sameForm } from '../../core/text.ts'
import { distinctNames } from '../../model/classNames.ts'
import { ForeignFileError } from '../errors.ts'
import type { Config } from './config.ts'

/** Undefined where there are none. @throws {ForeignFileError} there are not as many as scores */
export function classesOf(config: Config, count: number): readonly string[] | undefined {
  const names = labelsOf(config)
  if (names === undefined) return undefined
  if (names.length !== count) {
    throw new ForeignFileError('config.json: there is not a label for each score', {
      received: `${names.length} label_names for ${count} classes`,
      expected: `${count} label_names`,
    })
  }
  const descriptions = config.object('label_descriptions')
  const texts = names.map((name) => descriptions?.text(name) ?? name)
  const often = new Map<string, number>()
  for (const text of texts) often.set(sameForm(text), (often.get(sameForm(text)) ?? 0) + 1)
  // ImageNet has two cranes, a bird and a machine.
  return distinctNames(
    texts.map((text, index) => (often.get(sameForm(text)) === 1 ? text : `${text} (${names[index]})`)),
  )
}

/** A list, or an object by number: `{ "0": "cat" }`, and the other way round `{ "cat": 0 }`. */
function labelsOf(config: Config): readonly string[] | undefined {
  const value = config.value('label_names')
  if (value === undefined || Array.isArray(value)) return config.texts('label_names')
  const table = config.object('label_names') as Config
  const byNumber = table.keys.every((key) => /^\d+$/.test(key))
  const pairs = table.keys.map((key): readonly [number, string] =>
    byNumber ? [Number(key), String(table.value(key))] : [table.whole(key) ?? -1, key],
  )
  return pairs.toSorted(([a], [b]) => a - b).map(([, name]) => name)
}
