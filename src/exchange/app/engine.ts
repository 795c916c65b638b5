/** The texts of the bundles that the page runs: what the package has built for pages that only predict. */

import { platform } from '#platform'
import { LensletError } from '../../core/errors.ts'

/** From the sources, from the built files, and from those built for Node. */
const places = ['../../../dist/', '../../', '../'] as const

/** Throws `LensletError` where the package was not built. */
export async function readBundle(name: string): Promise<string> {
  for (const place of places) {
    const bytes = await read(new URL(`${place}${name}`, import.meta.url)).catch(() => undefined)
    if (bytes !== undefined) return new TextDecoder().decode(bytes)
  }
  throw new LensletError(`${name}, which the page needs, was not found`, {
    expected: 'the files of the package in dist/, as they were built',
    advice: 'npm run build',
  })
}

async function read(url: URL): Promise<Uint8Array | undefined> {
  if (url.protocol === 'file:') {
    const path = decodeURIComponent(url.pathname)
    return platform.readFile(/^\/[A-Za-z]:/.test(path) ? path.slice(1) : path)
  }
  const response = await fetch(url)
  return response.ok ? new Uint8Array(await response.arrayBuffer()) : undefined
}
