/**
 * The service worker: keeps the site, so that it works offline once it is loaded, and isolates it from other origins where
 * its host does not say so, since browsers allow threads only then. Each version of the site has a cache of its own and is
 * served from it whole; the next one takes over when no page is open, or when a page asks for it.
 */

import { cacheOf, dataCacheOf, isStale, pathOf } from './caches.ts'
import { isolated } from './isolation.ts'

/** What of a service worker is used here: the compiler knows pages only. */
interface Scope {
  readonly registration: { readonly scope: string }
  readonly clients: { claim(): Promise<void> }
  skipWaiting(): Promise<void>
  addEventListener(kind: 'install' | 'activate', listen: (event: Extendable) => void): void
  addEventListener(kind: 'message', listen: (event: MessageEvent<unknown>) => void): void
  addEventListener(kind: 'fetch', listen: (event: FetchAsked) => void): void
}
interface Extendable {
  waitUntil(promise: Promise<unknown>): void
}
interface FetchAsked {
  readonly request: Request
  respondWith(response: Promise<Response>): void
}

/** Written in by the build (build/offline.ts). */
declare const VERSION: string
declare const FILES: readonly string[]

const service = self as unknown as Scope
const { scope } = service.registration
const current = cacheOf(scope, VERSION)

service.addEventListener('install', (event) => {
  event.waitUntil(keepAll())
})

service.addEventListener('activate', (event) => {
  event.waitUntil(removeStale().then(() => service.clients.claim()))
  void keepDigits()
})

service.addEventListener('message', ({ data }) => {
  if (data === 'take over') void service.skipWaiting()
})

service.addEventListener('fetch', (event) => {
  const path = pathOf(event.request, scope)
  if (path !== undefined) event.respondWith(answer(event.request, path).then(isolated))
})

async function keepAll(): Promise<void> {
  const cache = await caches.open(current)
  // Names in assets/ change with their contents; of the others the host's answer counts, not an older one.
  await cache.addAll(FILES.map((path) => new Request(path, path.startsWith('assets/') ? {} : { cache: 'no-cache' })))
}

/** The first page fetched them before anybody listened; the browser's own cache has them then. A site may have none. */
async function keepDigits(): Promise<void> {
  const data = await caches.open(dataCacheOf(scope))
  if ((await data.match('data/digits.bin')) === undefined) await data.add('data/digits.bin').catch(() => {})
}

async function removeStale(): Promise<void> {
  for (const name of await caches.keys()) if (isStale(name, scope, VERSION)) await caches.delete(name)
}

async function answer(request: Request, path: string): Promise<Response> {
  const kept = await (await caches.open(current)).match(new URL(path, scope))
  if (kept !== undefined) return kept
  if (!path.startsWith('data/')) return fetch(request)
  const data = await caches.open(dataCacheOf(scope))
  const found = await data.match(request)
  if (found !== undefined) return found
  const response = await fetch(request)
  if (response.ok) await data.put(request, response.clone())
  return response
}
