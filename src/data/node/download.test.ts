// Downloads from a server that misbehaves, and downloads that are killed.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { ChecksumError, FetchError } from '../errors.ts'
import { temporaryFolder } from '../testing/archives.ts'
import { serveFile } from '../testing/file-server.ts'
import { download, type FetchProgress } from './download.ts'

const contents = Uint8Array.from({ length: 300_000 }, (_, i) => Math.imul(i, 0x9e3779b9) >>> 24)
const integrity = `sha512-${createHash('sha512').update(contents).digest('base64')}`
const options = { integrity, bytes: contents.length, pauseMs: 1, silenceMs: 2000 }

async function setUp() {
  const folder = await temporaryFolder()
  return { server: await serveFile(contents), folder, file: join(folder, 'file.tgz') }
}

async function expectWhole(file: string): Promise<void> {
  expect(Buffer.compare(await readFile(file), contents)).toBe(0)
  expect(await readdir(dirname(file))).toEqual(['file.tgz'])
}

describe('download', () => {
  it('brings the file and tells how far it is', async () => {
    const { server, file } = await setUp()
    const seen: FetchProgress[] = []
    await download(server.address, file, { ...options, onProgress: (progress) => seen.push(progress) })
    await expectWhole(file)
    expect(seen.filter(({ stage }) => stage === 'download').at(-1)).toMatchObject({ received: 300_000, total: 300_000 })
    expect(seen.at(-1)?.stage).toBe('verify')
  })

  it('goes on where the connection broke', async () => {
    const { server, file } = await setUp()
    server.cuts.push(100_000, 50_000)
    await download(server.address, file, options)
    await expectWhole(file)
    expect(server.ranges).toEqual(['', 'bytes=100000-', 'bytes=150000-'])
  })

  it('starts again where the server knows no ranges, or what is here is too long', async () => {
    const { server, file } = await setUp()
    server.heedsRanges = false
    await writeFile(`${file}.part`, contents.subarray(0, 1000))
    await download(server.address, file, options)
    await expectWhole(file)
    const again = await setUp()
    await writeFile(`${again.file}.part`, new Uint8Array(400_000))
    await download(again.server.address, again.file, options)
    await expectWhole(again.file)
  })

  it('starts again when what an earlier try left turns out damaged', async () => {
    const { server, file } = await setUp()
    await writeFile(`${file}.part`, new Uint8Array(1000))
    await download(server.address, file, options)
    await expectWhole(file)
    expect(server.ranges).toEqual(['bytes=1000-', ''])
  })

  it('waits and asks again where a server is busy', async () => {
    const { server, file } = await setUp()
    server.statuses.push(503, 429)
    await download(server.address, file, options)
    await expectWhole(file)
  })

  it('gives up on silence, says so, and keeps what has arrived', async () => {
    const { server, file } = await setUp()
    server.cuts.push(-70_000, -20_000)
    const fetching = download(server.address, file, { ...options, tries: 2, silenceMs: 150 })
    await expect(fetching).rejects.toThrow(/90000 of 300000 bytes; no data arrived for 150 ms[\s\S]*from byte 90000/)
    expect((await stat(`${file}.part`)).size).toBe(90_000)
    expect(existsSync(file)).toBe(false)
  })

  it('takes no other contents, and leaves none of them', async () => {
    const { server, file, folder } = await setUp()
    const wanted = { ...options, integrity: 'sha512-AAAA' }
    await expect(download(server.address, file, wanted)).rejects.toBeInstanceOf(ChecksumError)
    await expect(download(server.address, file, { ...options, bytes: 299_999 })).rejects.toThrow(/longer than/)
    expect(await readdir(folder)).toEqual([])
  })

  it('asks once where the answer is final, and says what it was', async () => {
    const { server, file } = await setUp()
    server.statuses.push(404)
    const fetching = download(server.address, file, options)
    await expect(fetching).rejects.toBeInstanceOf(FetchError)
    await expect(fetching).rejects.toThrow(/404/)
    expect(server.ranges).toHaveLength(1)
  })

  it('stops when told to', async () => {
    const { server, file } = await setUp()
    server.cuts.push(-70_000)
    const control = new AbortController()
    const onProgress = () => control.abort(new Error('enough'))
    await expect(download(server.address, file, { ...options, onProgress, signal: control.signal })).rejects.toThrow(
      'enough',
    )
    expect(existsSync(file)).toBe(false)
  })

  const node = nodeThatReadsTypeScript()
  it.skipIf(node === undefined)(
    'leaves no file when killed, and goes on in the next process (skipped without Node ≥ 22.18)',
    async () => {
      const { server, file } = await setUp()
      server.cuts.push(-120_000)
      const script = `import { download } from ${JSON.stringify(new URL('./download.ts', import.meta.url).href)}
      await download(${JSON.stringify(server.address)}, ${JSON.stringify(file)}, ${JSON.stringify(options)})`
      const child = spawn(node as string, ['--input-type=module', '-e', script], { stdio: 'inherit' })
      const closed = new Promise((resolve) => child.on('close', resolve))
      for (let i = 0; i < 500 && !((await sizeOf(`${file}.part`)) >= 120_000); i++) await wait(20)
      child.kill('SIGKILL')
      await closed
      expect(existsSync(file)).toBe(false)
      expect(await sizeOf(`${file}.part`)).toBe(120_000)
      await download(server.address, file, options)
      await expectWhole(file)
      expect(server.ranges).toEqual(['', 'bytes=120000-'])
    },
  )
})

async function sizeOf(path: string): Promise<number> {
  return existsSync(path) ? (await stat(path)).size : 0
}

/** The tests may run on an older Node; the repository brings a newer one along. */
function nodeThatReadsTypeScript(): string | undefined {
  if (process.features.typescript) return process.execPath
  try {
    return join(dirname(createRequire(import.meta.url).resolve('node/package.json')), 'bin', 'node')
  } catch {
    return undefined
  }
}
