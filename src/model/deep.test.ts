/** Foreign values that are nested deeply, in every text that is read: a named error, never a RangeError. */

import { describe, expect, it } from 'vitest'
import { LensletError } from '../core/errors.ts'
import { NetworkFileError } from '../network/errors.ts'
import { networkFromJson, networkToJson } from '../network/json.ts'
import { parse } from '../notation/parse.ts'
import { ModelFileError } from './errors.ts'
import { decodeModel } from './file.ts'
import { Model } from './model.ts'
import { writeSafetensors } from './safetensors.ts'

const network = parse('INPUT 4x4x1 -> CONV3-2 -> FC-2')
const lists = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
const objects = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`

describe.each([65, 8000, 200_000])('%i deep', (depth) => {
  it.each([
    [
      'the attributes of a layer',
      networkToJson(network).replace('"attributes": {', `"attributes": {"a":${objects(depth)},`),
    ],
    ['a value of an attribute', networkToJson(network).replace('"filters": 2', `"filters": ${lists(depth)}`)],
    ['the nodes', networkToJson(network).replace('"nodes": [', `"nodes": [${objects(depth)},`)],
    ['the inputs', networkToJson(network).replace('"inputs": []', `"inputs": ${lists(depth)}`)],
    ['all of it', objects(depth)],
    ['all of it, not closed', '['.repeat(depth)],
  ])('a network: %s', (_, text) => {
    expect(text).not.toBe(networkToJson(network))
    expect(() => networkFromJson(text)).toThrow(NetworkFileError)
    const file = writeSafetensors(new Map(), { format: 'lenslet.model', version: '1', network: text })
    expect(() => decodeModel(file)).toThrow(NetworkFileError)
  })

  it('a network that is an object', () => {
    let deep: object = {}
    for (let i = 0; i < depth; i++) deep = { deep }
    const [first, ...rest] = network.nodes
    const nodes = [{ ...first, attributes: { ...first?.attributes, deep } }, ...rest]
    expect(() => networkFromJson({ ...network, nodes })).toThrow(NetworkFileError)
    expect(() => networkFromJson({ ...network, deep })).toThrow(NetworkFileError)
  })

  it.each([
    ['the info', objects(depth)],
    ['the class names', `{"classes":${lists(depth)}}`],
    ['the normalization', `{"normalization":${objects(depth)}}`],
    ['the origin', `{"origin":${objects(depth)}}`],
    ['what is not known', `{"later":${objects(depth)}}`],
  ])('a model: %s', async (_, info) => {
    await using model = await Model.create(network, { threads: 1 })
    const texts = { format: 'lenslet.model', version: '1', network: JSON.stringify(network), info }
    expect(() => decodeModel(writeSafetensors(model.weights.tensors(), texts))).toThrow(ModelFileError)
  })

  it.each([
    ['ADD(', ')'],
    ['ADD(a: ADD( | ', ')'],
    ['[', ']*2'],
    ['[[', ''],
    ['CONCAT(RELU | ', ' | RELU)'],
  ])('the notation: %s', (open, close) => {
    const text = `INPUT 4x4x1 -> ${open.repeat(depth)} RELU ${close.repeat(depth)}`
    expect(() => parse(text)).toThrow(LensletError)
    expect(() => parse(text)).toThrow(/nested too deeply|too long/)
  })
})
