/**
 * Requests to the hub. Redirects are followed here and not by `fetch`, for two reasons: the first answer has the facts about
 * a file (commit, size, checksum) in its headers, and the token must not reach another host.
 */

import { setTimeout as wait } from 'node:timers/promises'
import { printable } from '../../core/text.ts'
import { retryAfterMs } from '../../data/node/download.ts'
import { HubError } from './errors.ts'
import type { HubSettings } from './settings.ts'
import { type HubSpec, printSpec } from './spec.ts'

type HubFile = HubSpec & { readonly file: string }

/** What the hub says of a file before it is fetched. */
export interface HubFacts {
  readonly commit: string
  /** Lower-case SHA-256 of a large file, SHA-1 of the git blob of a small one. */
  readonly etag: string
  readonly bytes: number
}

export interface Asking {
  readonly settings: HubSettings
  readonly signal?: AbortSignal | undefined
  /** First pause after an answer that may pass, doubled each time; default: 500 ms. */
  readonly pauseMs?: number | undefined
}

export function addressOf({ endpoint }: HubSettings, { owner, name, revision, file }: HubFile): string {
  const path = file.split('/').map(encodeURIComponent).join('/')
  return `${endpoint}/${owner}/${name}/resolve/${encodeURIComponent(revision)}/${path}`
}

const mostRedirects = 8
const tries = 5
/** How long the hub may take for an answer without contents. */
const answerMs = 30_000

/**
 * Asks for the file's facts. Undefined where the repository has no such file.
 * @throws {HubError} the hub refuses, or gives no facts
 * @throws {TypeError} no connection
 */
export async function askFacts(file: HubFile, asking: Asking): Promise<HubFacts | undefined> {
  const response = await patiently(asking, (signal) => follow('HEAD', file, asking, {}, signal))
  await response.body?.cancel()
  if (isMissingFile(response)) return undefined
  if (!response.ok && !isRedirect(response)) throw refusal(file, response, asking.settings)
  const facts = factsOf(response)
  if (facts !== undefined) return facts
  throw new HubError(`${printSpec(file)}: the server does not answer as the hub does`, {
    received: `${response.status} without an etag or a size`,
    expected: 'the headers x-linked-etag or etag, and x-linked-size or content-length',
    advice: `check HF_ENDPOINT, which is ${printable(asking.settings.endpoint)}`,
  })
}

/** The text of an answer of the API. @throws {HubError} the hub refuses */
export async function askJson(path: string, spec: HubSpec, asking: Asking): Promise<string> {
  const address = `${asking.settings.endpoint}/${path}`
  const response = await patiently(asking, (signal) => follow('GET', spec, asking, {}, signal, address))
  if (!response.ok) {
    await response.body?.cancel()
    throw refusal(spec, response, asking.settings)
  }
  return response.text()
}

/** Asks again after answers that may pass, when the hub says so or after longer and longer pauses. */
async function patiently(
  { signal, pauseMs = 500 }: Asking,
  ask: (signal: AbortSignal) => Promise<Response>,
): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const timeout = AbortSignal.timeout(answerMs)
    const response = await ask(signal ? AbortSignal.any([signal, timeout]) : timeout)
    if (attempt >= tries || !(response.status === 429 || response.status >= 500)) return response
    await response.body?.cancel()
    await wait(retryAfterMs(response) ?? pauseMs * 2 ** (attempt - 1), undefined, { signal })
  }
}

