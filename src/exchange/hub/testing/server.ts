/**
 * A hub for tests, on this machine: it answers as the real one does, with a store for large files on another port. Its
 * answers can be made to fail.
 */

import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface PlayedHub {
  readonly endpoint: string
  /** `HEAD /o/n/resolve/main/f`, and `store GET /x`, in the order in which they came. */
  readonly requests: string[]
  /** The `authorization` of each request; `store none` for one without at the store. */
  readonly tokens: string[]
  /** The ranges that the store was asked for. */
  readonly ranges: string[]
  /** Answers of the hub's next requests instead of what they ask for. */
  readonly answers: Answer[]
  /** Bytes after which the store's next connections break. */
  readonly cuts: number[]
  /** Whether the store spoils what it gives. */
  spoils: boolean
}

export interface PlayedRepository {
  readonly commit?: string
  readonly files: Readonly<Record<string, Uint8Array | string>>
  /** What one has to send; without it the hub says that there is no such model. */
  readonly token?: string
  readonly gated?: boolean
  /** The name that it has now. */
  readonly movedTo?: string
}

export const commit = '0123456789abcdef0123456789abcdef01234567'
const bytesOf = (file: Uint8Array | string) => (typeof file === 'string' ? new TextEncoder().encode(file) : file)
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const gitSha1 = (bytes: Uint8Array) => createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex')

/** @param repositories by `OWNER/NAME`; a file of bytes is in the store, a text in git */
export async function playHub(repositories: Readonly<Record<string, PlayedRepository>>): Promise<PlayedHub> {
  const stored = new Map<string, Uint8Array>()
  const store = await listen((request, response) => {
    hub.requests.push(`store ${request.method} ${request.url}`)
    hub.tokens.push(`store ${request.headers.authorization ?? 'none'}`)
    hub.ranges.push(request.headers.range ?? '')
    giveStored(hub, stored.get((request.url ?? '').slice(1)), request, response)
  })
  const server = await listen((request, response) => {
    hub.requests.push(`${request.method} ${request.url}`)
    hub.tokens.push(request.headers.authorization ?? 'none')
    const { status, headers, body } = hub.answers.shift() ?? answerOf(repositories, { store, stored }, request)
    response.writeHead(status, headers).end(request.method === 'HEAD' ? undefined : body)
  })
  const hub: PlayedHub = {
    endpoint: server,
    requests: [],
    tokens: [],
    ranges: [],
    answers: [],
    cuts: [],
    spoils: false,
  }
  return hub
}

interface Store {
  readonly store: string
  readonly stored: Map<string, Uint8Array>
}

interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string | number>>
  readonly body?: Uint8Array | string
}

function answerOf(
  repositories: Readonly<Record<string, PlayedRepository>>,
  { store, stored }: Store,
  { url = '', headers: { authorization } }: IncomingMessage,
): Answer {
  const refuse = (status: number, code: string): Answer => ({
    status,
    headers: { 'x-error-code': code, 'x-error-message': `${code}: an explanation` },
  })
  const parts = url.slice(1).split('/').map(decodeURIComponent)
  const isApi = parts[0] === 'api'
  const [owner, name, , revision = 'main', ...path] = isApi ? parts.slice(2) : parts
  const id = `${owner}/${name}`
  const repository = Object.hasOwn(repositories, id) ? repositories[id] : undefined
  if (repository?.movedTo !== undefined)
    return { status: 307, headers: { location: url.replace(id, repository.movedTo) } }
  const isKnown = repository?.token === undefined || authorization === `Bearer ${repository.token}`
  if (repository === undefined || (!isKnown && repository.gated !== true)) return refuse(401, 'RepoNotFound')
  if (!isKnown) return refuse(authorization === undefined ? 401 : 403, 'GatedRepo')
  const { commit: now = commit } = repository
  if (!['main', 'refs/pr/1', now].includes(revision)) return refuse(404, 'RevisionNotFound')
  if (isApi) {
    const siblings = Object.keys(repository.files).map((rfilename) => ({ rfilename }))
    return { status: 200, body: JSON.stringify({ sha: now, siblings }) }
  }
  const file = repository.files[path.join('/')]
  if (file === undefined) return refuse(404, 'EntryNotFound')
  const bytes = bytesOf(file)
  const headers = { 'x-repo-commit': now, 'accept-ranges': 'bytes' }
  if (typeof file === 'string')
    return {
      status: 200,
      headers: { ...headers, etag: `"${gitSha1(bytes)}"`, 'content-length': bytes.length },
      body: bytes,
    }
  const sum = sha256(bytes)
  stored.set(sum, bytes)
  const linked = { 'x-linked-etag': `"${sum}"`, 'x-linked-size': bytes.length }
  return { status: 302, headers: { ...headers, ...linked, location: `${store}/${sum}` } }
}

function giveStored(
  hub: PlayedHub,
  whole: Uint8Array | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (whole === undefined) {
    response.writeHead(404).end()
    return
  }
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
  const rest = hub.spoils ? whole.slice(start).fill(0) : whole.subarray(start)
  response.writeHead(start > 0 ? 206 : 200, {
    'content-length': rest.length,
    etag: '"other"',
    ...(start > 0 && { 'content-range': `bytes ${start}-${whole.length - 1}/${whole.length}` }),
  })
  const cut = hub.cuts.shift()
  // A moment, so that what was written arrives before the connection breaks.
  if (cut === undefined) response.end(rest)
  else response.write(rest.subarray(0, cut), () => setTimeout(() => response.destroy(), 30))
}

async function listen(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server: Server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
