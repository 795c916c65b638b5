/**
 * Which kernel modules run here: one row a variant, the best first. A row is taken when the engine accepts its probe, a
 * module of some forty bytes that uses the row's instructions once (jax-js and wasm-feature-detect do likewise), and the
 * wide row besides only where somebody asked for it and it passed its check (wide.ts). Of two rows with the same
 * instructions, `relaxed` and `short`, the faster one is taken (short.ts).
 */

import { platform } from '#platform'
import { VariantError } from './errors.ts'
import { type KernelModuleName, kernelModuleRows } from './gen/modules.gen.ts'
import { type ShortVerdict, shortVerdict } from './short.ts'
import { type WideVerdict, wideVerdict } from './wide.ts'

/** Instruction set of a kernel module. */
export type VariantName = (typeof kernelModuleRows)[number]['variant']

interface VariantRow {
  readonly name: VariantName
  /** What its instructions are called, for people. */
  readonly needs: string
  readonly probe: Uint8Array<ArrayBuffer>
}

/** A module of one function, [] -> [v128], with this body after `no locals`. */
function probe(...body: number[]): Uint8Array<ArrayBuffer> {
  const size = body.length + 2
  return Uint8Array.of(
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...[1, 5, 1, 0x60, 0, 1, 0x7b],
    ...[3, 2, 1, 0],
    ...[10, size + 2, 1, size, 0, ...body, 0x0b],
  )
}

/** i32.const 0, i8x16.splat */
const splat = [0x41, 0, 0xfd, 0x0f]

// f32x4.relaxed_madd
const relaxedMadd = probe(...splat, ...splat, ...splat, 0xfd, 0x85, 0x02)

const wide: VariantRow = { name: 'wide', needs: 'relaxed SIMD and 256-bit operations', probe: relaxedMadd }

const short: VariantRow = { name: 'short', needs: 'relaxed SIMD', probe: relaxedMadd }

const rows: readonly VariantRow[] = [
  { name: 'relaxed', needs: 'relaxed SIMD', probe: relaxedMadd },
  // i8x16.popcnt
  { name: 'plain', needs: 'SIMD', probe: probe(...splat, 0xfd, 0x62) },
]

export interface VariantChoice {
  readonly variant: VariantName
  /** One clause: why this one. */
  readonly why: string
  /** The engine has what another variant needs, too, which may be the faster one: `fasterVariant` tells. */
  readonly open?: true
}

/**
 * The variant asked for, by argument or by the environment's LENSLET_VARIANT, or else the best that runs here; the wide
 * one only if this process allowed it.
 * @throws {VariantError}
 */
export function chooseVariant(
  requested?: string,
  runs: (probe: Uint8Array<ArrayBuffer>) => boolean = (bytes) => WebAssembly.validate(bytes),
  judge: (forced: boolean) => WideVerdict | undefined = wideVerdict,
): VariantChoice {
  const fromEnvironment = platform.environment('LENSLET_VARIANT')
  if (requested !== undefined) return request(requested, 'asked for by the caller', runs, judge)
  if (fromEnvironment) return request(fromEnvironment, 'asked for by LENSLET_VARIANT', runs, judge)
  const verdict = runs(wide.probe) ? judge(false) : undefined
  if (verdict?.ok === true) return { variant: wide.name, why: verdict.why }
  const notWide = verdict ? `; ${verdict.why}` : ''
  const lacking: string[] = []
  for (const row of rows) {
    if (runs(row.probe)) {
      const also = lacking.map((needs) => `, but not ${needs}`).join('')
      const why = `the engine has ${row.needs}${also}${notWide}`
      return { variant: row.name, why, ...(row.probe === short.probe && { open: true }) }
    }
    lacking.push(row.needs)
  }
  throw new VariantError('this engine cannot run the kernels', {
    received: 'a WebAssembly engine without SIMD',
    expected: '128-bit SIMD, as in every browser since 2023 and in Node 16.4 and later',
    advice: 'use a newer engine, or the reference backend',
  })
}

/** What `chooseVariant` found, or what has proved faster. */
export async function fasterVariant(
  { variant, why, open }: VariantChoice,
  judge: () => Promise<ShortVerdict | undefined> = shortVerdict,
): Promise<VariantChoice> {
  const verdict = open ? await judge() : undefined
  return verdict?.ok === true ? { variant: short.name, why: `${why}; ${verdict.why}` } : { variant, why }
}

function request(
  name: string,
  why: string,
  runs: (probe: Uint8Array<ArrayBuffer>) => boolean,
  judge: (forced: boolean) => WideVerdict | undefined,
): VariantChoice {
  const all = [wide, short, ...rows]
  const row = all.find((candidate) => candidate.name === name)
  if (!row) {
    const expected = all.map((candidate) => candidate.name).join(', ')
    throw new VariantError(`no kernel variant is called "${name}"`, { received: `"${name}", ${why}`, expected })
  }
  if (!runs(row.probe)) {
    throw new VariantError(`kernel variant ${name} does not run here`, {
      received: `${name}, ${why}`,
      expected: `an engine with ${row.needs}`,
      advice: 'leave the choice to Lenslet',
    })
  }
  if (row === wide) {
    // Slow it may be: that was asked for. Other results may not.
    const verdict = judge(true)
    if (verdict?.same !== true) {
      throw new VariantError('kernel variant wide does not run here', {
        received: `${name}, ${why}: ${verdict?.why}`,
        expected: 'an engine that makes 256-bit operations, with the same results',
        advice: 'leave the choice to Lenslet',
      })
    }
  }
  return { variant: row.name, why }
}

/** The module of a variant, for shared or for one thread's own memory. */
export function moduleOf(variant: VariantName, shared: boolean): KernelModuleName {
  const row = kernelModuleRows.find((candidate) => candidate.variant === variant && candidate.shared === shared)
  if (!row) throw new VariantError(`no kernel module ${variant} for ${shared ? 'shared' : 'single'} memory was built`)
  return row.name
}
