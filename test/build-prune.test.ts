// What the build leaves out of compiled modules: comments, unless they speak to a bundler or tell a licence.

import { expect, it } from 'vitest'
import { withoutComments } from '../scripts/build-prune.ts'

it.each([
  ['/** What it is. */\nconst a = 1\n', 'const a = 1\n'],
  ['const a = 1 // one\nconst b = 2\n', 'const a = 1\nconst b = 2\n'],
  ['const a = 1\n  // one\n  /* two\n  three */\nconst b = 2\n', 'const a = 1\nconst b = 2\n'],
  ['const a = `\n\n// kept\n`\n', 'const a = `\n\n// kept\n`\n'],
  ['f(1 /* one */, 2)', 'f(1 , 2)'],
  ['/*! MIT */\nconst a = /* @__PURE__ */ f()', '/*! MIT */\nconst a = /* @__PURE__ */ f()'],
  ['import(/* @vite-ignore */ name)', 'import(/* @vite-ignore */ name)'],
  ["const a = '// kept' // gone", "const a = '// kept'"],
  ['const a = /[/]*x/ // gone\n', 'const a = /[/]*x/\n'],
])('%j becomes %j', (code, wanted) => {
  expect(withoutComments(code)).toBe(wanted)
})
