// The pages of the documentation, and the fenced blocks in them.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../scripts/files.ts'

export interface Page {
  /** Relative to the root of the repository. */
  readonly path: string
  readonly text: string
}

export interface Fence {
  readonly page: string
  readonly line: number
  readonly language: string
  /** What the document calls the file, as in ```js serve.mjs. */
  readonly file: string | undefined
  readonly flags: readonly string[]
  readonly body: string
}

const list = (folder: string) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name))

/** README, CONTRIBUTING and all of docs/ but the generated reference. */
export const pages: readonly Page[] = ['.', 'docs', 'docs/decisions', 'docs/zh'].flatMap(list).map((path) => ({
  path,
  text: readFileSync(join(root, path), 'utf8'),
}))

export function fencesOf({ path, text }: Page): Fence[] {
  return [...text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map((match) => {
    const [, information = '', body = ''] = match
    const [language = '', ...flags] = information.trim().split(/\s+/)
    const line = text.slice(0, match.index).split('\n').length
    return { page: path, line, language, file: flags.find((flag) => flag.includes('.')), flags, body }
  })
}
