// The exports of package.json are what the folders of src/ say, and writing them changes nothing else.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { currentExports, exportsOf, withExports } from '../scripts/exports.ts'
import { root } from '../scripts/files.ts'

describe('the exports of package.json', () => {
  it('are those of the sources; otherwise run npm run build', async () => {
    const { exports } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
    // As text: of two conditions that apply, the first counts.
    expect(JSON.stringify(exports, null, 2)).toBe(JSON.stringify(await currentExports(), null, 2))
  })

  it('are the public folders with an index.ts, in the order of the folders, and what only Node can load', () => {
    const sources = ['index.ts', 'data/node.ts', 'data/index.ts', 'plan/index.ts', 'zoo/index.ts', 'core/index.ts']
    const others = ['cli/index.ts', 'platform/index.ts', 'ops/add/index.ts', 'network/network.ts']
    const subpaths = ['core', 'plan', 'data', 'data/node', 'zoo', 'package.json'].map((name) => `./${name}`)
    expect(Object.keys(exportsOf([...sources, ...others]))).toEqual(['.', './browser', ...subpaths])
  })

  it('lead to one source and to what is built from it', () => {
    const exports = exportsOf(['plan/index.ts', 'data/node.ts'])
    expect(Object.entries(exports['./plan'] ?? {})).toEqual([
      ['lenslet-source', './src/plan/index.ts'],
      ['types', './dist/plan/index.d.ts'],
      ['browser', './dist/plan/index.js'],
      ['node', './dist/node/plan.js'],
      ['default', './dist/plan/index.js'],
    ])
    expect(Object.entries(exports['./data/node'] ?? {})).toEqual([
      ['lenslet-source', './src/data/node.ts'],
      ['types', './dist/data/node.d.ts'],
      ['node', './dist/node/data-node.js'],
      ['default', './dist/data/node.js'],
    ])
  })

  it('refuse a folder that is not listed', () => {
    expect(() => exportsOf(['core/index.ts', 'utils/text.ts'])).toThrow(/src\/utils\/text\.ts.*folders\.ts/)
  })
})

describe('writing exports', () => {
  const exports = { '.': './a.js', './b': { node: './b.js' } }
  const before = '{\n    "bin": { "exports": {"x": "}" } },   "files":["{"],\n    "exports" : '
  const after = ',\n\n    "last": [ "exports", {} ]\n}'

  it('keeps every other byte of the file, its indentation among them', () => {
    const value = '{\n        ".": "./a.js",\n        "./b": {\n            "node": "./b.js"\n        }\n    }'
    expect(withExports(`${before}{ "./old": { "default": "}" } }${after}`, exports)).toBe(before + value + after)
  })

  it('keeps its line ends', () => {
    const written = withExports('{\r\n\t"exports": {}\r\n}\r\n', exports)
    expect(written).toBe(
      '{\r\n\t"exports": {\r\n\t\t".": "./a.js",\r\n\t\t"./b": {\r\n\t\t\t"node": "./b.js"\r\n\t\t}\r\n\t}\r\n}\r\n',
    )
  })

  it('changes nothing where only spaces differ, but does for another order', () => {
    const same = `${before}{".":"./a.js","./b":{"node":"./b.js"}}${after}`
    expect(withExports(same, exports)).toBe(same)
    const turned = `${before}{"./b":{"node":"./b.js"},".":"./a.js"}${after}`
    expect(JSON.stringify(JSON.parse(withExports(turned, exports)).exports)).toBe(JSON.stringify(exports))
  })

  it('refuses a file without exports', () => {
    expect(() => withExports('{ "files": [], "bin": { "exports": {} } }', exports)).toThrow(/no "exports"/)
  })
})
