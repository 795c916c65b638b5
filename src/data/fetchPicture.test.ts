// Pictures by address: servers that refuse, fall silent, send without end or break off.
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { PictureError } from './errors.ts'
import { fetchPicture } from './fetchPicture.ts'

async function serve(answer: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((_, response) => answer(response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.png`
}

it('gives the bytes', async () => {
  const url = await serve((response) => response.end(Buffer.of(1, 2, 3)))
  expect(await fetchPicture(url)).toEqual(Uint8Array.of(1, 2, 3))
  expect(await fetchPicture('data:image/png;base64,AQID')).toEqual(Uint8Array.of(1, 2, 3))
})

it.each<[what: string, answer: (response: ServerResponse) => void, reason: RegExp]>([
  ['refuses', (response) => response.writeHead(404).end(), /HTTP status 404/],
  ['says nothing', () => {}, /nothing arrived for 0\.2 s/],
  ['falls silent', (response) => void response.writeHead(200).write('some'), /nothing arrived for 0\.2 s/],
  [
    'sends without end',
    (response) => void setInterval(() => response.write(Buffer.alloc(400)), 5).unref(),
    /1000 bytes/,
  ],
  ['breaks off', (response) => void response.writeHead(200).write('some', () => response.destroy()), /error/i],
])('ends with a named error where the server %s', async (_, answer, reason) => {
  const fetching = fetchPicture(await serve(answer), { silenceMs: 200, limit: 1000 })
  await expect(fetching).rejects.toBeInstanceOf(PictureError)
  await expect(fetching).rejects.toThrow(reason)
})
