// Checkpoints of PyTorch: what torch.save writes in any version, what people put into it, and what attackers do.

import { describe, expect, it } from 'vitest'
import { ForeignFileError } from '../errors.ts'
import { joined } from '../joined.ts'
import { readPytorch } from './read.ts'
import {
  bytesOf,
  call,
  dict,
  floats,
  global,
  int,
  list,
  none,
  op,
  ordered,
  pickle,
  storage,
  streamFile,
  tensor,
  text,
  tuple,
  zipFile,
} from './testing/pickler.ts'
import { writePytorch } from './write.ts'

const read = (bytes: Uint8Array) =>
  readPytorch({ name: 'x.pt', read: async () => bytes, beside: async () => undefined })

const values = async (bytes: Uint8Array) =>
  Object.fromEntries([...(await read(bytes)).tensors].map(([name, array]) => [name, [...array.values]]))

const whole = (key: string, count: number) => tensor(storage(key, count), { shape: [count], strides: [1] })
const six = { '0': bytesOf(floats(6)) }

describe('tensors', () => {
  const views = ordered({
    matrix: tensor(storage('0', 6), { shape: [2, 3], strides: [3, 1] }),
    transposed: tensor(storage('0', 6), { shape: [3, 2], strides: [1, 3] }),
    last: tensor(storage('0', 6), { offset: 4, shape: [2], strides: [1] }),
    column: tensor(storage('0', 6), { offset: 1, shape: [2], strides: [3] }),
    repeated: tensor(storage('0', 6), { offset: 2, shape: [2, 2], strides: [0, 1] }),
    one: tensor(storage('0', 6), { offset: 5, shape: [], strides: [] }),
    none: tensor(storage('0', 6), { shape: [0, 3], strides: [3, 1] }),
    'a parameter': call('torch._utils', '_rebuild_parameter', whole('0', 6), op('N'), ordered()),
  })
  const expected = {
    matrix: [0, 1, 2, 3, 4, 5],
    transposed: [0, 3, 1, 4, 2, 5],
    last: [4, 5],
    column: [1, 4],
    repeated: [2, 3, 2, 3],
    one: [5],
    none: [],
    'a parameter': [0, 1, 2, 3, 4, 5],
  }

  it('are views of shared storages, in zip archives', async () =>
    expect(await values(zipFile(views, six))).toEqual(expected))

  it('are views of shared storages, in the older streams', async () =>
    expect(await values(streamFile(views, { '0': floats(6) }))).toEqual(expected))

  it('are not copied where their values lie in order', async () => {
    const file = zipFile(views, six)
    const { tensors } = await read(file)
    expect(tensors.get('last')?.bytes.buffer).toBe(file.buffer)
  })

  it('may be parts of storages that are parts of others, as before version 0.4', async () => {
    const part = tuple(text('view'), int(2), int(3))
    const state = dict({ w: tensor(storage('0', 6, 'FloatStorage', part), { offset: 1, shape: [2], strides: [1] }) })
    expect(await values(streamFile(state, { '0': floats(6) }))).toEqual({ w: [3, 4] })
  })

  it('may have a type without a storage class', async () => {
    const bytes = [
      ...tuple(text('storage'), global('torch.storage', 'UntypedStorage'), text('0'), text('cpu'), int(4)),
      ...op('Q'),
    ]
    const state = dict({
      w: call(
        'torch._utils',
        '_rebuild_tensor_v3',
        bytes,
        int(0),
        tuple(int(2)),
        tuple(int(1)),
        none,
        ordered(),
        global('torch', 'uint16'),
      ),
    })
    const { tensors } = await read(zipFile(state, { '0': Uint8Array.of(1, 2, 255, 0) }))
    expect(tensors.get('w')?.dtype).toBe('U16')
    expect([...(tensors.get('w')?.values ?? [])]).toEqual([513, 255])
  })

  it('may have attributes of their own', async () => {
    const state = dict({
      w: call(
        'torch._tensor',
        '_rebuild_from_type_v2',
        global('torch._utils', '_rebuild_parameter'),
        global('torch.nn.parameter', 'Parameter'),
        tuple(whole('0', 6), none, ordered()),
        dict({ tag: text('x') }),
      ),
    })
    expect(await values(zipFile(state, six))).toEqual({ w: [0, 1, 2, 3, 4, 5] })
  })

  it('read what was written', async () => {
    const { tensors } = await read(zipFile(views, six))
    const again = await read(joined(writePytorch(tensors)))
    expect([...again.tensors].map(([name, { shape, values: each }]) => [name, shape, [...each]])).toEqual(
      [...tensors].map(([name, { shape, values: each }]) => [name, shape, [...each]]),
    )
  })
})

