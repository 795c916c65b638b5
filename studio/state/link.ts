/** A design in the address of the page, so that any view is a link. */

import { type DataName, dataNames } from '../train/dataNames.ts'

export interface Linked {
  readonly text: string
  readonly batch: number
  readonly memory: number
  readonly optimizer: string
  /** Learning rate. */
  readonly rate: number
  readonly schedule: string
  readonly epochs: number
  /** As on the command line: `crop2,rotate10`. */
  readonly augment: string
  readonly seed: number
  readonly data: DataName
  /** The layer that is selected. */
  readonly layer?: string
}

/** Addresses of this many characters work in every browser and mail program. */
const mostText = 4000
/** The engine refuses words that it does not know; a link cannot make it repeat a long one. */
const mostWord = 100

export function hashOf({ text, layer, ...settings }: Linked): string {
  const parts = new URLSearchParams({ net: text.slice(0, mostText) })
  for (const [name, value] of Object.entries(settings)) parts.set(name, `${value}`)
  if (layer !== undefined) parts.set('layer', layer)
  return `#${parts}`
}

/** What an address says; what is missing or invalid is left to the default. */
export function linkedOf(hash: string, usual: Linked): Linked {
  const parts = new URLSearchParams(hash.replace(/^#/, ''))
  const whole = (name: string, fallback: number, most: number) => {
    const value = Number(parts.get(name))
    return Number.isInteger(value) && value >= 1 && value <= most ? value : fallback
  }
  const word = (name: 'optimizer' | 'schedule' | 'augment') => (parts.get(name) ?? usual[name]).slice(0, mostWord)
  const rate = Number(parts.get('rate') ?? Number.NaN)
  const layer = parts.get('layer') ?? undefined
  return {
    text: parts.get('net') ?? usual.text,
    batch: whole('batch', usual.batch, 2 ** 20),
    memory: whole('memory', usual.memory, 2 ** 40),
    optimizer: word('optimizer'),
    rate: rate > 0 && rate < 1e6 ? rate : usual.rate,
    schedule: word('schedule'),
    epochs: whole('epochs', usual.epochs, 1e6),
    augment: word('augment'),
    seed: whole('seed', usual.seed, 2 ** 31 - 1),
    data: dataNames.find((name) => name === parts.get('data')) ?? usual.data,
    ...(layer !== undefined && { layer }),
  }
}
