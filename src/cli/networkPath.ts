/**
 * Whether `<net>` is a path, a name of the zoo or text. What exists as a file, or ends in a known ending and has no arrow,
 * is a path; so is a folder that holds a run. Then come names of the zoo; the rest is text in the notation.
 */

import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { closest } from '../core/suggest.ts'
import { printable } from '../core/text.ts'
import { expandHome } from '../data/node/home.ts'
import { endingsOf } from '../exchange/formatOf.ts'
import { zoo } from '../zoo/zoo.ts'
import { ownHelp } from './call.ts'
import { UsageError } from './errors.ts'
import { filesOf } from './runFolder.ts'

export type Meaning =
  | { readonly kind: 'file' | 'run'; readonly path: string; readonly notice?: string }
  | { readonly kind: 'zoo'; readonly name: string; readonly notice?: string }
  | { readonly kind: 'text' }

export const readableEndings = ['.net', '.txt', '.json', '.lenslet'] as const
/** Models of other programs hold networks, too. */
const knownEndings: readonly string[] = [
  ...readableEndings,
  ...endingsOf(({ readModel }) => readModel !== undefined).filter(
    (ending) => ending !== '.lenslet' && ending !== '.json',
  ),
]

const arrow = /->|→/

/** Throws `UsageError` where the words can only be a path or a name, and nothing is there. */
export async function meaningOf(spec: string): Promise<Meaning> {
  const path = expandHome(spec)
  const found = await whatIs(path)
  const isName = zoo.has(spec)
  if (found === 'file') return { kind: 'file', path, ...(isName && { notice: fileTaken(spec) }) }
  if (isName) return { kind: 'zoo', name: spec, ...(found === 'folder' && { notice: zooTaken(spec) }) }
  if (found === 'folder') {
    if ((await whatIs(filesOf(path).settings)) === 'file' || (await whatIs(filesOf(path).model)) === 'file')
      return { kind: 'run', path }
    throw new UsageError(`the folder ${printable(spec)} does not contain a run`, {
      received: printable(`no ${join(spec, 'run.json')} and no ${join(spec, 'model.lenslet')}`),
      expected: expectation,
      advice: 'name a file in it, or the folder of a run',
    })
  }
  // A network is a chain with arrows, or an INPUT alone; brackets and bars stand in paths, too.
  if (arrow.test(spec) || (/^\s*INPUT\b/i.test(spec) && !knownEndings.includes(endingOf(spec)))) return { kind: 'text' }
  throw await nothingThere(spec, path)
}

/** `.net` of `Nets/A.NET` */
export function endingOf(path: string): string {
  return extname(path).toLowerCase()
}

/** Undefined for what is not there, and for text that no path can be. Pipes and devices are refused when they are read. */
async function whatIs(path: string): Promise<'file' | 'folder' | undefined> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file'
  } catch {
    return undefined
  }
}

const expectation = `a name from the zoo (${zoo.names.join(', ')}), text such as "INPUT 28x28x1 -> CONV5-6 -> RELU -> FC-10", a file (${knownEndings.join(', ')}), or the folder of a run`

const fileTaken = (name: string) =>
  `${name}: the file ./${name} is read, not the network ${name} of the zoo; rename the file to get that one`
const zooTaken = (name: string) =>
  `${name}: the network of the zoo, not the folder ./${name}; for that, write ./${name}`

async function nothingThere(spec: string, path: string): Promise<UsageError> {
  if (spec.trim() === '')
    return new UsageError('there is no network named ""', { received: 'nothing', expected: expectation })
  const name = basename(spec, knownEndings.includes(endingOf(spec)) ? extname(spec) : '')
  const isPath = /[/\\]/.test(spec) || extname(spec) !== ''
  const near = (isPath ? await neighbour(path) : undefined) ?? closest(name.toLowerCase(), zoo.names)
  const missing = isPath
    ? `there is no file ${printable(spec)}, and no network named ${printable(name)}`
    : notCalled(spec)
  return new UsageError(missing, {
    received: printable(spec),
    expected: expectation,
    advice:
      near === undefined
        ? `lenslet zoo lists the networks, ${ownHelp()} what this verb takes; paths are relative to the current folder`
        : `did you mean ${printable(near)}?`,
  })
}

const notCalled = (spec: string) => `there is no network named ${printable(JSON.stringify(spec))}, and no such file`

/** The file in the same folder whose name is nearest. */
async function neighbour(path: string): Promise<string | undefined> {
  const folder = dirname(path)
  const names = await readdir(folder).catch(() => [])
  const found = closest(
    basename(path),
    names.filter((name) => knownEndings.includes(endingOf(name))),
  )
  return found === undefined ? undefined : join(folder, found)
}
