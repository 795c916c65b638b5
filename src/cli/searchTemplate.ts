/** A network with variables: `CONV3-{width} -> POOL2 -> CONV3-{2*width}`, as text or in a .net file. */

import { basename, extname } from 'node:path'
import { closest } from '../core/suggest.ts'
import { listed, printable } from '../core/text.ts'
import { expandHome } from '../data/node/home.ts'
import { readRegularFile } from '../platform/regularFile.ts'
import { UsageError } from './errors.ts'
import { endingOf, meaningOf } from './networkPath.ts'

export interface Template {
  /** As typed, or the text of a file with variables. */
  readonly text: string
  /** For the folder. */
  readonly name: string | undefined
  readonly variables: readonly string[]
}

const variable = /\{([^{}]*)\}/g
/** `width`, `2*width`, `width*0.5` */
const form = /^\s*(?:(\d+(?:\.\d+)?)\s*\*\s*)?([A-Za-z][\w-]*)\s*(?:\*\s*(\d+(?:\.\d+)?))?\s*$/
const textLimit = 2 ** 26

/** Throws `UsageError` for braces that hold no variable. */
export async function readTemplate(net: string): Promise<Template> {
  if (net.includes('{')) {
    const isFile = (await meaningOf(net).catch(() => undefined))?.kind === 'file'
    if (!isFile) return { text: net, name: undefined, variables: variablesIn(net) }
  }
  if (!['.net', '.txt'].includes(endingOf(net))) return { text: net, name: undefined, variables: [] }
  const path = expandHome(net)
  const bytes = await readRegularFile(path, textLimit).catch(() => undefined)
  const text = bytes && new TextDecoder().decode(bytes)
  // Without variables it is read as by every command, with its errors.
  if (text === undefined || !text.includes('{')) return { text: net, name: undefined, variables: [] }
  return { text, name: basename(path, extname(path)), variables: variablesIn(text) }
}

function variablesIn(text: string): readonly string[] {
  const names = new Set<string>()
  for (const [whole, inside = ''] of text.matchAll(variable)) names.add(partsOf(whole, inside).name)
  return [...names]
}

function partsOf(whole: string, inside: string): { readonly name: string; readonly factor: number } {
  const [, before, name, after] = form.exec(inside) ?? []
  if (name === undefined) {
    throw new UsageError('braces must hold a variable', {
      received: printable(whole.slice(0, 100)),
      expected: '{width}, {2*width} or {width*0.5}',
    })
  }
  return { name, factor: Number(before ?? 1) * Number(after ?? 1) }
}

/** The text with values in place of variables; multiples are rounded to whole numbers of at least 1. */
export function filled({ text }: Template, values: Readonly<Record<string, string>>): string {
  return text.replace(variable, (whole, inside: string) => {
    const { name, factor } = partsOf(whole, inside)
    const value = values[name] as string
    return factor === 1 ? value : `${Math.max(1, Math.round(factor * Number(value)))}`
  })
}

/** Throws `UsageError` where a variable has no range, or a name is neither a variable nor an option. */
export function checkNames({ variables }: Template, tried: readonly string[], options: readonly string[]): void {
  const missing = variables.filter((name) => !tried.includes(name))
  if (missing.length > 0) {
    throw new UsageError('a variable of the network has no values', {
      received: listed(missing),
      expected: `--try for each of ${listed(variables, 20)}`,
      advice: `--try ${missing[0]}=16..64`,
    })
  }
  const unknown = tried.find((name) => !variables.includes(name) && !options.includes(name))
  if (unknown === undefined) return
  const near = closest(unknown, [...variables, ...options])
  throw new UsageError('--try names neither a variable nor an option', {
    received: printable(unknown),
    expected: `${variables.length === 0 ? 'a variable such as {width} in the network' : listed(variables, 20)}, or ${options.join(', ')}`,
    ...(near && { advice: `did you mean ${near}?` }),
  })
}