/** Contents of the file, as `download` asks for them. Answers that are final are thrown as what they mean. */
export async function askContents(
  file: HubFile,
  asking: Asking,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Response> {
  const response = await follow('GET', file, asking, headers, signal)
  if ([401, 403, 404].includes(response.status)) throw refusal(file, response, asking.settings)
  return response
}

/** Mirrors may not say what is missing. */
function isMissingFile({ status, headers }: Response): boolean {
  return status === 404 && ['EntryNotFound', null].includes(headers.get('x-error-code'))
}

const isRedirect = ({ status }: Response) => status >= 300 && status < 400 && status !== 304

/** HEAD stops where the facts are or the host changes; GET goes to the end. */
async function follow(
  method: 'HEAD' | 'GET',
  file: HubSpec,
  { settings }: Asking,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
  start = addressOf(settings, { ...file, file: file.file ?? '' }),
): Promise<Response> {
  const { origin } = new URL(settings.endpoint)
  let address = new URL(start)
  for (let redirects = 0; ; redirects++) {
    const isHub = address.origin === origin
    const response = await fetch(address, {
      method,
      redirect: 'manual',
      signal,
      headers: {
        'user-agent': 'lenslet',
        ...(method === 'HEAD' && { 'accept-encoding': 'identity' }),
        ...headers,
        ...(isHub && settings.token !== undefined && { authorization: `Bearer ${settings.token}` }),
      },
    })
    const location = response.headers.get('location')
    if (!isRedirect(response) || location === null) return response
    // The first answer that names the file's checksum has all facts.
    if (method === 'HEAD' && response.headers.has('x-linked-etag')) return response
    await response.body?.cancel()
    const next = new URL(location, address)
    if (
      redirects >= mostRedirects ||
      !/^https?:$/.test(next.protocol) ||
      (address.protocol === 'https:' && next.protocol === 'http:')
    ) {
      throw new HubError(`${printSpec(file)}: the hub sends the request on to where it cannot go`, {
        received: printable(`${next.protocol}//${next.host}, redirect ${redirects + 1}`),
        expected: `at most ${mostRedirects} redirects, and none from https to http`,
      })
    }
    address = next
  }
}

function factsOf({ headers, status }: Response): HubFacts | undefined {
  const etag = (headers.get('x-linked-etag') ?? headers.get('etag') ?? '').replace(/^W\//, '').replaceAll('"', '')
  const length = headers.get('x-linked-size') ?? (status === 200 ? headers.get('content-length') : null) ?? ''
  // Both become names of files in the cache.
  if (!/^[\w-]{1,128}$/.test(etag) || !/^\d{1,15}$/.test(length)) return undefined
  const commit = headers.get('x-repo-commit') ?? ''
  return { etag: etag.toLowerCase(), bytes: Number(length), commit: /^[0-9a-f]{40}$/.test(commit) ? commit : etag }
}

function refusal(file: HubSpec, response: Response, { endpoint, token }: HubSettings): HubError {
  const { status, statusText, headers } = response
  const code = headers.get('x-error-code') ?? ''
  const said = headers.get('x-error-message') ?? ''
  const received = printable(`${status} ${statusText} ${code} ${said}`.replace(/ +/g, ' ').trim().slice(0, 300))
  const page = `${endpoint}/${file.owner}/${file.name}`
  const spec = printSpec({ ...file, file: undefined })
  const details = (expected: string, advice: string) => ({ received, expected, advice })
  const login =
    token === undefined ? 'set HF_TOKEN to a token of your account' : 'check that HF_TOKEN is valid and may read it'
  if (code === 'GatedRepo' || (status === 403 && code === '')) {
    return new HubError(
      `${spec} is open only to people who accepted its terms`,
      details('a model that you may read', `accept the terms on ${page}, and ${login}`),
    )
  }
  if (code === 'RevisionNotFound') {
    return new HubError(
      `${spec}: the model has no revision ${file.revision}`,
      details('a branch, a tag or a commit', `see ${page}/commits`),
    )
  }
  if (code === 'RepoNotFound' || status === 401) {
    return new HubError(
      `${spec} is not on the hub, or is private`,
      details('the name of a model', `check the name; for a private model, ${login}`),
    )
  }
  if (status === 404) {
    return new HubError(
      `${printSpec(file)}: there is no such file`,
      details('a file of the model', `see ${page}/tree/${file.revision}`),
    )
  }
  if (status === 429) {
    return new HubError(
      `${spec}: the hub does not answer so many requests`,
      details(
        'an answer',
        `wait some minutes${token === undefined ? ', or set HF_TOKEN: the hub answers more to those it knows' : ''}`,
      ),
    )
  }
  return new HubError(`${spec}: the hub does not give the file`, details('200', 'try again later'))
}
