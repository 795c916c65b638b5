// What reaches a terminal: color where it is wanted, quiet where it was asked for, and no control character of a name.
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Terminal } from './terminal.ts'

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

function record(act: (terminal: Terminal) => void, json = false, quiet = false) {
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      texts[name] += String(text)
      return true
    })
  act(new Terminal(json, quiet))
  vi.restoreAllMocks()
  return texts
}
const name = '\u001b]0;owned\u0007\u001b[31mcat\u009b2J'

describe('the terminal', () => {
  it.each([
    ['say', (terminal: Terminal) => terminal.say(name)],
    ['progress', (terminal: Terminal) => terminal.progress(name)],
    ['hint', (terminal: Terminal) => terminal.hint(name)],
    ['status', (terminal: Terminal) => terminal.status(name)],
    ['result', (terminal: Terminal) => terminal.result({}, () => name)],
  ])('shows control characters in %s as text', (_, act) => {
    vi.stubEnv('FORCE_COLOR', '1')
    const { stdout, stderr } = record(act)
    expect(stdout + stderr).toBe('\\u001b]0;owned\\u0007\\u001b[31mcat\\u009b2J\n')
  })

  it('escapes them in JSON without changing the value', () => {
    const { stdout } = record((terminal) => terminal.result({ name }, () => ''), true)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(stdout.trimEnd()).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
    expect(JSON.parse(stdout)).toEqual({ name })
  })

  it.each([
    [{ FORCE_COLOR: '1', NO_COLOR: '' }, true],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, true],
    [{ FORCE_COLOR: '0', NO_COLOR: '' }, false],
    [{ FORCE_COLOR: '', NO_COLOR: '1' }, false],
    // Tests write to no terminal.
    [{ FORCE_COLOR: '', NO_COLOR: '' }, false],
  ])('styles text as %j says', (env, styled) => {
    for (const [key, value] of Object.entries(env)) vi.stubEnv(key, value)
    const { stdout } = record((terminal) => terminal.say(`${terminal.bold('a')} ${terminal.dim('b')}`))
    expect(stdout).toBe(styled ? '\u001b[1ma\u001b[22m \u001b[2mb\u001b[22m\n' : 'a b\n')
  })

  it('is quiet but for results and warnings', () => {
    const all = (terminal: Terminal) => {
      terminal.say('words')
      terminal.progress('step')
      terminal.status('working')
      terminal.hint('a warning')
      terminal.result({}, () => 'the result')
    }
    expect(record(all, false, true)).toEqual({ stdout: 'the result\n', stderr: 'a warning\n' })
    expect(record(all, true, true)).toEqual({ stdout: '{}\n', stderr: 'a warning\n' })
    expect(record(all)).toEqual({ stdout: 'words\nthe result\n', stderr: 'step\nworking\na warning\n' })
  })

  it('is as wide as COLUMNS says where it is no terminal, and at most 100', () => {
    for (const [columns, width] of [
      ['60', 60],
      ['300', 100],
      ['', 100],
      ['none', 100],
    ] as const) {
      vi.stubEnv('COLUMNS', columns)
      expect(new Terminal(false).width).toBe(width)
    }
  })
})
