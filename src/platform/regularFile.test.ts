// Files that are none, or that are more than they say: each ends in a named error, and at once.
import { execFile, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, open, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FileError } from './errors.ts'
import { openRegularFile, readRegularFile } from './regularFile.ts'
import { systemCode, systemError, systemReason } from './systemErrors.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lenslet-'))
})
afterEach(() => rm(folder, { recursive: true }))

const failure = (path: string, limit?: number) =>
  readRegularFile(path, limit).then(
    () => {
      throw new Error(`${path} was read`)
    },
    (error: unknown) => error as FileError,
  )

describe('readRegularFile', () => {
  it('gives the bytes in memory of their own, up to the limit', async () => {
    const path = join(folder, 'a')
    await writeFile(path, Uint8Array.of(1, 2, 3))
    await symlink(path, join(folder, 'link'))
    const read = await readRegularFile(join(folder, 'link'), 3)
    expect([...read]).toEqual([1, 2, 3])
    expect(read.buffer.byteLength).toBe(3)
    const error = await failure(path, 2)
    expect(error).toBeInstanceOf(FileError)
    expect(error.message).toMatch(/received: 3 bytes, more than 2\n {2}expected: a file of at most 2 bytes/)
  })

  it('gives no bytes of an empty file', async () => {
    await writeFile(join(folder, 'empty'), '')
    expect(await readRegularFile(join(folder, 'empty'))).toHaveLength(0)
  })

  it('refuses what is too large before it takes memory for it', async () => {
    const path = join(folder, 'sparse')
    await writeFile(path, '')
    // More than any memory: only the file system believes in it.
    await truncate(path, 2 ** 42)
    expect((await failure(path)).received).toBe(`${2 ** 42} bytes, more than ${2 ** 32}`)
  })

  it.skipIf(process.platform === 'win32')('refuses pipes, sockets and devices without opening them', async () => {
    const pipe = join(folder, 'pipe')
    await promisify(execFile)('mkfifo', [pipe])
    const socket = join(folder, 'socket')
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(socket, resolve))
    try {
      for (const [path, kind] of [
        [pipe, 'a pipe'],
        [socket, 'a socket'],
        ['/dev/zero', 'a device'],
        [folder, 'a folder'],
      ] as const)
        expect((await failure(path)).received).toBe(`${kind}, not a regular file`)
    } finally {
      server.close()
    }
  })

  it.skipIf(process.platform !== 'linux')('refuses a file whose size the system does not tell', async () => {
    expect((await failure('/proc/self/status')).message).toMatch(/whose size the system does not tell[\s\S]*copy it/)
  })

  it('says what the system says, with the path and what to do', async () => {
    await writeFile(join(folder, 'file'), '')
    await symlink(join(folder, 'round'), join(folder, 'round'))
    for (const [path, code, received] of [
      [join(folder, 'none'), 'ENOENT', 'it does not exist'],
      [join(folder, 'file', 'a'), 'ENOTDIR', 'it is not a folder'],
      [join(folder, 'round'), 'ELOOP', 'its symbolic links lead in a circle'],
      [join(folder, 'n'.repeat(300)), 'ENAMETOOLONG', 'the path is too long'],
    ] as const) {
      const error = await failure(path)
      expect(systemCode(error)).toBe(code)
      expect(error.message).toContain(`cannot read ${path}\n  received: ${received} (${code})\n  try: `)
    }
    expect((await failure(join(folder, '\u001b[31m'))).message).toContain('\\u001b[31m')
  })

  it.skipIf(process.platform === 'win32')('names the limit of open files', () => {
    const script = `
      import { openSync } from 'node:fs'
      import { readRegularFile } from '${new URL('regularFile.ts', import.meta.url)}'
      try { for (;;) openSync('/dev/null') } catch {}
      await readRegularFile(process.execPath).catch(({ name, message }) => console.log(name, message))
    `
    // Node raises its own soft limit to the hard one.
    const command = 'ulimit -n 64; exec "$0" --conditions=lenslet-source --input-type=module -e "$1"'
    const { stdout } = spawnSync('bash', ['-c', command, process.execPath, script], { encoding: 'utf8' })
    expect(stdout).toMatch(
      /^FileError cannot read .*\n {2}received: .*too many files open \(EMFILE\)\n {2}try: .*ulimit -n/,
    )
  })
})

it('openRegularFile leaves nothing open after a refusal', async () => {
  await mkdir(join(folder, 'inner'))
  await expect(openRegularFile(join(folder, 'inner'))).rejects.toThrow(/name a file, not a folder/)
  const probe = await open(process.execPath)
  const before = probe.fd
  await probe.close()
  for (let i = 0; i < 20; i++) await openRegularFile(folder).catch(() => {})
  const after = await open(process.execPath)
  expect(after.fd).toBe(before)
  await after.close()
})

describe('the reason of a system error', () => {
  const error = (code: string) => Object.assign(new Error(`${code}: nothing else is known`), { code })

  it.each([
    ['EACCES', 'reading', /permission denied/, /permissions/],
    ['EROFS', 'writing', /read-only/, /can be written/],
    ['ENOSPC', 'writing', /disk is full/, /free some space/],
    ['EDQUOT', 'writing', /quota/, /free some space/],
    ['EMFILE', 'reading', /too many files/, /ulimit/],
    ['EISDIR', 'reading', /is a folder/, /name a file/],
    ['ENOENT', 'writing', /does not exist/, /its folder exists/],
    ['EIO', 'reading', /disk reports/, /check the disk/],
  ] as const)('%s while %s', (code, doing, received, advice) => {
    const reason = systemReason(error(code), doing)
    expect(reason.received).toMatch(received)
    expect(reason.advice).toMatch(advice)
    const wrapped = systemError(doing, 'a\nb', error(code))
    expect(wrapped.message.split('\n')[0]).toBe(`cannot ${doing === 'reading' ? 'read' : 'write'} a\\u000ab`)
    expect(systemReason(wrapped, doing)).toEqual(reason)
  })

  it('of an unknown error is its message, of a FileError its own', () => {
    expect(systemReason(error('EWHATEVER')).received).toBe('EWHATEVER: nothing else is known')
    expect(systemReason('text').received).toBe('text')
    const own = new FileError('cannot read a', { received: 'a pipe', advice: 'copy it' })
    expect(systemReason(own)).toEqual({ received: 'a pipe', advice: 'copy it' })
    expect(systemCode(own)).toBeUndefined()
  })
})
