import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeNetwork, type Network, type NetworkNode } from '../network/network.ts'
import { PrintError, parse, print } from './index.ts'
import { limits } from './limits.ts'

describe('print', () => {
  it.each([
    ['input 32×32×3 → conv3-32 S1 p1 → relu', 'INPUT 32x32x3 -> CONV3-32 -> RELU'],
    ['INPUT: [8x8x3] -> CONV3x3-4 d2 p2 -> POOL2 s2', 'INPUT 8x8x3 -> CONV3-4 d2 -> POOL2'],
    ['INPUT 8x8x3 -> CONV3x5-4 nobias g1 p0,0,1,1 s1x2', 'INPUT 8x8x3 -> CONV3x5-4 s1x2 p0,0,1,1 nobias'],
    ['INPUT 8x8x3 -> RELU -> RELU', 'INPUT 8x8x3 -> [RELU]*2'],
    ['INPUT 8x8x3 -> relu1: RELU -> relu2: RELU', 'INPUT 8x8x3 -> [RELU]*2'],
    ['INPUT 8x8x3 -> CONV3-4 -> conv1: CONV3-4', 'INPUT 8x8x3 -> conv2: CONV3-4 -> CONV3-4'],
    ['INPUT 8x8x3 -> ADD(|a:RELU) -> DROPOUT .5', 'INPUT 8x8x3 -> ADD(ID | a: RELU) -> DROPOUT 0.5'],
    ['INPUT 8x8x3 -> DROPOUT -0 -> LRELU 1E-7', 'INPUT 8x8x3 -> DROPOUT -0 -> LRELU 1e-7'],
  ])('%s', (text, canonical) => {
    expect(print(parse(text))).toBe(canonical)
    expect(print(parse(canonical))).toBe(canonical)
  })

  const node = (name: string, type: string, inputs: string[], attributes = {}): NetworkNode => ({
    name,
    type,
    attributes,
    inputs,
  })
  const input = node('x', 'input', [], { height: 4, width: 4, channels: 2 })

  it('refuses wiring that is not series-parallel, and names the node', () => {
    const network = makeNetwork([
      input,
      node('a', 'relu', ['x']),
      node('b', 'relu', ['a']),
      node('c', 'add', ['a', 'x']),
      node('d', 'add', ['b', 'c']),
    ])
    expect(() => print(network)).toThrow(PrintError)
    expect(() => print(network)).toThrow(/^a: text cannot express where its output goes.*a feeds b, c/s)
  })

  it('refuses attributes that no word says', () => {
    const refused: readonly [type: string, attributes: object][] = [
      ['relu', { parameter: 0.1 }],
      ['bn', { epsilon: 2 ** 32, momentum: 0.1 }],
      ['bn', { epsilon: 1e-5, momentum: 0.1, affine: false }],
      ['lrelu', { parameter: Number.NaN }],
      ['conv', { ...attributesOf('CONV3-4').attributes, padding: [0.5, 0.5, 0.5, 0.5] }],
    ]
    for (const [type, attributes] of refused) {
      const network = makeNetwork([input, node('n', type, ['x'], attributes)])
      expect(() => print(network), type).toThrow(PrintError)
      expect(() => print(network)).toThrow(/^n: the notation has no [A-Z]+ with these attributes/)
    }
  })

  it('refuses what is too large for text', () => {
    const chain = (length: number, name = (index: number) => `n${index}`) =>
      makeNetwork([input, ...Array.from({ length }, (_, i) => node(name(i), 'relu', [i === 0 ? 'x' : name(i - 1)]))])
    expect(parse(print(chain(9999))).nodes).toHaveLength(10_000)
    expect(() => print(chain(10_000))).toThrow(/^n9999: the network is too large for text/)
    const joins = (length: number) =>
      makeNetwork([
        input,
        ...Array.from({ length }, (_, i) => node(`a${i}`, 'add', Array(2).fill(i === 0 ? 'x' : `a${i - 1}`))),
      ])
    expect(parse(print(joins(3333))).nodes).toHaveLength(3334)
    expect(() => print(joins(3334))).toThrow(PrintError)
    // `x: INPUT 4x4x2`, 4761 times ` -> name: RELU` with 200 letters, and the last: 14 + 4761 · 210 + 10 + 166 = 10^6.
    const long = (last: number) => (index: number) => `n${index}`.padEnd(index === 4761 ? last : 200, '_')
    expect(print(chain(4762, long(166)))).toHaveLength(limits.text)
    expect(parse(print(chain(4762, long(166)))).nodes).toHaveLength(4763)
    expect(() => print(chain(4762, long(167)))).toThrow(/the text is too long/)
  })

  it('refuses names that would begin a comment, and nesting that could not be read', () => {
    expect(() => print(makeNetwork([input, node('a//b', 'relu', ['x'])]))).toThrow(PrintError)
    const deep = Array.from({ length: 65 }, (_, i) => node(`a${i}`, 'add', ['x', i === 0 ? 'x' : `a${i - 1}`]))
    expect(() => print(makeNetwork([input, ...deep]))).toThrow(/too deep/)
    expect(parse(print(makeNetwork([input, ...deep.slice(0, 64)]))).nodes).toHaveLength(65)
  })

  it('prints nodes of another order by their wiring', () => {
    const network = makeNetwork([
      input,
      node('b', 'relu', ['x']),
      node('a', 'relu', ['x']),
      node('sum', 'add', ['a', 'b']),
    ])
    expect(print(network)).toBe('x: INPUT 4x4x2 -> sum: ADD(a: RELU | b: RELU)')
  })
})

