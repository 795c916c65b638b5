/** What the figures were taken on. */

import { execFileSync } from 'node:child_process'
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os'
import { setTimeout } from 'node:timers/promises'

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memory: string
  readonly system: string
  readonly node: string
  /** Share of the cores' time that others took while nothing was measured yet, 0 to 1. */
  readonly busy: number
  readonly commit: string
  readonly date: string
}

/** Others are looked at for so long. (The load average would count the build just before.) */
const lookMilliseconds = 3000
/** Above this share figures are called provisional. */
const mostBusy = 0.05

export async function thisMachine(): Promise<Machine> {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    busy: await busyShare(),
    commit: commit(),
    date: new Date().toISOString().slice(0, 16).replace('T', ' '),
  }
}

async function busyShare(): Promise<number> {
  const before = coreTimes()
  await setTimeout(lookMilliseconds)
  const after = coreTimes()
  return 1 - (after.idle - before.idle) / (after.all - before.all)
}

function coreTimes() {
  const times = cpus().map((core) => core.times)
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
  return { idle: sum(times.map(({ idle }) => idle)), all: sum(times.flatMap((each) => Object.values(each))) }
}

/** One or two sentences for the tables. */
export function describeQuiet({ busy }: Machine): string {
  const share = `Others took ${(100 * busy).toFixed(0)} % of the cores' time just before the run.`
  return busy > mostBusy ? `${share} **The machine was not quiet: these figures are provisional.**` : share
}

function commit(): string {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, {
        cwd: import.meta.dirname,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim()
    return (
      git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '--', '../src') === '' ? '' : ' with changes')
    )
  } catch {
    return 'unknown'
  }
}
