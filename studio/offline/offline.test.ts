/** Which requests the service worker answers, from which caches, and with which headers. */

import { expect, test } from 'vitest'
import { cacheOf, dataCacheOf, isStale, pathOf } from './caches.ts'
import { isolated } from './isolation.ts'

const scope = 'https://host.example/studio/'

test.each([
  ['GET', `${scope}`, 'index.html'],
  ['GET', `${scope}?x=1#net=INPUT`, 'index.html'],
  ['GET', `${scope}assets/index-1.js`, 'assets/index-1.js'],
  ['GET', 'https://host.example/other/', undefined],
  ['GET', 'https://other.example/studio/', undefined],
  ['POST', `${scope}`, undefined],
])('%s %s is %s of the site', (method, url, path) => {
  expect(pathOf({ method, url }, scope)).toBe(path)
})

test('only older versions of the same copy are removed', () => {
  const names = [cacheOf(scope, 'a'), cacheOf(scope, 'b'), dataCacheOf(scope), cacheOf(`${scope}deeper/`, 'a'), 'other']
  expect(names.filter((name) => isStale(name, scope, 'b'))).toEqual([cacheOf(scope, 'a')])
})

test('an answer keeps what it says, and isolates', async () => {
  const answer = isolated(new Response('body', { status: 404, headers: { 'content-type': 'text/css' } }))
  expect([answer.status, await answer.text()]).toEqual([404, 'body'])
  expect(Object.fromEntries(answer.headers)).toEqual({
    'content-type': 'text/css',
    'cross-origin-embedder-policy': 'require-corp',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  })
})