describe('checkpoints', () => {
  const weights = ordered({ 'fc.weight': whole('0', 6), 'fc.bias': whole('0', 6) })

  it.each(['state_dict', 'model', 'model_state_dict', 'net', 'ema'])('hold a state dict as %s', async (name) => {
    const { tensors, notes } = await read(zipFile(dict({ epoch: int(3), [name]: weights, optimizer: dict({}) }), six))
    expect([...tensors.keys()]).toEqual(['fc.weight', 'fc.bias'])
    expect(notes).toEqual([`the arrays are those of ${name}; not read: epoch, optimizer`])
  })

  it('may have a single number as an array beside it', async () => {
    const { tensors } = await read(zipFile(dict({ best: whole('0', 6), state_dict: weights }), six))
    expect([...tensors.keys()]).toEqual(['fc.weight', 'fc.bias'])
  })

  it('are joined by dots where dictionaries and lists hold others; other values are noted', async () => {
    const state = dict({
      layers: list(dict({ w: whole('0', 6) }), dict({ w: whole('0', 6) })),
      encoder: dict({ w: whole('0', 6), name: text('x') }),
      lr: int(1),
    })
    const { tensors, notes } = await read(zipFile(state, six))
    expect([...tensors.keys()]).toEqual(['layers.0.w', 'layers.1.w', 'encoder.w'])
    expect(notes).toEqual(['left out, as they are no arrays: encoder.name, lr'])
  })

  it('may be one array', async () =>
    expect(await values(zipFile(whole('0', 6), six))).toEqual({ tensor: [0, 1, 2, 3, 4, 5] }))

  it('keep names that a JavaScript object already has', async () => {
    const state = ordered({ __proto__x: whole('0', 6), constructor: whole('0', 6) })
    expect([...(await read(zipFile(state, six))).tensors.keys()]).toEqual(['__proto__x', 'constructor'])
  })
})

