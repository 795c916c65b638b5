/**
 * The layers of a network as Caffe runs it in its test phase: files from before 2015 brought to the newer form, and layers left
 * out that are for training only (`include { phase: TRAIN }`).
 */

import { listed, printable } from '../../core/text.ts'
import { ForeignFileError, UnsupportedModelError } from '../errors.ts'
import type { Blob } from './blob.ts'
import { typeOfOldLayer } from './layerTypes.ts'
import type { Message } from './message.ts'

export interface CaffeLayer {
  readonly name: string
  /** As files from 2015 on name it: `Convolution`. */
  readonly type: string
  readonly bottoms: readonly string[]
  readonly tops: readonly string[]
  readonly message: Message
  readonly blobs: readonly Blob[]
}

export interface CaffeNet {
  readonly name: string
  /** Inputs that are declared without a layer. */
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] | undefined }[]
  readonly layers: readonly CaffeLayer[]
  readonly notes: readonly string[]
}

/** Deeper than any published network; each layer of ours costs memory. */
const mostLayers = 20_000

/**
 * @param phase `TEST`: of a text file, which may hold what is for training only. `stored`: of a .caffemodel, whose layers are
 * those of one phase already.
 * @throws {UnsupportedModelError} the file is from before 2014
 */
export function readNet(net: Message, phase: 'TEST' | 'stored'): CaffeNet {
  const old = net.messages('layers')
  if (old.some((layer) => layer.has('layer'))) {
    throw new UnsupportedModelError('the network is in the form that Caffe had before 2014 (V0)', {
      received: 'layers { layer { … } }',
      expected: 'layer { … } or layers { … }',
      advice: "bring it to the newer form with Caffe's tools upgrade_net_proto_text and upgrade_net_proto_binary",
    })
  }
  const messages = old.length > 0 ? old : net.messages('layer')
  if (messages.length > mostLayers) {
    throw new ForeignFileError('the network has too many layers', {
      received: `${messages.length} layers`,
      expected: `at most ${mostLayers}`,
    })
  }
  for (const message of messages) checkNames(message)
  const state = stateOf(net, messages)
  const isKept = (layer: Message) => phase === 'stored' || isIncluded(layer, state)
  const left = messages.filter((layer) => !isKept(layer)).map((layer) => layer.text('name'))
  return {
    name: net.text('name'),
    inputs: inputsOf(net),
    layers: messages.filter(isKept).map((message) => ({
      name: message.text('name'),
      type: old.length > 0 ? typeOfOldLayer(message) : message.text('type').slice(0, 100),
      bottoms: message.texts('bottom'),
      tops: message.texts('top'),
      message,
      blobs: message.blobs('blobs'),
    })),
    notes: left.length === 0 ? [] : [`left out, since they are not for the test phase: ${listed(left)}`],
  }
}

const longestName = 300

/** Longer names would fill every message. */
function checkNames(layer: Message): void {
  const names = [layer.text('name'), ...layer.texts('bottom'), ...layer.texts('top')]
  const long = names.find((name) => name.length > longestName)
  if (long === undefined) return
  throw new ForeignFileError('the name of a layer or blob is too long', {
    received: `${long.length} characters: ${printable(long.slice(0, 40))}…`,
    expected: `at most ${longestName}`,
  })
}

/** `input` with `input_shape`, or with four `input_dim` each. */
function inputsOf(net: Message): CaffeNet['inputs'] {
  const names = net.texts('input')
  const shapes = net.messages('input_shape').map((shape) => shape.wholes('dim'))
  const lengths = net.wholes('input_dim')
  if (shapes.length === 0 && lengths.length !== 0 && lengths.length !== 4 * names.length) {
    throw new ForeignFileError('the shape of the input is incomplete', {
      received: `${lengths.length} input_dim for ${names.length} inputs`,
      expected: 'four for each input: number, channels, height, width',
    })
  }
  return names.map((name, index) => {
    const four = lengths.slice(4 * index, 4 * index + 4)
    return { name, shape: shapes[index] ?? (four.length === 4 ? four : undefined) }
  })
}

interface State {
  readonly level: number
  readonly stages: readonly string[]
}

const phases = ['TRAIN', 'TEST'] as const

/** The stage `deploy` is that of networks written for DIGITS, which has training and use in one file. */
function stateOf(net: Message, layers: readonly Message[]): State {
  const state = net.parameters('state')
  const rules = layers.flatMap((layer) => [...layer.messages('include'), ...layer.messages('exclude')])
  const deploys = rules.some((rule) => [...rule.texts('stage'), ...rule.texts('not_stage')].includes('deploy'))
  return { level: state.whole('level', 0), stages: [...state.texts('stage'), ...(deploys ? ['deploy'] : [])] }
}

/** Caffe's `Net::FilterNet`. */
function isIncluded(layer: Message, state: State): boolean {
  const include = layer.messages('include')
  if (include.length > 0) return include.some((rule) => meets(rule, state))
  return !layer.messages('exclude').some((rule) => meets(rule, state))
}

function meets(rule: Message, { level, stages }: State): boolean {
  return (
    rule.word('phase', phases, 'TEST') === 'TEST' &&
    rule.whole('min_level', level) <= level &&
    rule.whole('max_level', level) >= level &&
    rule.texts('stage').every((stage) => stages.includes(stage)) &&
    rule.texts('not_stage').every((stage) => !stages.includes(stage))
  )
}
