/**
 * A variant's process. Each has one of its own, because the engine's flag for 256-bit operations holds for all that a
 * process compiles. Between turns it sleeps.
 */

import { compileNow } from '../../../src/backends/wasm/modules.ts'
import { moduleOf, type VariantName } from '../../../src/backends/wasm/variants.ts'
import { wideVerdict } from '../../../src/backends/wasm/wide.ts'
import { least, repeat } from '../../timing.ts'
import { type Laid, Layout } from './layout.ts'
import { type Reply, type Request, tables } from './messages.ts'
import { peakLoop } from './peak.ts'

let layout: Layout | undefined
let laid: Laid | undefined
let peak: ReturnType<typeof peakLoop> | undefined
let beside: () => void = () => {}

/**
 * Why the variant does not run on this engine, if so. Switches 256-bit operations on where it needs them, before anything
 * of it is compiled.
 */
function whyNot(variant: VariantName, peak: BufferSource): string | undefined {
  if (!WebAssembly.validate(peak)) return 'the engine lacks its instructions'
  if (variant !== 'wide') return undefined
  const verdict = wideVerdict(true)
  return verdict?.ok === true ? undefined : (verdict?.why ?? 'the engine was not asked')
}

async function answer(request: Request): Promise<Reply> {
  if (request.kind === 'start') {
    const { variant } = request
    const why = whyNot(variant, request.peak)
    if (why !== undefined) return { kind: 'absent', why }
    layout = new Layout(compileNow(moduleOf(variant, false)))
    peak = peakLoop(variant, request.peak)
    return { kind: 'started', peakFlops: peak.flops }
  }
  if (layout === undefined || peak === undefined) throw new Error('a row before the start')
  if (request.kind === 'lay') {
    const row = tables[request.table][request.index]
    if (row === undefined) throw new Error(`no row ${request.index} in ${request.table}`)
    laid = layout.lay(row)
    beside = request.table === 'arithmetic' ? peak.run : laid.copy
    return { kind: 'laid', values: laid.values }
  }
  if (laid === undefined) throw new Error('a turn before a row')
  const step = await repeat(laid.run, request.milliseconds)
  const other = await repeat(beside, request.milliseconds / 2)
  return { kind: 'times', step: least(step.times), beside: least(other.times) }
}

process.on('message', (request: Request) => {
  answer(request)
    .catch(
      (error: unknown): Reply => ({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) }),
    )
    .then((reply) => process.send?.(reply))
})
process.on('disconnect', () => process.exit(0))