describe('hostile files', () => {
  const refused = async (file: Uint8Array, message: RegExp) => {
    const error = await read(file).then(
      () => undefined,
      (each: unknown) => each,
    )
    expect(error).toBeInstanceOf(ForeignFileError)
    expect((error as Error).message).toMatch(message)
  }
  const many = (code: readonly number[], count: number) => Array.from({ length: count }, () => code).flat()

  it.each([
    ['posix', 'system'],
    ['builtins', 'getattr'],
    ['importlib', 'import_module'],
    ['torch', 'load'],
    ['torch.hub', 'load'],
    ['torch.storage', '_load_from_bytes'],
    ['numpy', 'load'],
  ])('name %s.%s: refused, also where nothing is called', async (module, name) => {
    const named = new RegExp(`${module}\\.${name}`)
    await refused(zipFile(dict({ w: whole('0', 6), x: call(module, name, text('id')) }), six), named)
    await refused(zipFile(dict({ w: whole('0', 6), x: global(module, name) }), six), named)
    await refused(zipFile([...text(module), ...text(name), 0x93], six), named)
  })

  it('describe values beyond their storage', async () => {
    for (const view of [
      { offset: 5, shape: [2], strides: [1] },
      { shape: [3], strides: [3] },
      { shape: [2 ** 52], strides: [0] },
      { shape: [2 ** 40, 2 ** 40], strides: [1, 1] },
      { shape: [2 ** 52, 2 ** 52, 0], strides: [1, 1, 1] },
      { offset: 2 ** 52, shape: [1], strides: [2 ** 52] },
    ])
      await refused(zipFile(dict({ w: tensor(storage('0', 6), view) }), six), /damaged|views of/)
  })

  it('repeat one value a billion times: nothing is allocated', async () => {
    const view = { shape: [2 ** 30], strides: [0] }
    await refused(zipFile(dict({ w: tensor(storage('0', 6), view) }), six), /views of 4,294,967,296 bytes/)
  })

  it('say other lengths of storages than they have', async () => {
    await refused(zipFile(dict({ w: whole('0', 7) }), six), /storage 0 of 24 bytes[\s\S]*28 bytes/)
    await refused(zipFile(dict({ w: whole('1', 6) }), six), /no storage 1|storage 1/)
    const file = streamFile(dict({ w: whole('0', 6) }), { '0': floats(6) })
    await refused(file.subarray(0, -1), /cut short[\s\S]*24 bytes where 23 are left/)
    await refused(file.subarray(0, -25), /cut short[\s\S]*before storage 0/)
    const longer = file.slice()
    longer[file.length - 24 - 1] = 0x7f
    await refused(longer, /storage 0 of \d+ values[\s\S]*6, as the pickle says/)
  })

  it('hold themselves', async () => {
    // A dictionary in itself, put into memory 0 and fetched from there.
    const cycle = [...op('}'), ...op('q\0'), ...text('self'), ...op('h\0'), ...op('s')]
    await refused(zipFile(cycle, {}), /no arrays/)
    // A parameter of itself: the tuple of arguments gets its own call as an item.
    const parameter = [
      ...global('torch._utils', '_rebuild_parameter'),
      ...op(']'),
      ...op('q\0'),
      ...op('R'),
      ...op('q\x01'),
      ...op('h\0'),
      ...op('h\x01'),
      ...op('a'),
      ...op('0'),
    ]
    await refused(zipFile(dict({ w: parameter }), {}), /no arrays/)
  })

  it('are nested to any depth, also in keys and names', async () => {
    const deep = [...many(op(']'), 50_000), ...many(op('a'), 49_999)]
    await refused(zipFile([...op('}'), ...deep, ...none, ...op('s')], {}), /no arrays/)
    await refused(zipFile([...deep, ...text('system'), 0x93], {}), /a name that is no text/)
    await refused(zipFile(deep, {}), /no arrays/)
    const calls = [...many(global('torch._utils', '_rebuild_parameter'), 2000), ...none, ...many([0x85, 0x52], 2000)]
    await refused(zipFile(dict({ w: calls }), {}), /no arrays/)
  })

  it('have sets and dictionaries of 200,000 values', async () => {
    const items = many(op('N'), 200_000)
    await refused(zipFile([0x8f, ...op('('), ...items, 0x90], {}), /no arrays/)
    const shared = [...op('}q\0('), ...many([...op('K\x01'), ...op('N')], 100_000), ...op('u')]
    await refused(zipFile(shared, {}), /no arrays/)
  })

  it('are pickles that break off or use what they have not made', async () => {
    const good = pickle(dict({ w: whole('0', 6) }))
    for (let end = 0; end < good.length; end++)
      await refused(joined([streamFile(none, {}).subarray(0, 35), good.subarray(0, end)]), /./)
    for (const code of ['h\x05', 'u', 's', 'a', 'R', 't', '(q\0', 'b', '\xff'].map(op))
      await refused(zipFile(code, {}), /damaged/)
  })

  it('are programs (TorchScript), tar archives, or bare pickles', async () => {
    await refused(pickle(dict({})), /mark/)
    const tar = new Uint8Array(1024)
    tar.set(new TextEncoder().encode('sys'))
    tar.set(new TextEncoder().encode('ustar'), 257)
    await refused(tar, /tar archive/)
  })
})
