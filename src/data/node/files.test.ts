// Folders that appear whole or not at all, locks of the living and the dead, the cache's place.
import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { homedir, hostname } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { DatasetError } from '../errors.ts'
import { temporaryFolder } from '../testing/archives.ts'
import { cacheFolder } from './cache.ts'
import { createFolder, readBounded } from './files.ts'
import { withLock } from './lock.ts'

const bytes = Uint8Array.of(1, 2, 3)

describe('createFolder', () => {
  it('gives the folder its name only when it is whole', async () => {
    const root = await temporaryFolder()
    const folder = join(root, 'deep', 'set')
    await createFolder(folder, async (write) => {
      await write('a', bytes)
      expect(existsSync(folder)).toBe(false)
      await write('b', bytes)
    })
    expect((await readdir(folder)).sort()).toEqual(['a', 'b'])
    expect(await readdir(join(root, 'deep'))).toEqual(['set'])
  })

  it('leaves nothing of a failure', async () => {
    const root = await temporaryFolder()
    const filling = createFolder(join(root, 'set'), async (write) => {
      await write('a', bytes)
      throw new Error('no more')
    })
    await expect(filling).rejects.toThrow('no more')
    expect(await readdir(root)).toEqual([])
  })

  it('clears up what a killed process left', async () => {
    const root = await temporaryFolder()
    await mkdir(join(root, 'set.unfinished-abc123'))
    await writeFile(join(root, 'set.unfinished-abc123', 'a'), bytes)
    await createFolder(join(root, 'set'), (write) => write('a', bytes))
    expect(await readdir(root)).toEqual(['set'])
  })

  it('lets the folder of a faster process stand', async () => {
    const root = await temporaryFolder()
    const folder = join(root, 'set')
    await createFolder(folder, async (write) => {
      await mkdir(folder)
      await writeFile(join(folder, 'a'), 'theirs')
      await write('a', bytes)
    })
    expect(await readFile(join(folder, 'a'), 'utf8')).toBe('theirs')
    expect(await readdir(root)).toEqual(['set'])
  })
})

it('readBounded refuses what is missing or too large', async () => {
  const root = await temporaryFolder()
  await writeFile(join(root, 'a'), bytes)
  expect(await readBounded(join(root, 'a'), 3)).toHaveLength(3)
  await expect(readBounded(join(root, 'a'), 2)).rejects.toThrow(/3 bytes, more than 2/)
  await expect(readBounded(join(root, 'b'), 2)).rejects.toBeInstanceOf(DatasetError)
})

describe('withLock', () => {
  it('lets one in at a time, and opens again after a failure', async () => {
    const lock = join(await temporaryFolder(), 'deep', 'lock')
    let inside = 0
    const work = async () => {
      expect(++inside).toBe(1)
      await new Promise((resolve) => setTimeout(resolve, 20))
      inside--
    }
    await Promise.all([withLock(lock, work), withLock(lock, work)])
    await expect(withLock(lock, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed')
    expect(existsSync(lock)).toBe(false)
  })

  it('takes over from a process that is gone', async () => {
    const lock = join(await temporaryFolder(), 'lock')
    const { pid } = spawnSync(process.execPath, ['-e', ''])
    await writeFile(lock, `${pid} ${hostname()}`)
    expect(await withLock(lock, async () => 'done')).toBe('done')
  })

  it('takes over where the holder has shown no life for a minute: another machine, or another process of its number', async () => {
    const lock = join(await temporaryFolder(), 'lock')
    for (const text of ['', '1 elsewhere.example', `${process.pid} ${hostname()}`]) {
      await writeFile(lock, text)
      const then = Date.now() / 1000 - 61
      await utimes(lock, then, then)
      expect(await withLock(lock, async () => 'done')).toBe('done')
    }
  })

  it('takes over from a holder of the future that shows no life, and says so after two seconds', async () => {
    const lock = join(await temporaryFolder(), 'lock')
    await writeFile(lock, '1 elsewhere.example')
    const then = Date.now() / 1000 + 1e6
    await utimes(lock, then, then)
    const notices: string[] = []
    const options = { onNotice: (message: string) => void notices.push(message), lifetime: 2500 }
    expect(await withLock(lock, async () => 'done', options)).toBe('done')
    expect(notices).toEqual([expect.stringMatching(/^waiting for another process .*lock.* at most 3 s/)])
  })

  it.skipIf(process.platform === 'win32')('ends where the lock is a folder or a pipe', async () => {
    const folder = await temporaryFolder()
    await mkdir(join(folder, 'folder'))
    await promisify(execFile)('mkfifo', [join(folder, 'pipe')])
    for (const name of ['folder', 'pipe'])
      expect(await withLock(join(folder, name), async () => 'done', { lifetime: 300 })).toBe('done')
  })

  it('waits for the living until told to stop', async () => {
    const lock = join(await temporaryFolder(), 'lock')
    await writeFile(lock, `${process.pid} ${hostname()}`)
    await expect(withLock(lock, async () => 'done', { signal: AbortSignal.timeout(50) })).rejects.toThrow(/timeout/)
    expect(existsSync(lock)).toBe(true)
  })
})

describe('cacheFolder', () => {
  it('is where each system keeps such things', () => {
    expect(cacheFolder({ XDG_CACHE_HOME: '/var/cache/me' }, 'linux')).toBe('/var/cache/me/lenslet')
    expect(cacheFolder({ XDG_CACHE_HOME: 'relative' }, 'linux')).toBe(join(homedir(), '.cache/lenslet'))
    expect(cacheFolder({}, 'darwin')).toBe(join(homedir(), 'Library/Caches/lenslet'))
    expect(cacheFolder({ LOCALAPPDATA: '/local' }, 'win32')).toBe('/local/lenslet')
  })
})
