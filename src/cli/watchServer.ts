/**
 * Serves the live report to browsers on this machine. It listens on 127.0.0.1 only, and answers only requests that name this
 * address: a page elsewhere that has its own name point to 127.0.0.1 (DNS rebinding) gets nothing.
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { livePage, livePolicy } from '../inspect/report/live.ts'
import { UsageError } from './errors.ts'

/** More pages than anybody opens. */
const mostPages = 16
/** Milliseconds that the last contents may take to reach the pages. */
const patience = 1000

const headers = {
  'Content-Security-Policy': livePolicy,
  'Cache-Control': 'no-store',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}

export class WatchServer {
  readonly #server: Server
  readonly #page: string
  readonly #hosts: ReadonlySet<string>
  readonly #pages = new Set<ServerResponse>()
  #contents: string | undefined
  /** `http://127.0.0.1:8080` */
  readonly address: string

  private constructor(server: Server, title: string) {
    const { port } = server.address() as AddressInfo
    this.#server = server
    this.#page = livePage(title)
    // Browsers leave the port out where it is that of http.
    this.#hosts = new Set(
      ['127.0.0.1', 'localhost'].flatMap((name) => [`${name}:${port}`, ...(port === 80 ? [name] : [])]),
    )
    this.address = `http://127.0.0.1:${port}`
    server.on('request', (request, response) => this.#answer(request, response))
  }

  /** @param port 0: a free one. Throws `UsageError` for a port that cannot be had. */
  static async start(port: number, title: string): Promise<WatchServer> {
    const server = createServer({ headersTimeout: 10_000, requestTimeout: 10_000 })
    server.maxConnections = 4 * mostPages
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause: NodeJS.ErrnoException) =>
        reject(
          new UsageError(`the report cannot be served on port ${port}`, {
            received: cause.code === 'EADDRINUSE' ? 'a port that another program uses' : cause.message,
            expected: 'a port that is free',
            advice: '--watch, which takes any free port',
            cause,
          }),
        ),
      )
      server.listen(port, '127.0.0.1', resolve)
    })
    // The training decides when the command ends.
    server.unref()
    return new WatchServer(server, title)
  }

  /** Whether a page is open: contents for nobody need not be made. */
  get isWatched(): boolean {
    return this.#pages.size > 0
  }

  /** Sends new contents, HTML, to all pages. A page that has not yet taken those before is left out this time. */
  show(contents: string): void {
    this.#contents = contents
    for (const page of this.#pages) if (!page.writableNeedDrain) page.write(eventOf('message', contents))
  }

  /** Sends the last contents, and ends. Throws nothing. */
  async end(contents?: string): Promise<void> {
    const sent = [...this.#pages].map(
      (page) =>
        new Promise<void>((resolve) => {
          page.once('close', resolve)
          page.end(contents === undefined ? '' : eventOf('end', contents), () => resolve())
        }),
    )
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patience)
    })
    await Promise.race([Promise.all(sent), late])
    clearTimeout(timer)
    this.#server.close()
    this.#server.closeAllConnections()
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const refuse = (status: number, text: string) =>
      response.writeHead(status, { ...headers, 'Content-Type': 'text/plain; charset=utf-8' }).end(`${text}\n`)
    if (!this.#hosts.has(request.headers.host ?? '')) return void refuse(421, `This is ${this.address}.`)
    if (request.method !== 'GET' && request.method !== 'HEAD') return void refuse(405, 'Only GET.')
    if (request.url === '/') {
      response.writeHead(200, { ...headers, 'Content-Type': 'text/html; charset=utf-8' })
      return void response.end(request.method === 'HEAD' ? '' : this.#page)
    }
    if (request.url !== '/events' || request.method === 'HEAD') return void refuse(404, 'Nothing is here.')
    if (this.#pages.size >= mostPages) return void refuse(503, `${mostPages} pages are open already.`)
    response.writeHead(200, { ...headers, 'Content-Type': 'text/event-stream; charset=utf-8' })
    response.on('error', () => {})
    response.on('close', () => this.#pages.delete(response))
    this.#pages.add(response)
    response.write(this.#contents === undefined ? ':\n\n' : eventOf('message', this.#contents))
  }
}

/** JSON has no line breaks, so it is one line of data. */
function eventOf(kind: 'message' | 'end', contents: string): string {
  return `${kind === 'message' ? '' : `event: ${kind}\n`}data: ${JSON.stringify(contents)}\n\n`
}