// Words that keep the volume 8×8×4, so that every wiring of them is a network.
const keeping = fc.oneof(
  fc.constantFrom(
    'RELU',
    'BN',
    'BN eps=0.001 momentum=0.25',
    'LRELU 0.1',
    'SIGMOID',
    'SOFTMAX',
    'CONV1-4',
    'CONV3-4 nobias',
    'CONV3x5-4',
    'CONV5-4 g2',
  ),
  fc.constantFrom('CONV3-4 d2', 'CONV2-4 p0,0,1,1', 'CONV4-4 p1,1,2,2', 'POOL3 s1 p1', 'AVGPOOL3 s1 p1 ceil'),
  fc.integer({ min: 0, max: 99 }).map((percent) => `DROPOUT ${percent / 100}`),
)

/** A tree of words, with or without names; `join` has branches. */
interface Word {
  readonly text: string
  readonly name: string | undefined
  readonly branches?: readonly (readonly Word[])[]
}

// Names like the given ones, so that counting around them is tried.
const maybeName = fc.option(
  fc.oneof(
    fc.constantFrom('conv1', 'conv2', 'relu1', 'add1', 'bn2', 'pool1', 'input1', 'ID', 'input'),
    fc.stringMatching(/^[a-zé_][a-z0-9_.-]{0,5}(\/[a-z])?$/u),
  ),
  { nil: undefined, freq: 3 },
)

const { chain } = fc.letrec<{ chain: readonly Word[]; word: Word }>((tie) => ({
  chain: fc.array(tie('word'), { maxLength: 4, depthIdentifier: 'branches' }),
  word: fc.oneof(
    { depthSize: 'small', depthIdentifier: 'branches' },
    fc.record({ text: keeping, name: maybeName }),
    fc.record({
      text: fc.constant('ADD'),
      name: maybeName,
      branches: fc.array(tie('chain'), { minLength: 2, maxLength: 3 }),
    }),
  ),
}))

const attributesOf = (word: string) => {
  const { type, attributes } = parse(`INPUT 8x8x4 -> ${word}`).nodes[1] as NetworkNode
  return { type, attributes }
}

/** The network of a tree, built by hand: names that are taken, or not written, are counted by type. */
function networkOf(words: readonly Word[], names: (index: number, type: string, written?: string) => string): Network {
  const first = parse('INPUT 8x8x4').nodes[0] as NetworkNode
  const nodes: NetworkNode[] = [{ ...first, name: names(0, 'input') }]
  const wire = (chainOfWords: readonly Word[], before: string): string =>
    chainOfWords.reduce((value, { text, name, branches }) => {
      const inputs = branches?.map((branch) => wire(branch, value)) ?? [value]
      const { type, attributes } = branches === undefined ? attributesOf(text) : { type: 'add', attributes: {} }
      nodes.push({ name: names(nodes.length, type, name), type, attributes, inputs })
      return (nodes.at(-1) as NetworkNode).name
    }, before)
  wire(words, (nodes[0] as NetworkNode).name)
  return makeNetwork(nodes)
}

function namer(): (index: number, type: string, written?: string) => string {
  const taken = new Set<string>()
  return (index, type, written) => {
    let name = written ?? `${type}${index % 5}`
    for (let i = 1; taken.has(name); i++) name = `${type}${i}`
    taken.add(name)
    return name
  }
}

