// A file server on this machine that can misbehave as real ones do: no ranges, broken and silent connections.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface FileServer {
  readonly address: string
  /** The `Range` header of each request, `''` where there was none. */
  readonly ranges: string[]
  /** Whether a request's `Range` is heeded. */
  heedsRanges: boolean
  /** Answers of the next requests instead of the file. */
  readonly statuses: number[]
  /** Bytes of an answer after which the next connections break; if negative, they fall silent. */
  readonly cuts: number[]
}

export async function serveFile(contents: Uint8Array): Promise<FileServer> {
  const server = createServer((request, response) => {
    const range = request.headers.range ?? ''
    state.ranges.push(range)
    const status = state.statuses.shift()
    if (status !== undefined) return void response.writeHead(status).end()
    const start = state.heedsRanges ? Number(/^bytes=(\d+)-$/.exec(range)?.[1] ?? 0) : 0
    const rest = contents.subarray(start)
    response.writeHead(start > 0 ? 206 : 200, {
      'content-length': rest.length,
      ...(start > 0 && { 'content-range': `bytes ${start}-${contents.length - 1}/${contents.length}` }),
    })
    const cut = state.cuts.shift()
    if (cut === undefined) return void response.end(rest)
    response.write(rest.subarray(0, Math.abs(cut)), () => {
      // A moment, so that what was written arrives before the connection breaks.
      if (cut > 0) setTimeout(() => response.destroy(), 30)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const state: FileServer = {
    address: `http://127.0.0.1:${port}/file.tgz`,
    ranges: [],
    heedsRanges: true,
    statuses: [],
    cuts: [],
  }
  return state
}
