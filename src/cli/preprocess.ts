/** Options for models that do not say what happens to a photo before their network sees it, or what their classes are. */

import { type Command, Option } from 'commander'
import { platform } from '#platform'
import type { Volume } from '../core/shapes.ts'
import { counted, printable } from '../core/text.ts'
import { expandHome } from '../data/node/home.ts'
import type { Normalization } from '../data/normalization.ts'
import type { Resize } from '../data/preprocessing.ts'
import { type Interpolation, interpolations } from '../data/resample.ts'
import { parseClassNames } from '../model/classNames.ts'
import type { ModelInfo } from '../model/info.ts'
import { UsageError } from './errors.ts'
import { choice, refused } from './options.ts'

export interface PreprocessCall {
  readonly colors?: 'rgb' | 'bgr'
  readonly resize?: Resize
  readonly interpolation?: Interpolation
  readonly scale?: number
  readonly mean?: readonly number[]
  readonly std?: readonly number[]
  readonly classes?: string
}

const rows = [
  ['--resize <how>', 'scale the shorter side to 256, or both (256x256), then cut out the center; cover; none', resize],
  ['--interpolation <filter>', "Pillow's filters", choice('--interpolation', interpolations)],
  ['--colors <order>', 'order of the channels', choice('--colors', ['rgb', 'bgr'])],
  ['--scale <x>', 'values become (byte/scale − mean)/std; default 255', positive],
  ['--mean <list>', 'one for each channel, or one for all; default 0', numbers('--mean')],
  ['--std <list>', 'likewise; default 1', deviations],
  ['--classes <file>', "names of the classes, one per line, or ImageNet's synset_words.txt", undefined],
] as const

/** Adds the options of `PreprocessCall`. */
export function addPreprocessOptions(command: Command): void {
  for (const [flags, help, read] of rows) {
    const option = new Option(flags, help).helpGroup(
      'What the network takes and gives, where the model does not say it',
    )
    command.addOption(read === undefined ? option : option.argParser<unknown>(read))
  }
}

/** The first of the options that the call has. */
export function givenPreprocessing(call: PreprocessCall): string | undefined {
  const given = rows.find(([flags]) => call[flags.slice(2, flags.indexOf(' ')) as keyof PreprocessCall] !== undefined)
  return given?.[0].split(' ')[0]
}

/** The info of a model with what the options say. Throws `UsageError`, or `FileError` for the file of names. */
export async function withPreprocessing(
  { input, info }: { readonly input: Volume; readonly info: ModelInfo },
  call: PreprocessCall,
): Promise<ModelInfo> {
  const { resize, interpolation, classes } = call
  const normalization = normalizationOf(call, input, info.normalization)
  const scaling = { ...(resize && { resize }), ...(interpolation && { interpolation }) }
  return {
    ...info,
    ...(normalization && { normalization }),
    ...(Object.keys(scaling).length > 0 && { preprocessing: { ...info.preprocessing, ...scaling } }),
    ...(classes !== undefined && { classes: await readClasses(classes) }),
  }
}

function normalizationOf(
  { colors, scale, mean, std }: PreprocessCall,
  { channels }: Volume,
  known: Normalization | undefined,
): Normalization | undefined {
  if (colors === 'bgr' && channels !== 3) throw refused('--colors', 'bgr', `rgb: the input has ${channels} channels`)
  if (scale === undefined && mean === undefined && std === undefined) {
    if (colors === undefined || known !== undefined) return known && { ...known, ...(colors && { colors }) }
    throw new UsageError('--colors does not say which values the network takes', {
      received: `--colors ${colors}, for a model without normalization`,
      expected: '--scale, --mean or --std as well',
      advice: '--scale 1 for values from 0 to 255',
    })
  }
  const unit = (scale ?? 255) / 255
  const spread = (option: string, values: readonly number[]) => {
    if (values.length !== 1 && values.length !== channels)
      throw refused(option, values.join(','), `${counted(channels, 'number')}, one for each channel, or one for all`)
    return Array.from({ length: channels }, (_, c) => (values[c] ?? (values[0] as number)) * unit)
  }
  const order = colors ?? known?.colors
  return { mean: spread('--mean', mean ?? [0]), std: spread('--std', std ?? [1]), ...(order && { colors: order }) }
}

/** At most as many bytes as a list of class names can have. */
const mostBytes = 2 ** 26

async function readClasses(path: string): Promise<readonly string[]> {
  const bytes = await platform.readFile(expandHome(path))
  const names = bytes.length > mostBytes ? [] : parseClassNames(new TextDecoder().decode(bytes))
  if (names.every((name) => name !== '')) return names
  throw new UsageError(`${printable(path)} is no list of class names`, {
    received: 'an empty line, or no text',
    expected: 'a name per line',
  })
}

function resize(text: string): Resize {
  const value = text.trim().toLowerCase()
  if (value === 'cover' || value === 'none') return { kind: value }
  const [, first = '', second] = /^(\d+)(?:x(\d+))?$/.exec(value) ?? []
  const [height, width] = [Number(first), Number(second ?? first)]
  if (!(height >= 1 && height <= 65536 && width >= 1 && width <= 65536))
    throw refused('--resize', text, '256 (the shorter side), 256x320 (height x width), cover or none')
  return second === undefined ? { kind: 'shorter', side: height } : { kind: 'both', height, width }
}

function positive(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value
  throw refused('--scale', text, 'a number above 0: 255, or 1 for values from 0 to 255')
}

function numbers(option: string) {
  return (text: string): readonly number[] => {
    const values = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)))
    if (values.every(Number.isFinite)) return values
    throw refused(option, text, 'numbers with commas between them: 0.485,0.456,0.406')
  }
}

function deviations(text: string): readonly number[] {
  const values = numbers('--std')(text)
  if (values.every((value) => value > 0)) return values
  throw refused('--std', text, 'numbers above 0')
}
