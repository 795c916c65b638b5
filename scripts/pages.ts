// `npm run pages`: writes the pages of the documentation that are generated from the code.

import { writeFileSync } from 'node:fs'
import { printLayersPage } from './layers-page.ts'
import { zooPage } from './zoo-page.ts'

/** By path from the repository's root. */
export const pages: Readonly<Record<string, () => string | Promise<string>>> = {
  'docs/layers.md': printLayersPage,
  'docs/zoo.md': zooPage,
}

if (process.argv[1] === import.meta.filename) {
  for (const [path, text] of Object.entries(pages)) writeFileSync(path, await text())
}
