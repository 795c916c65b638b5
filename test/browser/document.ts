// The pages and programs of docs/browser.md, by the file names that stand behind their languages.

import { readFileSync } from 'node:fs'

const text = readFileSync(new URL('../../docs/browser.md', import.meta.url), 'utf8')

export const documentFiles: ReadonlyMap<string, string> = new Map(
  [...text.matchAll(/^```\w+ (\S+\.\w+)\n(.*?)^```$/gms)].map(([, name = '', body = '']) => [name, body]),
)

export function documentFile(name: string): string {
  const body = documentFiles.get(name)
  if (body === undefined) throw new Error(`docs/browser.md has no ${name}`)
  return body
}
