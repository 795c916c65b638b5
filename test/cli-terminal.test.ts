// The command line as a terminal shows it: narrow ones, quiet calls, near misses, completion, and readers that leave early.

import { execFile } from 'node:child_process'
import { tmpdir } from 'node:os'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { columnsOf } from '../src/inspect/shorten.ts'
import { zoo } from '../src/zoo/zoo.ts'
import { call, start } from './fixtures/cli.ts'

const run = (...words: string[]) => call(words, tmpdir())
const widest = (text: string) => Math.max(...text.split('\n').map(columnsOf))

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('plan', () => {
  it.each(['40', '60', '80'])('fits %s columns', async (columns) => {
    vi.stubEnv('COLUMNS', columns)
    const { code, stdout } = await run('plan', 'vgg16', '--memory', '5GB', '--threads', '1')
    expect(code).toBe(0)
    expect(widest(stdout)).toBeLessThanOrEqual(Number(columns))
    expect(stdout).toContain('138,357,544')
  })

  it.each([
    ['4', /did you mean 4GB\?/],
    ['0.5', /did you mean 0\.5GB\?/],
    ['512', /did you mean 512MB\?/],
    ['4096', /did you mean 4096MB\?/],
  ])('asks for the unit of --memory %s', async (amount, says) => {
    const { code, stdout, stderr } = await run('plan', 'vgg16', '--memory', amount)
    expect(stderr).toMatch(says)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })

  it.each(['2000000', '1000000B', '1MB', '0.5 GiB'])('takes --memory %s', async (amount) => {
    expect((await run('plan', 'lenet5', '--threads', '1', '--memory', amount)).code).toBe(0)
  })
})

describe('a mistake', () => {
  it.each([
    [['bench', 'nope'], /lenslet bench --help/],
    [['plan', 'nope'], /lenslet plan --help/],
    [['plam', 'lenet5'], /did you mean plan\?/],
    [['doktor'], /did you mean doctor\?/],
    [['help', 'plna'], /unknown command 'plna'[\s\S]*did you mean plan\?/],
    [['PLAN', 'lenet5'], /did you mean plan\?/],
    [['predict', 'a', 'b', '--tpo', '3'], /did you mean --top\?/],
    [['doctor', '--jsno'], /did you mean --json\?/],
    [['plan', 'lenet5', '--optimizer', 'adan'], /did you mean adam\?/],
    [['completion', 'bsh'], /did you mean bash\?/],
    [['completion'], /lenslet completion --help/],
  ])('of %j names what is near, or the help of its own verb', async (words, says) => {
    const { code, stdout, stderr } = await run(...words)
    expect(stderr).toMatch(says)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })

  it('shows control characters of what was typed as text', async () => {
    const { stderr } = await run('plan', '\u001bnope.net')
    expect(stderr).toContain('\\u001bnope.net')
    expect(stderr).not.toContain('\u001b')
  })
})

describe('--quiet', () => {
  it('is an option of every verb', async () => {
    const { stdout } = await run('--help')
    const verbs = [...stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, verb]) => verb as string)
    expect(verbs).toEqual(expect.arrayContaining(['plan', 'train', 'eval', 'predict', 'bench', 'doctor', 'completion']))
    for (const verb of verbs.filter((each) => each !== 'help'))
      expect((await run(verb, '--help')).stdout).toMatch(/--quiet\b/)
  })

  it('prints the result and no progress', async () => {
    const words = ['bench', 'INPUT 4x4x1 -> FC-2', '--threads', '1']
    expect((await run(...words)).stderr).toMatch(/1 of 1/)
    const { code, stdout, stderr } = await run(...words, '--quiet')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('images/s')
    // The next call is not quiet.
    expect((await run(...words)).stderr).toMatch(/1 of 1/)
  })
})

describe('completion', () => {
  /** What bash offers at the end of the line. */
  async function offered(...line: string[]): Promise<readonly string[]> {
    const { stdout: script } = await run('completion', 'bash')
    const words = line.map((word) => `'${word}'`).join(' ')
    const text = `${script}\nCOMP_WORDS=(${words}); COMP_CWORD=${line.length - 1}; _lenslet; printf '%s\\n' "\${COMPREPLY[@]}"`
    const { stdout } = await promisify(execFile)('bash', ['--norc', '-c', text])
    return stdout.split('\n').filter((word) => word !== '')
  }

  it('offers verbs, networks, options and their values in bash', async () => {
    expect(await offered('lenslet', 'p')).toEqual(['plan', 'predict'])
    expect(await offered('lenslet', 'help', 'd')).toEqual(['doctor'])
    expect(await offered('lenslet', 'plan', '')).toEqual([...zoo.names])
    expect(await offered('lenslet', 'plan', 'resnet')).toEqual(zoo.names.filter((name) => name.startsWith('resnet')))
    expect(await offered('lenslet', 'plan', 'vgg16', '--me')).toEqual(['--memory'])
    expect(await offered('lenslet', 'train', 'lenet5', '--optimizer', 'adam')).toEqual(['adam', 'adamw'])
    expect(await offered('lenslet', 'train', 'lenet5', '--optimizer', '=', 'nes')).toEqual(['nesterov'])
    expect(await offered('lenslet', 'zoo', 'vgg')).toEqual(zoo.names.filter((name) => name.startsWith('vgg')))
    expect(await offered('lenslet', 'completion', '')).toEqual(['bash', 'zsh', 'fish'])
    // Files are offered by bash itself.
    expect(await offered('lenslet', 'predict', 'model')).toEqual([])
    expect(await offered('lenslet', 'plan', 'lenet5', '--batch', '')).toEqual([])
  })

  it.each(['zsh', 'fish'])('has every verb, option and network for %s', async (shell) => {
    const { code, stdout } = await run('completion', shell)
    expect(code).toBe(0)
    for (const word of ['plan', 'train', 'doctor', 'weight-decay', 'nesterov', 'label-smoothing', ...zoo.names])
      expect(stdout).toContain(word)
  })
})

describe('a reader that leaves early', () => {
  it.each(['2>/dev/null | head -1', '2>&1 | head -1'])('ends the command quietly: %s', async (pipe) => {
    const command = `"${process.execPath}" --conditions=lenslet-source --no-warnings src/cli/main.ts plan resnet50 --steps ${pipe}; echo "\${PIPESTATUS[0]}"`
    const { stdout, stderr } = await promisify(execFile)('bash', ['-c', command])
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('0')
    expect(stderr).toBe('')
  })

  it('is no error where it reads stderr', async () => {
    const running = start(['bench', 'INPUT 4x4x1 -> FC-2', '--threads', '1'], tmpdir())
    running.process.stderr?.destroy()
    expect(await running.ended).toMatchObject({ code: 0 })
  })
})
