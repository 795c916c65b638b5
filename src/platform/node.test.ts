import { readdirSync, statSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ArgumentError } from '../core/errors.ts'
import { FileError } from './errors.ts'
import { platform, revectorizeFlag } from './node.ts'
import type { PlatformWorker } from './types.ts'

describe('files', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lenslet-'))
  })
  afterEach(() => rm(folder, { recursive: true }))
  const bytes = Uint8Array.of(1, 2, 3, 250)

  it('come back as they were written, in memory of their own', async () => {
    const path = join(folder, 'a.bin')
    await platform.writeFileAtomic(path, bytes)
    const read = await platform.readFile(path)
    expect(read).toEqual(bytes)
    expect(read.buffer.byteLength).toBe(4)
  })

  it('are replaced whole, and nothing else is left in the folder', async () => {
    const path = join(folder, 'a.bin')
    await writeFile(path, 'a longer text that was there before')
    await platform.writeFileAtomic(path, bytes)
    expect([...(await readFile(path))]).toEqual([...bytes])
    expect(await readdir(folder)).toEqual(['a.bin'])
  })

  it('take what a killed process left of them with the next writing, but not what one is writing now', async () => {
    const old = new Date(Date.now() - 20 * 60_000)
    for (const name of ['.a.bin.0000.part', '.a.bin.1111.part', '.b.bin.0000.part'])
      await writeFile(join(folder, name), '')
    for (const name of ['.a.bin.0000.part', '.b.bin.0000.part']) await utimes(join(folder, name), old, old)
    await platform.writeFileAtomic(join(folder, 'a.bin'), bytes)
    expect((await readdir(folder)).sort()).toEqual(['.a.bin.1111.part', '.b.bin.0000.part', 'a.bin'])
  })

  it('grow by what is appended, and begin with it where there is none', async () => {
    const path = join(folder, 'a.jsonl')
    await platform.appendFile(path, bytes.subarray(0, 1))
    await platform.appendFile(path, bytes.subarray(1))
    expect(await platform.readFile(path)).toEqual(bytes)
    await expect(platform.appendFile(join(folder, 'none', 'a'), bytes)).rejects.toThrow(FileError)
  })

  it('are replaced behind a symbolic link', async () => {
    await writeFile(join(folder, 'target'), '')
    await symlink(join(folder, 'target'), join(folder, 'link'))
    await platform.writeFileAtomic(join(folder, 'link'), bytes)
    expect([...(await readFile(join(folder, 'target')))]).toEqual([...bytes])
  })

  it('are written in parts, also from shared memory, each asked for when the one before it is on its way', async () => {
    const path = join(folder, 'a.bin')
    const values = Uint8Array.from({ length: 3_000_000 }, (_, i) => i % 251)
    const shared = new Uint8Array(new SharedArrayBuffer(3_000_001), 1)
    shared.set(values)
    const sizes: number[] = []
    function* parts() {
      for (const part of [bytes, new Uint8Array(), shared, bytes.subarray(1, 2)]) {
        sizes.push(statSync(join(folder, readdirSync(folder)[0] as string)).size)
        yield part
      }
    }
    await platform.writeFileAtomic(path, parts())
    expect(sizes).toEqual([0, 4, 4, 3_000_004])
    const expected = Buffer.concat([bytes, values, bytes.subarray(1, 2)])
    expect(Buffer.compare(await readFile(path), expected)).toBe(0)
    expect(await readdir(folder)).toEqual(['a.bin'])
    await platform.writeFileAtomic(path, [])
    expect((await readFile(path)).length).toBe(0)
  })

  it('stay as they were where a part cannot be had', async () => {
    const path = join(folder, 'a.bin')
    await writeFile(path, 'former')
    const wrong = (error: unknown) =>
      (function* () {
        yield bytes
        throw error
      })()
    const own = new ArgumentError('a tensor does not fit')
    await expect(platform.writeFileAtomic(path, wrong(own))).rejects.toBe(own)
    const writing = platform.writeFileAtomic(path, wrong(new RangeError('no memory')))
    await expect(writing).rejects.toThrow(FileError)
    await expect(writing).rejects.toThrow(/cannot write[\s\S]*no memory/)
    const none = platform.writeFileAtomic(join(folder, 'b.bin'), wrong(own))
    await expect(none).rejects.toBe(own)
    expect(await readdir(folder)).toEqual(['a.bin'])
    expect(await readFile(path, 'utf8')).toBe('former')
  })

  it('tell the parts when they cannot be written', async () => {
    let ended = false
    function* parts(): Generator<Uint8Array> {
      try {
        // Not bytes: as a full disk, it fails in the middle.
        yield bytes
        yield 7 as unknown as Uint8Array
      } finally {
        ended = true
      }
    }
    await expect(platform.writeFileAtomic(join(folder, 'a.bin'), parts())).rejects.toThrow(FileError)
    expect(ended).toBe(true)
    expect(await readdir(folder)).toEqual([])
  })

  it('fail with a named error, and without leaving a part behind', async () => {
    await expect(platform.readFile(join(folder, 'none'))).rejects.toThrow(FileError)
    await expect(platform.readFile(folder)).rejects.toThrow(/name a file, not a folder/)
    await expect(platform.writeFileAtomic(join(folder, 'none', 'a'), bytes)).rejects.toThrow(/its folder exist/)
    // Renaming a file onto a folder fails after the part was written.
    await expect(platform.writeFileAtomic(folder, bytes)).rejects.toThrow(FileError)
    expect(await readdir(join(folder, '..')).then((names) => names.filter((name) => name.endsWith('.part')))).toEqual(
      [],
    )
  })
})

