// Two hands on one run, readers that go away, signals, full disks, long names: the command as processes meet it.

import { execFile, spawn } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { root } from '../scripts/files.ts'
import { decodeModel } from '../src/model/file.ts'
import { call, start } from './fixtures/cli.ts'
import { writeColors } from './fixtures/colors.ts'

const network = 'INPUT 8x8x3 -> CONV3-8 -> RELU -> POOL2 -> FC-2'
// Each starts several processes, and a machine may have other work.
vi.setConfig({ testTimeout: 120_000 })

let shared = ''
let place = ''

beforeAll(async () => {
  shared = await mkdtemp(join(tmpdir(), 'lenslet-hands-'))
  for (const animal of ['cat', 'dog'] as const) await writeColors(join(shared, 'ab', animal), animal, 20)
})
beforeEach(async () => {
  place = await mkdtemp(join(shared, 'case-'))
  await cp(join(shared, 'ab'), join(place, 'ab'), { recursive: true })
})
afterAll(() => rm(shared, { recursive: true }))

const words = (...more: string[]) => ['train', network, '--data', 'images:ab', '--threads', '1', ...more]
const weightsOf = async (folder: string) => {
  const { tensors } = decodeModel(new Uint8Array(await readFile(join(place, folder, 'model.lenslet'))))
  return [...tensors].map(([name, { values }]) => [name, [...values]])
}
const files = async (folder: string) => (await readdir(join(place, folder))).sort()
const whole = ['checkpoint.safetensors', 'example-cat.png', 'metrics.jsonl', 'model.lenslet', 'report.html', 'run.json']

/** In a shell, which opens its own pipes and devices. Gives all exit codes of the pipe, the first one first. */
async function shell(line: string) {
  const lenslet = `"${process.execPath}" --conditions=lenslet-source --no-warnings "${join(root, 'src/cli/main.ts')}"`
  const text = `set +e; ${line.replaceAll('lenslet ', `${lenslet} `)}; echo "codes \${PIPESTATUS[@]}" >&2`
  const { stdout, stderr } = await promisify(execFile)('bash', ['-c', text], { cwd: place })
  const [, codes = ''] = /codes (.*)\n$/.exec(stderr) ?? []
  return { stdout, stderr: stderr.replace(/codes .*\n$/, ''), codes: codes.split(' ').map(Number) }
}
const trainLine = (out: string) => `lenslet train "${network}" --data images:ab --epochs 3 --threads 1 --out ${out}`

describe('a run has one holder', () => {
  it('of two that begin it, one does, and the other is told who', async () => {
    const both = ['one', 'two'].map(() => start(words('--epochs', '200', '--out', 'run'), place))
    const first = await Promise.race(both.map(({ ended }, index) => ended.then((outcome) => ({ ...outcome, index }))))
    const other = both[1 - first.index] as (typeof both)[number]
    expect(first.code, first.stderr).toBe(2)
    expect(first.stderr).toMatch(
      new RegExp(`in use by another training[\\s\\S]*process ${other.process.pid} on|holds a run already`),
    )
    other.process.kill('SIGTERM')
    expect((await other.ended).code).toBe(143)
    // What is left goes on.
    expect((await call(['train', '--resume', 'run', '--threads', '1'], place)).code).toBe(0)
    expect(await files('run')).toEqual(expect.arrayContaining(whole))
  })

  it('of two that resume it, one does; killed, it is no hindrance, and leaves nothing half written', async () => {
    const begun = start(words('--epochs', '3000', '--out', 'run'), place)
    await begun.heard('9/3000')
    for (const verb of [
      ['--resume', 'run'],
      [network, '--data', 'images:ab', '--out', 'run', '--force'],
    ]) {
      const { code, stderr } = await call(['train', ...verb], place)
      expect(stderr).toMatch(new RegExp(`in use by another training[\\s\\S]*process ${begun.process.pid} on`))
      expect(code).toBe(2)
    }
    begun.process.kill('SIGKILL')
    await begun.ended
    await writeFile(join(place, 'run', '.model.lenslet.0123456789.part'), 'half')
    await writeFile(join(place, 'run', '.example-cat.png.0123456789.part'), 'half')
    await writeFile(join(place, 'run', '.mine.part'), 'mine')
    const { code, stderr } = await call(['train', '--resume', 'run', '--threads', '1'], place, '/3000')
    expect(code, stderr).toBe(130)
    expect((await files('run')).filter((name) => name.startsWith('.'))).toEqual(['.mine.part'])
  })

  it('and a folder whose run.json is another program’s is data like any other', async () => {
    await writeFile(join(place, 'ab', 'cat', 'run.json'), '{"script":"start"}')
    const { code, stderr } = await call(words('--epochs', '1', '--out', 'run'), place)
    expect(code, stderr).toBe(0)
    const inside = await call(words('--epochs', '1', '--out', 'ab/cat/run'), place)
    expect(inside.stderr).toMatch(/lies in a folder of the data/)
  })
})

