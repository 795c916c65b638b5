/** Names of the caches: several copies of the Studio may live on one origin, each with versions. */

const ours = 'lenslet-studio'

export const cacheOf = (scope: string, version: string) => `${ours} ${scope} ${version}`

/** The digits are the same in all versions. */
export const dataCacheOf = (scope: string) => cacheOf(scope, 'data')

/** Whether a cache is of this copy, and of a version that is no longer served. */
export function isStale(name: string, scope: string, version: string): boolean {
  return name.startsWith(cacheOf(scope, '')) && name !== cacheOf(scope, version) && name !== dataCacheOf(scope)
}

/** The path within the site that a request asks for; undefined for what is none of the site's. */
export function pathOf(
  { method, url }: { readonly method: string; readonly url: string },
  scope: string,
): string | undefined {
  if (method !== 'GET') return undefined
  const { origin, pathname } = new URL(url)
  const whole = origin + pathname
  if (!whole.startsWith(scope)) return undefined
  return whole.slice(scope.length) || 'index.html'
}