describe('workers', () => {
  const started: PlatformWorker[] = []
  afterEach(async () => {
    await Promise.all(started.splice(0).map((worker) => worker.terminate()))
  })
  const start = (main: Parameters<typeof platform.startWorker>[0]) =>
    new Promise((resolve, reject) => {
      const worker = platform.startWorker(main, { message: resolve, failure: reject })
      started.push(worker)
      worker.postMessage(20)
    })

  it('answer', async () => {
    const answer = await start((port) => {
      port.onmessage = ({ data }) => port.postMessage((data as number) + 1)
    })
    expect(answer).toBe(21)
  })

  it('that throw or end by themselves are heard of', async () => {
    const thrown = start((port) => {
      port.onmessage = () => {
        throw new Error('no such thing')
      }
    })
    await expect(thrown).rejects.toThrow('no such thing')
    const ended = start((port) => {
      port.onmessage = () => process.exit(3)
    })
    await expect(ended).rejects.toThrow('code 3')
  })

  it('end in the middle of an endless loop, without a failure being told', async () => {
    const failure = vi.fn()
    const running = new Promise<PlatformWorker>((resolve) => {
      const worker = platform.startWorker(
        (port) => {
          port.postMessage('running')
          for (;;);
        },
        { message: () => resolve(worker), failure },
      )
    })
    await (await running).terminate()
    expect(failure).not.toHaveBeenCalled()
  })
})

it('names what the machine offers', async () => {
  expect(platform.parallelism()).toBeGreaterThanOrEqual(1)
  expect(platform.whyNoThreads()).toBeUndefined()
  vi.stubEnv('LENSLET_TEST', 'here')
  expect(platform.environment('LENSLET_TEST')).toBe('here')
  vi.unstubAllEnvs()
  expect(platform.environment('LENSLET_TEST')).toBeUndefined()
  const before = platform.now()
  await platform.nextTurn()
  expect(platform.now()).toBeGreaterThanOrEqual(before)
})

it.each([
  ['x64', '13.6.233.10-node.28', 'experimental-wasm-revectorize'],
  ['x64', '14.6.202.34-node.34', 'experimental-wasm-revectorize'],
  ['x64', '15.6.1', 'wasm-revectorize'],
  ['x64', '11.3.244.8-node.38', undefined],
  ['x64', '12.4.254.21-node.57', undefined],
  ['arm64', '13.6.233.10-node.28', undefined],
])('on %s, V8 %s, the revectorizer is called %s', (architecture, version, flag) => {
  expect(revectorizeFlag(architecture, version)).toBe(flag)
})