describe('a reader that goes away', () => {
  it('of the progress is not the end of the training', async () => {
    const { stdout, stderr, codes } = await shell(`${trainLine('run')} 2>&1 | head -1`)
    expect(stdout).toMatch(/^Training network/)
    expect(stderr).toBe('')
    expect(codes).toEqual([0, 0])
    expect(await files('run')).toEqual(whole)
  })

  it.runIf(process.platform === 'linux')('where there is no room for the text, the training goes on', async () => {
    const text = await shell(`${trainLine('text')} >/dev/full`)
    expect(text.stderr).toMatch(/^error: cannot write to standard output: ENOSPC.*; the work goes on$/m)
    expect(text.stderr).not.toMatch(/\n {2,}at /)
    expect(text.codes).toEqual([0])
    const json = await shell(`${trainLine('json')} --json >/dev/full 2>/dev/full`)
    expect(json.codes).toEqual([1])
    for (const folder of ['text', 'json']) expect(await files(folder)).toEqual(whole)
  })

  it.runIf(process.platform === 'linux')('of a command that only prints ends it', async () => {
    for (const line of ['lenslet plan lenet5', 'lenslet --help', 'lenslet zoo --json']) {
      const { stderr, codes } = await shell(`${line} >/dev/full`)
      expect(stderr, line).toMatch(/^error: cannot write to standard output: ENOSPC[^\n]*\n$/)
      expect(codes, line).toEqual([1])
      expect((await shell(`${line} | true`)).codes, line).toEqual([0, 0])
    }
  })
})

describe('signals', () => {
  it.each([
    ['SIGHUP', 129],
    ['SIGTERM', 143],
  ] as const)('%s ends a training with its checkpoint', async (signal, code) => {
    const running = start(words('--epochs', '3000', '--out', 'run'), place)
    await running.heard('9/3000')
    running.process.kill(signal)
    expect((await running.ended).code).toBe(code)
    expect(await files('run')).toEqual(
      expect.arrayContaining(['checkpoint.safetensors', 'checkpoint.safetensors.history', 'run.json']),
    )
    expect((await files('run')).filter((name) => name.startsWith('.'))).toEqual([])
  })
})

