// docs/notation.md is true: its networks parse, its faults fail as it says, its tables hold every word.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { LensletError } from '../core/errors.ts'
import { layers, words } from '../layers/layers.ts'
import { parse, print } from './index.ts'

const page = readFileSync(new URL('../../docs/notation.md', import.meta.url), 'utf8')

const fences = [...page.matchAll(/^```(.*)\n([^`]*(?:`(?!``)[^`]*)*)^```$/gm)].map(([, language = '', body = '']) => ({
  language,
  body: body.trimEnd(),
}))
const section = (title: string) => page.split(new RegExp(`^##+ ${title}\\n`, 'm'))[1]?.split(/^## /m)[0] ?? ''
/** The code in the first column of a section's tables. */
const written = (text: string) =>
  [...text.matchAll(/^\| (`.*?) \| /gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code.replaceAll('\\|', '|')),
  )

describe('networks', () => {
  const networks = fences.filter(({ language }) => language === 'net')
  it('are many', () => expect(networks.length).toBeGreaterThan(8))

  it.each(networks)('$body', ({ body }) => {
    const network = parse(body)
    expect(parse(print(network))).toEqual(network)
  })
})

describe('faults', () => {
  const faults = fences.flatMap(({ language, body }, index) =>
    language === 'net fails' ? [{ body, said: fences[index + 1]?.body ?? '' }] : [],
  )
  it('are many', () => expect(faults.length).toBeGreaterThan(4))

  it.each(faults)('$body', ({ body, said }) => {
    expect(said).not.toBe('')
    let message = ''
    try {
      parse(body)
    } catch (error) {
      if (!(error instanceof LensletError)) throw error
      message = error.message
    }
    expect(message.slice(0, said.length)).toBe(said)
  })
})

describe('words', () => {
  const examples = written(section('Words').split('### ')[0] ?? '')

  it.each(examples)('%s', (example) => {
    const text = example.startsWith('INPUT') ? example : `INPUT 16x16x4 -> ${example}`
    expect(parse(text).nodes.length).toBeGreaterThan(0)
  })

  it('are all there', () => {
    // CONV3-64 and INPUT 8x8x3 are examples of CONV and INPUT; RELU6 is none of RELU.
    const isOf = (example: string, word: string) =>
      example === word ||
      (example.startsWith(word) && !words.includes(example) && !/^[A-Z]/.test(example.slice(word.length)))
    expect(words.filter((word) => !examples.some((example) => isOf(example, word)))).toEqual([])
  })
})

it('every option, key and flag of a layer is in the table', () => {
  const options = written(section('Options and flags')).map((option) => option.replace(/=.*|\d.*/, ''))
  for (const { notation } of Object.values(layers)) {
    const { options: letters = {}, values = {}, flags = {} } = notation.form
    for (const part of Object.keys({ ...letters, ...values, ...flags })) expect(options, notation.word).toContain(part)
  }
})

it('options and flags are read by some word', () => {
  const options = written(section('Options and flags'))
  expect(options.length).toBeGreaterThan(8)
  for (const option of options) {
    // Each word alone, and with the first parts of its example.
    const starts = Object.values(layers).flatMap(({ notation: { word, form } }) => {
      const parts = form.example.split(' ')
      const leading = form.flagsLead ? Object.keys(form.flags ?? {}).map((flag) => `${word} ${flag}`) : []
      return [word, ...leading, ...parts.map((_, i) => parts.slice(0, i + 1).join(' '))]
    })
    const takes = ['CONV3-4', 'AVGPOOL3', 'SCALE 2', ...starts].filter((word) => {
      try {
        return parse(`INPUT 16x16x4 -> ${word} ${option}`).nodes.length === 2
      } catch {
        return false
      }
    })
    expect(takes, option).not.toEqual([])
  }
})
