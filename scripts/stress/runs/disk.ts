/** Disks that are full, slow, failing or read-only: a named error, the last checkpoint whole, and the same bits in the end. */

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { Random } from '../../../src/core/random.ts'
import { type Context, expectThat, type Row } from '../row.ts'
import { type Ended, saidBy } from './command.ts'
import { mountSmall, reasonForNone, type SmallDisk } from './mount.ts'
import { inTurn, type Prepared, prepareRuns } from './prepared.ts'
import { checkWhole, goOn } from './training.ts'

/** An error of ours, with no stack, and the right exit code; or success, if what failed was not needed. */
function checkRefused(ended: Ended, what: RegExp): void {
  if (ended.code === 0) return
  const { code, stderr } = ended
  expectThat(code === 1 || code === 2, saidBy(ended))
  expectThat(!/\n\s+at .*:\d+:\d+/.test(stderr) && !/fault of Lenslet/i.test(stderr), `a stack: ${saidBy(ended)}`)
  expectThat(what.test(stderr), `the cause is not named: ${saidBy(ended)}`)
}

type Trial = (random: Random, prepared: Prepared, out: string) => Promise<void>

/** Every operation from one on fails with `code`; then the disk is well again. */
const failing =
  (code: string): Trial =>
  async (random, { data, moments, undisturbed }, out) => {
    const at = moments[random.integer(moments.length)] as number
    checkRefused(await goOn(data, out, { folder: out, at, action: code }), new RegExp(code))
    checkWhole(await goOn(data, out), out, undisturbed)
  }

const slow: Trial = async (_, { data, undisturbed }, out) => {
  checkWhole(await goOn(data, out, { folder: out, at: 1, action: 'wait' }), out, undisturbed)
}

/** On a file system of its own. */
const mounted =
  (options: (random: Random) => string, use: (disk: SmallDisk, ...rest: Parameters<Trial>) => Promise<void>): Trial =>
  async (random, prepared, out) => {
    const disk = mountSmall(`${out}-disk`, options(random))
    if (disk === undefined) throw new Error(reasonForNone)
    try {
      await use(disk, random, prepared, join(disk.folder, 'run'))
    } finally {
      disk.unmount()
    }
  }

const full = mounted(
  // Pages of 4 kB: from no room at all to nearly enough.
  (random) => `size=${4 * (1 + random.integer(24))}k`,
  async (disk, _, { data, undisturbed }, out) => {
    checkRefused(await goOn(data, out), /ENOSPC|no space/i)
    disk.change('size=64m')
    checkWhole(await goOn(data, out), out, undisturbed)
  },
)

const readOnly = mounted(
  () => 'size=64m',
  async (disk, random, { data, moments, undisturbed }, out) => {
    // Half of the time there is a run already, which was killed.
    if (random.integer(2) === 0) {
      const at = moments[random.integer(moments.length)] as number
      await goOn(data, out, { folder: out, at, action: 'kill before' })
    }
    disk.change('ro')
    const refused = await goOn(data, out)
    expectThat(refused.code !== 0, 'a run on a read-only disk ends well')
    checkRefused(refused, /EROFS|read-only/i)
    disk.change('rw')
    checkWhole(await goOn(data, out), out, undisturbed)
  },
)

function diskRow(name: string, trial: Trial, short: number, count: number, needsMount = false): Row {
  return {
    kind: 'disk',
    name,
    unit: 'runs',
    short,
    full: count,
    async run(context: Context) {
      const prepared = await prepareRuns(context)
      if (needsMount) {
        const probe = mountSmall(join(context.folder, 'probe'), 'size=1m')
        if (probe === undefined) return { tried: 0, findings: [], skipped: reasonForNone }
        probe.unmount()
      }
      return inTurn(context, async (number) => {
        const out = join(context.folder, `run-${number}`)
        await trial(Random.seeded(context.seed, name, number), prepared, out)
        rmSync(out, { recursive: true, force: true })
        return 1
      })
    },
  }
}

export const diskRows: readonly Row[] = [
  diskRow('full from some operation on', failing('ENOSPC'), 2, 60),
  diskRow('failing from some operation on', failing('EIO'), 2, 60),
  diskRow('slow', slow, 1, 10),
  diskRow('full, a small tmpfs', full, 2, 60, true),
  diskRow('read-only, a tmpfs', readOnly, 1, 30, true),
]
