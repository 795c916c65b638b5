import { describe, expect, it } from 'vitest'
import { ArgumentError, LensletError } from '../core/errors.ts'
import { NotationValueError } from '../layers/errors.ts'
import { SizeError } from '../network/errors.ts'
import { NotationError, NotationLimitError, type ParseOptions, type Place, parse } from './index.ts'
import { limits } from './limits.ts'

function errorOf(text: string, options?: ParseOptions): LensletError & Partial<Place> {
  try {
    parse(text, options)
  } catch (error) {
    if (error instanceof LensletError) return error
    throw error
  }
  throw new Error(`no error for ${text}`)
}

const start = 'INPUT 8x8x3 -> '

/** The text after `start`, the column after `start` (from 1), and what the message must hold. */
const rows: readonly [text: string, column: number, message: RegExp][] = [
  ['CNV3-64', 1, /unknown word `CNV3-64`.*did you mean CONV\?/s],
  ['MAXPOOL2', 1, /did you mean POOL\?/],
  ['RLEU', 1, /did you mean RELU\?/],
  ['CONV', 1, /CONV needs a size.*CONV3-64/s],
  ['CONV3', 1, /CONV needs a number after a dash.*CONV3-64/s],
  ['FC', 1, /FC needs a number after a dash.*FC-10/s],
  ['FC10', 1, /FC takes no size.*FC-10/s],
  ['RELU-3', 1, /RELU takes no number after a dash/],
  ['RELU 3', 6, /RELU takes no `3`/],
  ['CONV 3-64', 6, /written without a space/],
  ['CONV3-64s2', 1, /cannot read `3-64s2` after CONV/],
  ['CONV3-64 stride 2', 10, /CONV takes no `stride`.*s1 \(stride\)/s],
  ['CONV3-64 nobais', 10, /did you mean nobias\?/],
  ['CONV3-64 s=2', 10, /s \(stride\) takes whole numbers/],
  ['CONV3-64 s-1', 10, /s \(stride\) takes whole numbers/],
  ['CONV3-64 p1,2,3,4,5', 10, /one to four numbers/],
  ['CONV3-64 s1 s2', 13, /an option of (CONV|POOL|DROPOUT) is given twice/],
  ['POOL2 ceil CEIL', 12, /an option of (CONV|POOL|DROPOUT) is given twice/],
  ['DROPOUT 0.1 0.2', 13, /an option of (CONV|POOL|DROPOUT) is given twice/],
  ['CONV3-64 RELU', 10, /an arrow is missing before `RELU`/],
  ['CONV3-64 a: RELU', 10, /an arrow is missing before `a`/],
  ['[RELU] [RELU]', 8, /an arrow is missing before `\[`/],
  ['RELU => RELU', 6, /did you mean ->\?/],
  ['RELU -> -> RELU', 9, /unexpected `->`/],
  ['RELU ->', 8, /the text ends too early/],
  ['RELU]', 5, /unexpected `\]`/],
  ['[RELU', 1, /this \[ is never closed/],
  ['[RELU)', 6, /unexpected `\)`.*expected: -> or \]/s],
  ['[RELU | BN]', 7, /unexpected `\|`/],
  ['[]', 2, /unexpected `\]`/],
  ['RELU*2', 5, /only a group/],
  ['[RELU]*', 7, /expected the number of repeats after \*/],
  ['[RELU]*2.5', 8, /expected the number of repeats after \*/],
  ['[RELU]*N', 8, /\*N is not a number of repeats.*bindings: \{ N: 2 \}/s],
  ['POOL2?', 1, /"optional".*keep `POOL2`/s],
  ['[POOL2]?', 8, /"optional"/],
  ['RELU(3)', 5, /nothing in parentheses/],
  ['GELU approx=erf', 6, /takes tanh/],
  ['SCALE', 1, /SCALE needs a number/],
  ['MULTIPLY', 1, /MULTIPLY needs branches/],
  ['ADD', 1, /ADD needs branches/],
  ['ADD(ID)', 1, /ADD takes 2 to 64 branches/],
  ['ADD(ID | RELU', 4, /this \( is never closed/],
  ['ADD(ID | RELU]', 14, /unexpected `\]`/],
  ['ID', 1, /ID must be the only word of a branch/],
  ['ADD(ID -> RELU | ID)', 5, /only word of a branch/],
  ['INPUT 8x8x3', 1, /one INPUT/],
  ['a: RELU -> a: RELU', 12, /the name `a` is taken.*line 1, column 16/s],
  ['[a: RELU]*2 -> a_2: RELU', 16, /the name `a_2` is taken.*a copy of `a`/s],
  ['1a: RELU', 1, /invalid name of a layer/],
  ['a: [RELU]', 4, /must be followed by a layer/],
  ['a: b: RELU', 4, /must be followed by a layer/],
  ['CONV3-64: [8x8x64]', 11, /must not be written, because it is computed/],
  ['8x8x64', 1, /a volume is valid only after/],
  ['32', 1, /expected a layer/],
  ['ж3', 1, /unknown word `ж3`/],
]

describe('errors of the text', () => {
  it.each(rows)('%s', (text, column, message) => {
    const error = errorOf(start + text)
    expect(error).toBeInstanceOf(NotationError)
    expect(error.message).toMatch(message)
    expect([error.line, error.column]).toEqual([1, start.length + column])
  })

  it.each([
    ['', /no network/],
    [' # nothing\n', /no network/],
    ['[INPUT 8x8x3]*0', /no network/],
    ['CONV3-64', /starts with the volume of its pictures.*INPUT 32x32x3 -> CONV/s],
    ['ADD(INPUT 8x8x3 | INPUT 8x8x3)', /starts with the volume/],
    ['INPUT', /INPUT needs a volume/],
    ['INPUT -> RELU', /INPUT needs a volume/],
    ['INPUT 8x8 -> RELU', /three numbers/],
    ['INPUT 8x8x3 5 -> RELU', /INPUT takes no `5`/],
    ['INPUT [8x8x3 5] -> RELU', /never closed/],
    ['INPUT32x32x3', /takes no size/],
    ['INPUT [8x8x3 -> RELU', /never closed/],
  ])('%s', (text, message) => {
    const error = errorOf(text)
    expect(error).toBeInstanceOf(NotationError)
    expect(error.message).toMatch(message)
  })

  it('explains that the line of the notes is a pattern', () => {
    const pattern = '-> [[CONV -> RELU]*N -> POOL?]*M -> [FC -> RELU]*K -> FC'
    for (const text of [`INPUT ${pattern}`, `INPUT 32x32x3 ${pattern}`]) {
      expect(errorOf(text).message).toMatch(/this is a pattern: choose its numbers, as in INPUT 32x32x3 -> /)
    }
    expect(errorOf('INPUT 8x8x3 -> CONV').message).not.toMatch(/pattern/)
  })

  it('has the suggestion as a field', () => {
    expect(errorOf(`${start}CNV3-64`)).toMatchObject({ suggestion: 'CONV', received: undefined })
  })
})

describe('errors of layers keep their class and get a place', () => {
  it('a value', () => {
    const error = errorOf('INPUT 8x8x3\n  -> CONV3-64 s0')
    expect(error).toBeInstanceOf(NotationValueError)
    expect(error).toMatchObject({ name: 'NotationValueError', line: 2, column: 6 })
    expect(error.message).toMatch(/^line 2, column 6: .*stride/)
  })

  it.each(['CONV3-16777217', 'CONV3-4 s65537', 'CONV3-4 p65537', 'POOL2 s1x65537', 'FC-16777217', 'WIDEN-16777217'])(
    'a value that JSON would refuse: %s',
    (word) => {
      const error = errorOf(start + word)
      expect(error).toBeInstanceOf(NotationValueError)
      expect(error).toMatchObject({ line: 1, column: start.length + 1 })
      expect(error.message).toMatch(/has a value out of range.*at most (65536|16777216), not \d+$/s)
    },
  )

  it.each([
    ['SILU 0', /SILU cannot have this β.*from 0.000001 to 1000000/s],
    ['ELU -1', /ELU cannot have this α.*at least 0/s],
    ['DROPPATH 1', /probability.*at least 0 and below 1/s],
    ['MAXOUT1', /number of pieces.*MAXOUT2/s],
    ['MAXOUT2x3', /number of pieces/],
  ])('a number that has no meaning: %s', (word, message) => {
    const error = errorOf(start + word)
    expect(error).toBeInstanceOf(NotationValueError)
    expect(error.message).toMatch(message)
  })

  it('a volume', () => {
    const error = errorOf('INPUT 2x2x3\r\n-> [RELU -> c: CONV3-64 p0]*2')
    expect(error).toBeInstanceOf(SizeError)
    expect(error).toMatchObject({ name: 'SizeError', node: 'c', line: 2, column: 13 })
    expect(error.message).toMatch(/^line 2, column 13: c: .*\(2 − 3 \+ 2·0\)\/1 \+ 1 = 0/)
  })

  it('rounded sizes, where strict', () => {
    expect(parse('INPUT 10x10x3 -> CONV3-8 p0 s2').nodes).toHaveLength(2)
    const error = errorOf('INPUT 10x10x3 -> CONV3-8 p0 s2', { strict: true })
    expect(error).toBeInstanceOf(SizeError)
    expect(error).toMatchObject({ node: 'conv1', column: 18 })
    expect(error.message).toMatch(/\(10 − 3 \+ 2·0\)\/2 \+ 1 = 4\.5/)
    expect(parse('INPUT 11x11x3 -> CONV3-8 p0 s2', { strict: true }).nodes).toHaveLength(2)
  })
})

describe('places', () => {
  it('shows the line with a caret', () => {
    expect(errorOf('INPUT 8x8x3\n\t-> FOO').text).toBe('\t-> FOO\n\t   ^^^')
  })

  it('counts characters, not their halves', () => {
    expect(errorOf('INPUT 8x8x3 -> 𝒜: RELU -> FOO').column).toBe(27)
  })

  it('cuts long lines around the place', () => {
    const error = errorOf(`INPUT 8x8x3 ${'-> RELU '.repeat(500)}-> FOO ${'-> RELU '.repeat(500)}`)
    const [line = '', carets = ''] = error.text?.split('\n') ?? []
    expect(error.column).toBe(12 + 8 * 500 + 4)
    expect(line.length).toBeLessThan(120)
    expect(line.slice(carets.indexOf('^'), carets.length)).toBe('FOO')
  })

  it('does not pass terminal codes on', () => {
    const error = errorOf(`${start}\u001b[31mRED`)
    expect(error.message).not.toContain('\u001b')
  })
})

describe('limits', () => {
  it.each([
    ['repeats', `${start}[RELU]*1000000000`],
    ['repeats in a row', `${start}${'[RELU]*9000 -> '.repeat(70_000)}RELU`],
    ['repeats in a row, in a group', `${start}[[RELU]*5000 -> [TANH]*5000]`],
    ['repeats in a row, in a branch', `${start}ADD(ID | [RELU]*5000 -> [TANH]*5000)`],
    ['repeats of repeats', `${start}${'['.repeat(20)}RELU${']*1000'.repeat(20)}`],
    ['repeated branches', `${start}[ADD(${'|'.repeat(63)})]*1000`],
    ['depth of groups', `${start}${'['.repeat(65)}RELU${']'.repeat(65)}`],
    ['depth of branches', `${start}${'ADD(ID|'.repeat(65)}RELU${')'.repeat(65)}`],
    ['unclosed depth', `${start}${'['.repeat(500_000)}`],
    ['layers', `${start}${'RELU->'.repeat(12_000)}RELU`],
    ['branches', `${start}ADD(${'|'.repeat(500_000)})`],
    ['length', ' '.repeat(1_000_001)],
    ['a long word', `${start}${'CONV'.repeat(200_000)}`],
    ['a long number', `${start}FC-${'9'.repeat(200)}`],
    ['a large number', `${start}CONV3-64 s99999999999`],
  ])('%s', (_, text) => {
    expect(errorOf(text)).toBeInstanceOf(NotationLimitError)
  })

  it('repeats nothing as often as numbers go', () => {
    const nothing = (times: number | string) => `${start}[[RELU]*0]*${times} -> RELU`
    expect(parse(nothing(limits.number)).nodes).toHaveLength(2)
    expect(parse(nothing('N'), { bindings: { N: limits.number } }).nodes).toHaveLength(2)
    expect(errorOf(nothing(limits.number + 1))).toBeInstanceOf(NotationLimitError)
    expect(errorOf(nothing('N'), { bindings: { N: limits.number + 1 } })).toBeInstanceOf(ArgumentError)
    expect(errorOf(nothing('N'), { bindings: { N: 1.5 } })).toBeInstanceOf(ArgumentError)
  })

  it.each([
    ['the volume', (n: number) => `INPUT ${n}x1x1`],
    ['a size', (n: number) => `${start}CONV${n}-3`],
    ['a count', (n: number) => `${start}FC-${n}`],
    ['an option', (n: number) => `${start}CONV3-4 s${n}`],
    ['a value', (n: number) => `${start}BN momentum=${n}`],
  ])('leaves numbers up to the limit to the layers: %s', (_, text) => {
    expect(errorOf(text(limits.number))).toBeInstanceOf(NotationValueError)
    expect(errorOf(text(limits.number + 1))).toBeInstanceOf(NotationLimitError)
  })

  it('reads a network at the limit', () => {
    expect(parse(`INPUT 4x4x1 -> [RELU]*9999`).nodes).toHaveLength(10_000)
    expect(parse(`${start}${'['.repeat(64)}RELU${']'.repeat(64)}`).nodes).toHaveLength(2)
    expect(parse(`${start}ADD(ID|ID) -> [RELU]*9996`).nodes).toHaveLength(9998)
    expect(parse(`${start}DROPOUT 0.${'0'.repeat(limits.chunk - 3)}1 -> LRELU ${limits.number}`).nodes).toHaveLength(3)
    expect(parse(`${start}RELU`.padEnd(limits.text)).nodes).toHaveLength(2)
  })

  it('refuses one more than the limit', () => {
    for (const text of [
      `${start}[RELU]*10000`,
      `${start}ADD(ID|ID) -> [RELU]*9997`,
      `${start}DROPOUT 0.${'0'.repeat(limits.chunk - 2)}1`,
      `${start}LRELU ${limits.number + 1}`,
      `${start}RELU`.padEnd(limits.text + 1),
    ]) {
      expect(errorOf(text)).toBeInstanceOf(NotationLimitError)
    }
  })

  it('refuses bindings and texts that are none', () => {
    expect(errorOf(`${start}[RELU]*N`, { bindings: { N: -1 } })).toBeInstanceOf(ArgumentError)
    expect(errorOf(`${start}[RELU]*N`, { bindings: { N: 1e9 } })).toBeInstanceOf(NotationLimitError)
    expect(errorOf(7 as unknown as string)).toBeInstanceOf(ArgumentError)
  })
})
