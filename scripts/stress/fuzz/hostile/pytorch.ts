/** Pickles of PyTorch: forbidden names, depths, circles, and storages that are not there. */

import { storedZip } from '../zip.ts'
import { type Hostile, hostile, joined, large, little } from './types.ts'

const start = [0x80, 2]
const zip = (pickle: Uint8Array, ...storages: readonly Uint8Array[]) =>
  storedZip([
    { name: 'archive/data.pkl', bytes: pickle },
    ...storages.map((bytes, key) => ({ name: `archive/data/${key}`, bytes })),
  ])
const pickle = (what: string, ...code: readonly (string | Uint8Array | readonly number[])[]) =>
  hostile(what, () => zip(joined(start, ...code, '.')))

const text = (value: string) => joined('X', little(value.length, 4), value)
const int = (value: number) => joined([0x8a, 8], little(value, 8))
const storage = (count: number, type = 'FloatStorage') =>
  joined('(', text('storage'), `ctorch\n${type}\n`, text('0'), text('cpu'), int(count), 'tQ')
const tensor = (count: number, shape: readonly number[], strides: readonly number[], offset = 0) =>
  joined(
    'ctorch._utils\n_rebuild_tensor_v2\n(',
    storage(count),
    int(offset),
    '(',
    ...shape.map(int),
    't(',
    ...strides.map(int),
    't',
    [0x89],
    'N',
    'tR',
  )

const dict = (...entries: readonly (readonly [string, Uint8Array])[]) =>
  joined('}(', ...entries.flatMap(([key, value]) => [text(key), value]), 'u')
const file = (what: string, value: Uint8Array, bytes: number) =>
  hostile(what, () => zip(joined(start, value, '.'), new Uint8Array(bytes)))

const globals = [
  'os\nsystem',
  'posix\nsystem',
  'builtins\neval',
  'builtins\nexec',
  '__builtin__\ngetattr',
  'subprocess\nPopen',
  'torch.utils.model_zoo\nload_url',
  'torch\nload',
  'torch.jit\nload',
  'numpy.core.multiarray\n_reconstruct',
  'webbrowser\nopen',
  'collections\nOrderedDict.__init__',
  'torch._utils\n__import__',
] as const

export const hostilePytorch: readonly Hostile[] = [
  ...globals.map((name) => pickle(`${name.replace('\n', '.')} is called`, `c${name}\n(`, text('id'), 'tR')),
  hostile('os.system by STACK_GLOBAL', () =>
    zip(joined([0x80, 4, 0x8c, 2], 'os', [0x8c, 6], 'system', [0x93], '(', [0x8c, 2], 'id', 'tR.')),
  ),
  pickle('os.system by INST', `(`, text('id'), 'ios\nsystem\n'),
  pickle('os.system by OBJ', '(cos\nsystem\n', text('id'), 'o'),
  pickle('a name by its number', [0x82, 1]),
  pickle('a text of 2 GB', 'X', little(2 ** 31, 4), 'abc'),
  pickle('a text of 2^63 bytes', [0x8d], little(2n ** 63n, 8), 'abc'),
  pickle('2 GB of bytes', 'B', little(2 ** 31, 4), 'abc'),
  pickle('bytes of 2^62', [0x8e], little(2n ** 62n, 8), 'abc'),
  pickle('a number of 2 GB', [0x8b], little(2 ** 31 - 1, 4), 'abc'),
  pickle('a frame of 2^62 bytes', [0x95], little(2n ** 62n, 8), 'abc'),
  pickle('a line without an end', 'I', '9'.repeat(100_000)),
  pickle('tuples, 500,000 deep', ')', [...new Uint8Array(500_000).fill(0x85)]),
  pickle('lists, 300,000 deep', '(l'.repeat(300_000), 'a'.repeat(299_999)),
  pickle('dictionaries, 50,000 deep', '}X\x01\0\0\0a'.repeat(50_000), '}', 's'.repeat(50_000)),
  pickle('300,000 marks', '('.repeat(300_000), 't'.repeat(300_000)),
  pickle('a list in itself', ']q\0h\0a'),
  pickle('a dictionary in itself', '}q\0X\x01\0\0\0ah\0s'),
  pickle(
    'dictionaries that double 60 times',
    '}',
    Array.from({ length: 60 }, () => 'q\x010}(X\x01\0\0\0ah\x01X\x01\0\0\0bh\x01u').join(''),
  ),
  pickle(
    'tuples that double 60 times',
    ')',
    Array.from({ length: 60 }, () => '2\x86').flatMap((each) => [each.charCodeAt(0), 0x86]),
  ),
  file('a storage of 2^40 values', dict(['w', tensor(2 ** 40, [2 ** 40], [1])]), 16),
  file('a storage that is too short', dict(['w', tensor(2 ** 28, [2 ** 28], [1])]), 16),
  file('a value repeated 2^40 times', dict(['w', tensor(4, [2 ** 40], [0])]), 16),
  file('a value repeated 2^29 times', dict(['w', tensor(4, [2 ** 29], [0])]), 16),
  file('a shape of 2^93 values', dict(['w', tensor(4, [2 ** 31, 2 ** 31, 2 ** 31], [0, 0, 0])]), 16),
  file(
    'many values repeated',
    dict(...Array.from({ length: 500 }, (_, i) => [`w${i}`, tensor(4, [2 ** 24], [0])] as const)),
    16,
  ),
  file('values behind the storage', dict(['w', tensor(4, [2], [1], 2 ** 40)]), 16),
  file('strides of 2^52', dict(['w', tensor(4, [2, 2], [2 ** 52, 2 ** 52])]), 16),
  hostile('an older file that ends early', () =>
    joined(
      [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19],
      '.',
      [0x80, 2, 0x4d, 0xe9, 3],
      '.',
      [0x80, 2],
      '}.',
      [0x80, 2],
      dict(['w', tensor(2 ** 40, [2 ** 40], [1])]),
      '.',
      [0x80, 2],
      '](',
      text('0'),
      'e.',
      little(2 ** 40, 8),
      [0, 0, 0, 0],
    ),
  ),
  large('100,000 entries', () =>
    zip(joined(start, '}(', ...Array.from({ length: 100_000 }, (_, i) => joined(text(`k${i}`), 'N')), 'u.')),
  ),
]
