// Locks: one holder at a time, also among processes that start together; a dead holder keeps nothing.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { chmod, link, mkdtemp, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { root } from '../../scripts/files.ts'
import { FileError, LockedError } from './errors.ts'
import { type Holder, lifeOf, thisHolder } from './holder.ts'
import { lockFile, lockPathOf } from './lock.ts'
import { platform } from './node.ts'

let folder = ''
let path = ''
const children: ChildProcess[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lenslet-lock-'))
  path = join(folder, 'a.bin')
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await rm(folder, { recursive: true })
})

/** A process that takes the lock, says `held` or the error's name, and keeps it until it is killed or told to go. */
function contender(goes: string): Promise<{ readonly child: ChildProcess; readonly said: string }> {
  const code = `
    import { lockFile } from ${JSON.stringify(join(root, 'src/platform/lock.ts'))}
    import { existsSync } from 'node:fs'
    while (!existsSync(${JSON.stringify(goes)})) {}
    const said = await lockFile(${JSON.stringify(path)}).then(() => 'held', (error) => error.name + ' ' + error.message)
    console.log(said)
    if (said === 'held') setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', code], { stdio: 'pipe' })
  children.push(child)
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', (data) => resolve({ child, said: String(data).trim() }))
    child.stderr?.once('data', (data) => reject(new Error(String(data))))
  })
}

const ended = (child: ChildProcess) => new Promise((resolve) => child.once('exit', resolve))

/** A lock as somebody else would have left it. */
async function leave(changes: Partial<Holder>, ageMinutes = 0): Promise<void> {
  const lock = lockPathOf(path)
  await writeFile(lock, JSON.stringify({ format: 'lenslet.lock', ...thisHolder(), ...changes }))
  const time = new Date(Date.now() - 60_000 * ageMinutes)
  await utimes(lock, time, time)
}

describe('a lock', () => {
  it('has one holder, is gone when it is released, and leaves nothing', async () => {
    const lock = await lockFile(path)
    await expect(lockFile(path)).rejects.toThrow(LockedError)
    await expect(lockFile(path)).rejects.toThrow(new RegExp(`in use[\\s\\S]*process ${process.pid} on`))
    await lock.check()
    await lock.release()
    await lock.release()
    await (await lockFile(path)).release()
    expect(await readdir(folder)).toEqual([])
  })

  it('goes to exactly one of several concurrent processes, even if a dead one had it', async () => {
    for (const before of ['nobody', 'a dead process']) {
      if (before !== 'nobody') await leave({ pid: 2 ** 22 + 1 })
      const goes = join(folder, 'go')
      const asked = Array.from({ length: 4 }, () => contender(goes))
      await writeFile(goes, '')
      const answers = await Promise.all(asked)
      const held = answers.filter(({ said }) => said === 'held')
      expect(held, before).toHaveLength(1)
      for (const { said } of answers.filter((each) => each !== held[0])) expect(said).toMatch(/^LockedError/)
      // Killed, it keeps nothing.
      const child = held[0]?.child as ChildProcess
      const end = ended(child)
      child.kill('SIGKILL')
      await end
      await (await lockFile(path)).release()
      await rm(goes)
    }
    expect(await readdir(folder)).toEqual([])
  })

  it('is taken over where the process has ended, its number is another one’s, or the machine was started again', async () => {
    for (const dead of [{ pid: 2 ** 22 + 1 }, { started: '1' }, { boot: 'another' }]) {
      await leave(dead)
      const lock = await lockFile(path)
      await lock.check()
      await lock.release()
    }
    expect(await readdir(folder)).toEqual([])
  })

  it('of another machine, another container, or an unknown holder expires without updates', async () => {
    for (const elsewhere of [{ host: 'elsewhere' }, { machine: 'another' }, { namespace: 'pid:[1]' }]) {
      await leave(elsewhere, 4)
      await expect(lockFile(path)).rejects.toThrow(/expires five minutes after its last sign of life; or remove/)
      await leave(elsewhere, 6)
      await (await lockFile(path)).release()
    }
    const lock = lockPathOf(path)
    for (const text of ['', 'not JSON', '{"format":"lenslet.lock","pid":-1}', `{"pid":1,${' '.repeat(5000)}}`]) {
      await writeFile(lock, text)
      await expect(lockFile(path)).rejects.toThrow(/unknown process/)
      await utimes(lock, 0, 0)
      await (await lockFile(path)).release()
    }
  })

  it.skipIf(process.platform === 'win32')(
    'is not read where a pipe has its name, which would have no end',
    async () => {
      await promisify(execFile)('mkfifo', [lockPathOf(path)])
      await expect(lockFile(path)).rejects.toThrow(/unknown process/)
      await utimes(lockPathOf(path), 0, 0)
      await (await lockFile(path)).release()
      expect(await readdir(folder)).toEqual([])
    },
  )

  it('shows control characters of what it says', async () => {
    await leave({ host: 'els\u001b[2Jewhere', since: '\u009b31m' })
    await expect(lockFile(path)).rejects.toThrow(/els\\u001b\[2Jewhere since \\u009b31m/)
  })

  it('tells a holder that it was taken over, and is taken again where somebody removed it', async () => {
    const lock = await lockFile(path)
    await rm(lockPathOf(path))
    await lock.check()
    expect(await stat(lockPathOf(path))).toBeDefined()
    await leave({ token: crypto.randomUUID() })
    await expect(lock.check()).rejects.toThrow(/taken over/)
    await lock.release()
    // The other one's.
    expect(await readdir(folder)).toHaveLength(1)
  })

  it('immediately removes leftovers of a process killed while it took the lock, but not those of a live one', async () => {
    const stray = (token: string) => join(folder, `.a.bin.lock.${token}.part`)
    await leave({ pid: 2 ** 22 + 1 })
    await rename(lockPathOf(path), stray('11111111'))
    await leave({})
    await rename(lockPathOf(path), stray('22222222'))
    await (await lockFile(path)).release()
    expect(await readdir(folder)).toEqual(['.a.bin.lock.22222222.part'])
  })

  it('removes only the leftovers of killed writers of its file', async () => {
    for (const name of ['.a.bin.0123456789.part', '.b.bin.0123456789.part', '.a.bin.notes.part', 'a.bin.part'])
      await writeFile(join(folder, name), '')
    const lock = await lockFile(path)
    await lock.release()
    expect((await readdir(folder)).sort()).toEqual(['.a.bin.notes.part', '.b.bin.0123456789.part', 'a.bin.part'])
  })

  it('says what is wrong with a place where there can be none', async () => {
    await expect(platform.lockFile(join(folder, 'none', 'a'))).rejects.toThrow(FileError)
  })
})

it('knows whether this very process lives', () => {
  expect(lifeOf(thisHolder())).not.toBe('dead')
  expect(lifeOf({ ...thisHolder(), pid: 2 ** 22 + 1 })).toBe('dead')
  expect(lifeOf({ ...thisHolder(), machine: undefined, boot: 'another' }, { host: thisHolder().host })).toBe('unknown')
})

describe('a file that is replaced', () => {
  const mode = async (name: string) => ((await stat(join(folder, name))).mode & 0o777).toString(8)
  const bytes = Uint8Array.of(1)

  it.runIf(process.platform !== 'win32')('keeps its permissions', async () => {
    for (const kept of [0o600, 0o640, 0o664]) {
      const name = `${kept}`
      await writeFile(join(folder, name), '')
      await chmod(join(folder, name), kept)
      await platform.writeFileAtomic(join(folder, name), bytes)
      expect(await mode(name)).toBe(kept.toString(8))
    }
  })

  it('may have a name of 255 bytes', async () => {
    for (const name of ['n'.repeat(255), '画'.repeat(85)]) {
      await platform.writeFileAtomic(join(folder, name), bytes)
      await (await platform.lockFile(join(folder, name))).release()
    }
    expect(await readdir(folder)).toHaveLength(2)
  })

  it.runIf(process.platform === 'linux')('is not a device', async () => {
    await expect(platform.writeFileAtomic('/dev/null', bytes)).rejects.toThrow(/a device[\s\S]*regular file/)
    expect((await stat('/dev/null')).isCharacterDevice()).toBe(true)
  })

  it('keeps its former self under another name', async () => {
    await platform.writeFileAtomic(path, Uint8Array.of(1))
    await platform.keepFile(path, `${path}.good`)
    await platform.keepFile(path, `${path}.good`)
    await platform.writeFileAtomic(path, Uint8Array.of(2))
    expect([...(await readFile(`${path}.good`)), ...(await readFile(path))]).toEqual([1, 2])
    await platform.keepFile(path, `${path}.good`)
    expect([...(await readFile(`${path}.good`))]).toEqual([2])
    await link(path, join(folder, 'b'))
    expect((await readdir(folder)).sort()).toEqual(['a.bin', 'a.bin.good', 'b'])
  })
})
