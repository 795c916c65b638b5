/**
 * `hf:OWNER/NAME[@REVISION][/FILE]`: a repository of models on the Hugging Face hub, or one file of it. Names become parts
 * of addresses and of paths in the cache, so only what the hub itself allows is accepted.
 */

import { printable } from '../../core/text.ts'
import { HubError } from './errors.ts'

export interface HubSpec {
  readonly owner: string
  readonly name: string
  /** A branch, a tag or a commit. */
  readonly revision: string
  /** Path in the repository; undefined: the repository's model. */
  readonly file: string | undefined
}

export const hubPrefix = 'hf:'

export function isHubSpec(text: string): boolean {
  return text.startsWith(hubPrefix)
}

/** The hub's rule for names, without those that could be taken for folders. */
const name = '[A-Za-z0-9](?:[\\w.-]{0,94}[\\w])?'
const pattern = new RegExp(`^hf:(${name})/(${name})(?:@(refs/pr/\\d+|[\\w.+-]+))?(?:/(.+))?$`)

/** @throws {HubError} */
export function parseHubSpec(text: string): HubSpec {
  const [, owner = '', repository = '', revision = 'main', file] = pattern.exec(text) ?? []
  const parts = file?.split('/') ?? []
  const isSafe = [owner, repository, revision].every((part) => !part.includes('..') && !part.includes('--'))
  if (owner !== '' && isSafe && revision !== '.' && parts.every(isSafePart)) {
    return { owner, name: repository, revision, file }
  }
  throw new HubError('not the name of a model on the hub', {
    received: printable(text.slice(0, 200)),
    expected: 'hf:OWNER/NAME, hf:OWNER/NAME@REVISION or hf:OWNER/NAME/FILE, such as hf:timm/resnet18.a1_in1k',
  })
}

/** A part of a path in the repository that stays in the folder it is joined to, on every system. */
function isSafePart(part: string): boolean {
  return !['', '.', '..'].includes(part) && part.length < 200 && !/[\\:*?"<>|]/.test(part) && printable(part) === part
}

export function printSpec({ owner, name: repository, revision, file }: HubSpec): string {
  return `${hubPrefix}${owner}/${repository}${revision === 'main' ? '' : `@${revision}`}${file === undefined ? '' : `/${file}`}`
}
