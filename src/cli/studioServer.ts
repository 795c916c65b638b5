/**
 * Serves the Studio's static site, isolated from other origins, so that its engine may use threads. It answers only requests
 * for files of the site that name this address: a page elsewhere whose name points to 127.0.0.1 (DNS rebinding) gets nothing.
 */

import { readdir, readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, isIPv6 } from 'node:net'
import { extname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { brotliDecompress } from 'node:zlib'
import { LensletError } from '../core/errors.ts'
import { UsageError } from './errors.ts'

export interface StudioSite {
  readonly host: string
  /** 0: a free one. */
  readonly port: number
  /** Whether a free port will do where that one is in use. */
  readonly otherPort: boolean
  /** Files that are made when they are first asked for, by path. */
  readonly made: ReadonlyMap<string, () => Promise<Uint8Array>>
}

const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

export class StudioServer {
  readonly #server: Server
  /** What is served, by path. */
  readonly #files = new Map<string, () => Promise<Uint8Array>>()
  readonly #hosts: ReadonlySet<string> | undefined
  /** `http://127.0.0.1:7373` */
  readonly address: string
  /** Whether only this machine can reach it. */
  readonly isLocal: boolean

  private constructor(server: Server, host: string) {
    const { port } = server.address() as AddressInfo
    const name = isIPv6(host) ? `[${host}]` : host
    this.#server = server
    this.isLocal = host === 'localhost' || host === '::1' || host.startsWith('127.')
    // Browsers leave the port out where it is that of http. Other machines may have any name for this one.
    const names = [name, 'localhost'].flatMap((each) => [`${each}:${port}`, ...(port === 80 ? [each] : [])])
    this.#hosts = this.isLocal ? new Set(names) : undefined
    this.address = `http://${name}:${port}`
    server.on('request', (request, response) => void this.#answer(request, response))
  }

  /**
   * @param folder the built site
   * @throws {UsageError} no site is there, or the address or port cannot be had
   */
  static async start(folder: string, { host, port, otherPort, made }: StudioSite): Promise<StudioServer> {
    const files = await filesOf(folder)
    const listening = async (at: number) => {
      const server = createServer({ headersTimeout: 10_000, requestTimeout: 10_000 })
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        server.listen(at, host, resolve)
      })
      return server
    }
    const server = await listening(port)
      .catch((cause: NodeJS.ErrnoException) => {
        if (otherPort && cause.code === 'EADDRINUSE') return listening(0)
        throw cause
      })
      .catch((cause: NodeJS.ErrnoException) => {
        throw new UsageError(`the Studio cannot be served on ${host}, port ${port}`, {
          received: cause.code === 'EADDRINUSE' ? 'a port that another program uses' : cause.message,
          expected: 'an address of this machine, and a port that is free',
          advice: '--port 0, which takes any free port',
          cause,
        })
      })
    const studio = new StudioServer(server, host)
    for (const path of files) studio.#files.set(plainName(path), () => read(join(folder, path)))
    for (const [path, make] of made) studio.#files.set(path, once(make))
    return studio
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const say = (status: number, text: string) =>
      response.writeHead(status, { ...isolation, 'Content-Type': 'text/plain; charset=utf-8' }).end(`${text}\n`)
    if (this.#hosts?.has(request.headers.host ?? '') === false) return void say(421, `This is ${this.address}.`)
    if (request.method !== 'GET' && request.method !== 'HEAD') return void say(405, 'Only GET.')
    const [path = '/'] = (request.url ?? '/').split('?')
    const name = path === '/' ? 'index.html' : path.slice(1)
    const read = this.#files.get(name)
    if (read === undefined) return void say(404, 'Nothing is here.')
    try {
      const body = await read()
      response.writeHead(200, {
        ...isolation,
        'Content-Type': types[extname(name)] ?? 'application/octet-stream',
        'Content-Length': body.length,
        // Names in assets/ change with their contents.
        'Cache-Control': name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      })
      response.end(request.method === 'HEAD' ? undefined : body)
    } catch (error) {
      if (!(error instanceof LensletError) && (error as NodeJS.ErrnoException).code === undefined) throw error
      say(503, (error as Error).message)
    }
  }
}

/** Paths of the site's files, with `/` between folders. */
async function filesOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const files = entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
  if (files.includes('index.html')) return files
  throw new UsageError('the Studio is not part of this installation', {
    received: `no index.html in ${folder}`,
    expected: 'the folder dist/studio of the package',
    advice: 'install the package again; in the repository: npm run build',
  })
}

/** The package has its scripts and styles compressed by Brotli, as `NAME.br`. */
const plainName = (path: string) => path.replace(/\.br$/, '')

async function read(file: string): Promise<Uint8Array> {
  const bytes = await readFile(file)
  return file.endsWith('.br') ? promisify(brotliDecompress)(bytes) : bytes
}

/** Keeps what was made; what failed is tried again. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make().catch((error) => {
      made = undefined
      throw error
    })
    return made
  }
}