describe('a full disk', () => {
  /** Where the system lets root mount a small file system, in a namespace of its own. */
  const canMount = process.platform === 'linux' && process.getuid?.() === 0

  it.runIf(canMount)('leaves the last checkpoint, a named error and the way to go on', async (context) => {
    const lenslet = [process.execPath, '--conditions=lenslet-source', '--no-warnings', join(root, 'src/cli/main.ts')]
    const train = `"${lenslet.join('" "')}" train "${network}" --data images:ab --threads 1`
    // The records of 80 epochs need more than the disk has.
    const script = `set -e; mkdir disk; mount -t tmpfs -o size=64k none disk || exit 77; set +e
      ${train} --epochs 80 --out disk/run >out 2>err; echo "code $?"
      mount -o remount,size=8m disk
      ${train.replace(/train .*/, 'train --resume disk/run --threads 1')} -q >out2 2>err2; echo "resumed $?"
      cp -r disk/run run`
    const child = spawn('unshare', ['-m', 'bash', '-c', script], { cwd: place, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    child.stdout.on('data', (data) => {
      said += data
    })
    const code = await new Promise((resolve) => child.on('close', resolve).on('error', () => resolve(77)))
    if (code === 77) return context.skip('this system does not let the tests mount a file system')
    expect(said).toBe('code 1\nresumed 0\n')
    const stderr = await readFile(join(place, 'err'), 'utf8')
    expect(stderr).toMatch(/note: step [1-9]\d+ is saved; to resume: .*--resume disk\/run/)
    expect(stderr).toMatch(/error: cannot write disk\/run\/[\s\S]*full/)
    expect(stderr).not.toMatch(/bug in Lenslet/)
    expect((await call(words('--epochs', '80', '--out', 'calm', '-q'), place)).code).toBe(0)
    expect(await weightsOf('run')).toEqual(await weightsOf('calm'))
  })
})

describe('resuming needs nothing else', () => {
  it('where the network’s file has a name of 230 letters', async () => {
    const name = 'n'.repeat(230)
    await writeFile(join(place, `${name}.net`), network)
    const { code, stderr } = await call(
      ['train', `${name}.net`, '--data', 'images:ab', '--epochs', '6', '--threads', '1'],
      place,
      '2/6',
    )
    expect(code, stderr).toBe(130)
    const [folder = ''] = await readdir(join(place, 'runs'))
    expect(folder).toMatch(/^n{80}-images-/)
    await rm(join(place, `${name}.net`))
    const resumed = await call(['train', '--resume', join('runs', folder), '--threads', '1'], place)
    expect(resumed.code, resumed.stderr).toBe(0)
  })

  it('where the model that it started from, and the folder with it, are gone', async () => {
    expect((await call(words('--epochs', '1', '--out', 'base'), place)).code).toBe(0)
    const further = ['train', 'base', '--data', 'images:ab', '--epochs', '6', '--threads', '1']
    expect((await call([...further, '--out', 'calm'], place)).code).toBe(0)
    expect((await call([...further, '--out', 'run'], place, '2/6')).code).toBe(130)
    await rename(join(place, 'base'), join(place, 'elsewhere'))
    await mkdir(join(place, 'base'))
    const { code, stderr } = await call(['train', '--resume', 'run', '--threads', '1'], place)
    expect(code, stderr).toBe(0)
    expect(await weightsOf('run')).toEqual(await weightsOf('calm'))
  })

  it('but a whole checkpoint: of a damaged one, the earlier one is named, and goes on to the same bits', async () => {
    expect((await call(words('--epochs', '6', '--out', 'calm'), place)).code).toBe(0)
    expect((await call(words('--epochs', '6', '--out', 'run'), place, '3/6')).code).toBe(130)
    const path = join(place, 'run', 'checkpoint.safetensors')
    const bytes = await readFile(path)
    await writeFile(path, bytes.subarray(0, bytes.length / 2))
    const { code, stderr } = await call(['train', '--resume', 'run', '--threads', '1'], place)
    expect(stderr).toMatch(/checkpoint\.safetensors\.good is an earlier checkpoint[\s\S]*is damaged/)
    expect(code).toBe(1)
    await rename(`${path}.good`, path)
    expect((await call(['train', '--resume', 'run', '--threads', '1'], place)).code).toBe(0)
    expect(await weightsOf('run')).toEqual(await weightsOf('calm'))
  })

  it.runIf(process.platform !== 'win32')('and keeps the permissions of what is there', async () => {
    expect((await call(words('--epochs', '6', '--out', 'run'), place, '2/6')).code).toBe(130)
    const private_ = ['checkpoint.safetensors', 'metrics.jsonl', 'run.json']
    for (const name of private_) await chmod(join(place, 'run', name), 0o600)
    expect((await call(['train', '--resume', 'run', '--threads', '1'], place)).code).toBe(0)
    for (const name of private_) expect((await stat(join(place, 'run', name))).mode & 0o777, name).toBe(0o600)
  })
})

describe('a training that diverges', () => {
  it('says which checkpoint is good, and so does resuming', async () => {
    const wild = ['--optimizer', 'sgd', '--rate', '1e6', '--schedule', 'constant', '--epochs', '30', '--out', 'run']
    const { code, stderr } = await call(words(...wild), place)
    expect(stderr).toMatch(/note: run\/checkpoint\.safetensors is the last good checkpoint, of step 0/)
    expect(code).toBe(1)
    const again = await call(['train', '--resume', 'run', '--threads', '1'], place)
    expect(again.stderr).toMatch(/note: this training diverged after step \d+ .* went back to .* step 0/)
    expect(again.code).toBe(1)
  })
})
