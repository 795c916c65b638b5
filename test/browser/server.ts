// A folder on 127.0.0.1, with whatever headers a test wants on every answer.

import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
}

export interface FolderServer {
  /** `http://127.0.0.1:1234` */
  readonly origin: string
  close(): void
}

export async function serve(folder: string, headers: Readonly<Record<string, string>> = {}): Promise<FolderServer> {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const body = await readFile(join(folder, pathname)).catch(() => undefined)
    if (body === undefined) return void response.writeHead(404).end()
    const type = types[extname(pathname)] ?? 'application/octet-stream'
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store', ...headers }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
