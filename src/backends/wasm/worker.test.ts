// A worker gets this function's text and nothing else, also when a bundler has been over it.

import { type BindingPattern, type ParamPattern, parseSync, Visitor } from 'oxc-parser'
import { expect, it } from 'vitest'
import { workerMain } from './worker.ts'

const text = `const main = ${workerMain.toString()}`
const { program, errors } = parseSync('worker.js', text)

it('is a text that parses by itself', () => {
  expect(errors).toEqual([])
  expect(text).toContain('postMessage')
})

it('uses nothing from outside but the language', () => {
  const known = new Set(['undefined', 'Int32Array', 'Atomics', 'WebAssembly', 'String', 'Object'])
  const declared = new Set<string>()
  const declare = (pattern: ParamPattern | BindingPattern) => {
    if (pattern.type === 'Identifier') declared.add(pattern.name)
    if (pattern.type !== 'ObjectPattern') return
    for (const part of pattern.properties) declare(part.type === 'RestElement' ? part.argument : part.value)
  }
  const used = new Set<string>()
  const propertyNames = new Set<number>()
  new Visitor({
    MemberExpression: (node) => {
      if (!node.computed) propertyNames.add(node.property.start)
    },
    Property: (node) => {
      if (!node.shorthand) propertyNames.add(node.key.start)
    },
    VariableDeclarator: ({ id }) => declare(id),
    CatchClause: ({ param }) => {
      if (param) declare(param)
    },
    ArrowFunctionExpression: ({ params }) => {
      for (const param of params) declare(param)
    },
    FunctionExpression: ({ id, params }) => {
      if (id) declared.add(id.name)
      for (const param of params) declare(param)
    },
    Identifier: (node) => {
      if (!propertyNames.has(node.start)) used.add(node.name)
    },
  }).visit(program)
  expect(used.size).toBeGreaterThan(10)
  expect([...used].filter((name) => !declared.has(name) && !known.has(name))).toEqual([])
})

it('holds no named function: a bundler that keeps names would wrap it in a helper from outside', () => {
  const named: string[] = []
  new Visitor({
    FunctionDeclaration: ({ id }) => void named.push(id?.name ?? ''),
    VariableDeclarator: ({ id, init }) => {
      const isFunction = init?.type === 'ArrowFunctionExpression' || init?.type === 'FunctionExpression'
      if (isFunction && id.type === 'Identifier') named.push(id.name)
    },
  }).visit(program)
  expect(named).toEqual(['main'])
})