describe('groups', () => {
  const of = (text: string) => print(parse(`INPUT 64x64x4 -> ${text}`)).slice('INPUT 64x64x4 -> '.length)
  const block = 'ADD(ID | CONV3-4 -> BN -> RELU -> CONV3-4 -> BN)'

  it.each([
    ['CONV3-64 -> RELU -> CONV3-64 -> RELU -> POOL2', '[CONV3-64 -> RELU]*2 -> POOL2'],
    ['[CONV3-4 -> RELU -> CONV3-4 -> RELU -> POOL2]*3', '[[CONV3-4 -> RELU]*2 -> POOL2]*3'],
    ['[RELU]*12', '[RELU]*12'],
    ['CONV3-4 -> RELU -> [CONV3-4 -> RELU -> POOL2]*3', 'CONV3-4 -> RELU -> [CONV3-4 -> RELU -> POOL2]*3'],
    [`RELU -> ${block} -> RELU -> ${block} -> RELU`, `RELU -> [${block} -> RELU]*2`],
    [`ADD(ID | [${block} -> RELU]*3)`, `ADD(ID | [${block} -> RELU]*3)`],
    ['ADD(CONV3-4 -> CONV3-4 | RELU -> RELU)', 'ADD([CONV3-4]*2 | [RELU]*2)'],
    ['[[ADD(ID | [RELU]*2)]*2 -> TANH]*2', '[[ADD(ID | [RELU]*2)]*2 -> TANH]*2'],
    [
      'CONV3-4 -> DROPOUT 0.5 -> [FC-8 -> RELU -> DROPOUT 0.5]*2',
      'CONV3-4 -> DROPOUT 0.5 -> [FC-8 -> RELU -> DROPOUT 0.5]*2',
    ],
    ['CONV3-4 -> CONV3-4 s2 -> CONV3-4', 'CONV3-4 -> CONV3-4 s2 -> CONV3-4'],
  ])('%s', (text, folded) => {
    expect(of(text)).toBe(folded)
    expect(of(folded)).toBe(folded)
  })

  it('never hold a written name', () => {
    expect(of('[a: RELU]*3')).toBe('a: RELU -> a_2: RELU -> a_3: RELU')
    expect(of('[RELU]*2 -> a: RELU -> [RELU]*2')).toBe('[RELU]*2 -> a: RELU -> [RELU]*2')
    expect(of('[ADD(ID | a: TANH)]*2 -> [TANH]*2')).toBe('ADD(ID | a: TANH) -> ADD(ID | a_2: TANH) -> [TANH]*2')
    expect(of('relu2: RELU -> relu1: RELU -> [RELU]*2')).toBe('relu2: RELU -> [RELU]*3')
  })

  it('are left out where brackets would be too deep', () => {
    const nest = (depth: number) => `${'ADD(ID | '.repeat(depth)}RELU -> RELU${')'.repeat(depth)}`
    expect(of(nest(63))).toBe(nest(63).replace('RELU -> RELU', '[RELU]*2'))
    expect(of(nest(64))).toBe(nest(64))
  })
})

describe('parse(print(network)) is the network', () => {
  it('for networks built by hand', () => {
    fc.assert(
      fc.property(chain, (words) => {
        const network = networkOf(words, namer())
        expect(parse(print(network))).toEqual(network)
      }),
      { numRuns: 300 },
    )
  })

  it('for nested groups, which become no longer than they were written', () => {
    interface Group {
      readonly body: readonly (string | Group)[]
      readonly times: number
      readonly joins: boolean
    }
    const { group } = fc.letrec<{ group: Group; item: string | Group }>((tie) => ({
      group: fc.record({
        body: fc.array(tie('item'), { minLength: 1, maxLength: 4, depthIdentifier: 'groups' }),
        times: fc.integer({ min: 1, max: 4 }),
        joins: fc.boolean(),
      }),
      item: fc.oneof(
        { depthSize: 'small', depthIdentifier: 'groups' },
        fc.constantFrom('RELU', 'CONV3-4', 'BN', 'RELU', 'CONV3-4', 'a: RELU', 'relu3: TANH'),
        tie('group'),
      ),
    }))
    const textOf = ({ body, times, joins }: Group): string => {
      const chainText = body.map((item) => (typeof item === 'string' ? item : textOf(item))).join(' -> ')
      const unit = joins ? `ADD(ID | ${chainText})` : chainText
      return times === 1 ? unit : `[${unit}]*${times}`
    }
    const named = /[a-z]\w*:/
    fc.assert(
      fc.property(group, (tree) => {
        const text = `INPUT 8x8x4 -> ${textOf(tree)}`
        // The same name twice is no network; one that is repeated stays unfolded.
        fc.pre((text.match(/a:/g) ?? []).length < 2 && (text.match(/relu3:/g) ?? []).length < 2)
        const network = parse(text)
        fc.pre(network.nodes.length < 2000)
        const printed = print(network)
        expect(parse(printed)).toEqual(network)
        if (!named.test(text)) expect(printed.length).toBeLessThanOrEqual(text.length)
        for (const [body] of printed.matchAll(/\[[^[\]]*\]\*/g)) expect(body).not.toMatch(named)
      }),
      { numRuns: 300 },
    )
  })

  const space = fc.constantFrom(' ', '\n', '\r\n', '\t', ' # -> RELU ]\n', ' // (\r\n')
  const gaps = fc.infiniteStream(space)

  it('for texts in any layout, with groups and repeats', () => {
    fc.assert(
      fc.property(chain, fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1 }), gaps, (words, repeats, spaces) => {
        const gap = () => spaces.next().value as string
        let turn = 0
        const text = (list: readonly Word[]): string =>
          list
            .map(({ text: word, branches }) => {
              const times = branches === undefined ? (repeats[turn++ % repeats.length] as number) : 1
              const body = branches === undefined ? word : `add${gap()}(${branches.map(text).join(`${gap()}|`)})`
              return times === 1 ? body : `[${gap()}${body}${gap()}]${gap()}*${gap()}${times}`
            })
            .join(`${gap()}->${gap()}`)
        const network = parse(`INPUT 8x8x4${words.length === 0 ? '' : ` -> ${text(words)}`}`)
        const canonical = print(network)
        expect(parse(canonical)).toEqual(network)
        expect(print(parse(canonical))).toBe(canonical)
      }),
      { numRuns: 200 },
    )
  })
})
