// The live report's server: what it sends, to whom, and what it refuses.

import { createHash } from 'node:crypto'
import { request } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { liveHtml, livePage, livePolicy, liveScript, liveScriptHash } from '../inspect/report/live.ts'
import { WatchServer } from './watchServer.ts'

const servers: WatchServer[] = []
const start = async (title = 'net on data') => {
  const server = await WatchServer.start(0, title)
  servers.push(server)
  return server
}
afterEach(() => Promise.all(servers.splice(0).map((server) => server.end())))

interface Answer {
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** With any headers, which `fetch` would not send. */
function ask(address: string, path = '/', headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(`${address}${path}`, { headers, method, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part) => {
        text += part
      })
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }))
    })
      .on('error', reject)
      .end()
  })
}

describe('the server', () => {
  it('sends one page, which may run its own script and ask this server only', async () => {
    const { address } = await start('<b>net</b>')
    const { status, headers, text } = await ask(address)
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    expect(headers['content-security-policy']).toBe(livePolicy)
    expect(headers['access-control-allow-origin']).toBeUndefined()
    expect(text).toBe(livePage('<b>net</b>'))
    expect(text).toContain('&lt;b&gt;net')
    expect(text).not.toMatch(/https?:/)
    expect(text.match(/<script>([\s\S]*?)<\/script>/)?.[1]).toBe(liveScript)
    expect(liveScriptHash).toBe(`sha256-${createHash('sha256').update(liveScript).digest('base64')}`)
  })

  it('answers requests to its own address only', async () => {
    const { address } = await start()
    const port = new URL(address).port
    expect((await ask(address, '/', { host: `localhost:${port}` })).status).toBe(200)
    for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1', `127.0.0.1:${port}.evil.example`]) {
      for (const path of ['/', '/events']) {
        const { status, text } = await ask(address, path, { host })
        expect([status, text]).toEqual([421, `This is ${address}.\n`])
      }
    }
  })

  it('has nothing else', async () => {
    const { address } = await start()
    for (const path of ['/report.html', '/..%2f..%2fetc/passwd', '/events?x', '//'])
      expect((await ask(address, path)).status).toBe(404)
    expect((await ask(address, '/', {}, 'POST')).status).toBe(405)
    expect((await ask(address, '/', {}, 'HEAD')).text).toBe('')
  })

  it('sends contents as they come, to those who come later the last, and ends with the end', async () => {
    const server = await start()
    server.show('<p>first\nline</p>')
    expect(server.isWatched).toBe(false)
    const events = ask(server.address, '/events')
    await expect.poll(() => server.isWatched).toBe(true)
    server.show('second')
    await server.end('third')
    const { headers, text } = await events
    expect(headers['content-type']).toBe('text/event-stream; charset=utf-8')
    expect(text).toBe('data: "<p>first\\nline</p>"\n\ndata: "second"\n\nevent: end\ndata: "third"\n\n')
    await expect(ask(server.address)).rejects.toThrow(/ECONNREFUSED/)
  })

  it('names a port that is taken', async () => {
    const { address } = await start()
    await expect(WatchServer.start(Number(new URL(address).port), 'net')).rejects.toThrow(/another program uses/)
  })

  it('serves sixteen pages at a time', async () => {
    const server = await start()
    const pages = Array.from({ length: 16 }, () => ask(server.address, '/events'))
    await expect.poll(async () => (await ask(server.address, '/events', {}, 'HEAD')).status).toBe(404)
    await expect
      .poll(async () => {
        const more = new AbortController()
        const { status } = await fetch(`${server.address}/events`, { signal: more.signal })
        more.abort()
        return status
      })
      .toBe(503)
    await server.end()
    expect((await Promise.all(pages)).every(({ status }) => status === 200)).toBe(true)
  })
})

describe('the contents', () => {
  it('show curves, weights and figures, and keep names text', () => {
    const html = liveHtml({
      title: 'net',
      figures: [{ value: '1/2', says: 'epoch' }],
      notes: ['run: <runs>/a'],
      stepsPerEpoch: 2,
      best: undefined,
      records: [
        { kind: 'step', epoch: 1, step: 1, loss: 1, rate: 0.1, seconds: 1 },
        {
          kind: 'weights',
          epoch: 1,
          step: 2,
          weights: [
            {
              name: '<img src=x>',
              shape: [3, 3, 1, 2],
              norm: 1,
              ratio: 0.5,
              min: -1,
              max: 1,
              mean: 0,
              deviation: 1,
              counts: [3, 5],
            },
            { name: 'bias', shape: [2], norm: 0, min: 0, max: 0, mean: 0, deviation: 0, counts: [2] },
          ],
        },
      ],
    })
    expect(html).toContain('run: &lt;runs&gt;/a')
    expect(html).toContain('&lt;img src=x&gt;')
    expect(html).not.toContain('<img src=x')
    // Far above the rule of thumb.
    expect(html).toContain('<td class="right mind">0.5</td>')
    expect(html).toContain('Update ratio')
  })
})
