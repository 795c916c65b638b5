// Protobuf's text format, as Caffe's own parser reads it.

import { describe, expect, it } from 'vitest'
import { parseText } from './text.ts'

const parse = (text: string) => parseText(new TextEncoder().encode(text))

describe('parseText', () => {
  it('reads messages, lists, comments, separators and both kinds of brackets', () => {
    const net = parse(`\ufeff# a net
      name: 'a "net"' # of two parts
      input: "da" "ta"; input_dim: [1, 3, 0x10, 010],
      layer < name: "a", top: ["x", 'y'] convolution_param: { num_output: 4 bias_term: false kernel_size: 3 } >`)
    expect(net.text('name')).toBe('a "net"')
    expect(net.texts('input')).toEqual(['data'])
    expect(net.wholes('input_dim')).toEqual([1, 3, 16, 8])
    const [layer] = net.messages('layer')
    expect(layer?.texts('top')).toEqual(['x', 'y'])
    const parameters = layer?.parameters('convolution_param')
    expect(parameters?.flag('bias_term', true)).toBe(false)
    expect(parameters?.whole('group', 1)).toBe(1)
  })

  it.each([
    ['1', 1],
    ['1.5', 1.5],
    ['-1e-5', -1e-5],
    ['.25f', 0.25],
    ['- 3', -3],
    ['1.F', 1],
    ['0x10', 16],
  ])('reads the number %s', (text, value) => {
    const [layer] = parse(`layer { power_param { scale: ${text} } }`).messages('layer')
    expect(layer?.parameters('power_param').real('scale', 0)).toBe(value)
  })

  it('reads the escapes of strings, which may be bytes of UTF-8', () => {
    expect(parse(String.raw`name: "\n\\\"\x41\101\303\251\u00e9é"`).text('name')).toBe('\n\\"AAééé')
  })

  it('skips what only variants of Caffe have, and keeps the names', () => {
    const [layer] = parse('layer { name: "a" other { deep < x: 1 y: [{ z: 2 }] > } relu_param { odd: 1 } }').messages(
      'layer',
    )
    expect(layer?.unknown).toEqual(['other'])
    expect(layer?.parameters('relu_param').unknown).toEqual(['odd'])
  })

  it.each([
    ['layer { name: "a" name: "b" }', 'name a second time in line 1'],
    ['layer {\n name: "a" ', 'the end of the file in line 2'],
    ['layer: 3', '3 in line 1'],
    ['name: { }', 'a message in line 1'],
    ['name "x"', 'x in line 1'],
    ['name: "x', '"x in line 1'],
    ['layer { name: "a" > }', '> in line 1'],
    ['name: "\\q"', '\\q in line 1'],
    ['}', '} in line 1'],
    ['name: ["a"]', 'a list in line 1'],
    [`${'a { '.repeat(40)}`, 'nested too deeply'],
    ['<html><body>', '< in line 1'],
    ['name: \u0000', '\\u0000 in line 1'],
  ])('refuses %j', (text, received) => {
    expect(() => parse(text)).toThrow(received)
  })

  it.each([
    ['input_dim: 1.5', (net: ReturnType<typeof parse>) => net.wholes('input_dim')],
    ['input_dim: "1"', (net: ReturnType<typeof parse>) => net.wholes('input_dim')],
    ['input: data', (net: ReturnType<typeof parse>) => net.texts('input')],
    ['force_backward: maybe', (net: ReturnType<typeof parse>) => net.flag('force_backward', false)],
    [
      'state { phase: EVAL }',
      (net: ReturnType<typeof parse>) => net.parameters('state').word('phase', ['TRAIN', 'TEST'], 'TEST'),
    ],
  ])('names the line of a value that is invalid: %s', (text, read) => {
    expect(() => read(parse(`\n${text}`))).toThrow('line 2')
  })

  it('refuses what is not UTF-8, and texts of many megabytes', () => {
    expect(() => parseText(Uint8Array.of(0xff, 0xfe, 0x41))).toThrow('bytes that are not UTF-8')
    expect(() => parseText(new Uint8Array(9 << 20).fill(32))).toThrow('too large')
  })
})
