// Two files from a chunk and the one that it imports later.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Chunk, handOver } from '../scripts/page-loop.ts'

const first: Chunk = {
  fileName: 'first.js',
  code: 'let n=0;class A{};const bump=e=>n+=e;async function run(A,n){return(await import(`./later.js`)).go(A)}export{A as Thing,n as a,bump as b,run};\n',
}
const later: Chunk = {
  fileName: 'later.js',
  code: 'import{Thing as e,a as t,b as n}from"./first.js";function r(i){n(2);return[new e,t,i]}export{r as go};\n',
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lenslet-loop-'))
})
afterAll(() => rm(folder, { recursive: true }))

it('gives the later one what the first has, also under another address, and exports no more than is public', async () => {
  const made = handOver(first, later, ['Thing', 'run'])
  await writeFile(join(folder, 'package.json'), '{"type":"module"}')
  await writeFile(join(folder, 'first.js'), made.first)
  await writeFile(join(folder, 'later.js'), made.later)
  expect(made.later).not.toMatch(/^import/)
  const loaded = await import(`${pathToFileURL(join(folder, 'first.js'))}?v=2`)
  expect(Object.keys(loaded).toSorted()).toEqual(['Thing', 'run'])
  const [thing, , argument] = await loaded.run('mine')
  // A parameter of the same name as what is shared does not hide it.
  expect(thing).toBeInstanceOf(loaded.Thing)
  expect(argument).toBe('mine')
})

it.each<[what: string, first: Chunk, later: Chunk, names: readonly string[]]>([
  ['the later one imports from elsewhere', first, { ...later, code: later.code.replace('first', 'third') }, ['run']],
  [
    'the first never imports the later one',
    { ...first, code: first.code.replace('./later', './third') },
    later,
    ['run'],
  ],
  ['a public name is missing', first, later, ['run', 'stop']],
])('refuses chunks of another form: %s', (_, one, two, names) => {
  expect(() => handOver(one, two, names)).toThrow(/is not of the form|does not export/)
})
