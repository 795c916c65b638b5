/** A design in the address of the page, so that any view is a link. */

export interface Linked {
  readonly text: string
  readonly batch: number
  readonly memory: number
  readonly optimizer: string
  /** The layer that is selected. */
  readonly layer?: string
}

/** Addresses of this many characters work in every browser and mail program. */
const mostText = 4000

export function hashOf({ text, batch, memory, optimizer, layer }: Linked): string {
  const parts = new URLSearchParams({ net: text.slice(0, mostText), batch: `${batch}`, memory: `${memory}`, optimizer })
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
  const layer = parts.get('layer') ?? undefined
  return {
    text: parts.get('net') ?? usual.text,
    batch: whole('batch', usual.batch, 2 ** 20),
    memory: whole('memory', usual.memory, 2 ** 40),
    optimizer: parts.get('optimizer') ?? usual.optimizer,
    ...(layer !== undefined && { layer }),
  }
}
