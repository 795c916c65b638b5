/** Runs a row of trials in a child process, restarts it behind a trial that hangs or ends it, and collects what was found. */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { ChildCall, ChildLine } from './child.ts'
import { type Context, type Finding, fileStem, type Outcome, type Row } from './row.ts'
import type { TrialRow } from './trials.ts'

/** More of them say nothing new. */
const mostFindings = 25

export function supervised(row: TrialRow): Row {
  return { ...row, run: (context) => supervise(row, context) }
}

async function supervise(row: TrialRow, context: Context): Promise<Outcome> {
  const all = new Tally(row, context)
  let from = 0
  for (let part = 0; from < context.count && Date.now() < context.until; part++) {
    from = await all.run(from, part)
    if (all.findings.length >= mostFindings) break
  }
  return all.outcome(from)
}

class Tally {
  readonly findings: Finding[] = []
  readonly #row: TrialRow
  readonly #context: Context
  readonly #words: Record<string, number> = {}
  #figures: Readonly<Record<string, string>> = {}
  #isReady = false
  #peak = 0
  #slowest = 0

  constructor(row: TrialRow, context: Context) {
    this.#row = row
    this.#context = context
  }

  /** From a trial on; returns the first that was not tried. */
  async run(from: number, part: number): Promise<number> {
    const { seed, count, folder, hangSeconds, until } = this.#context
    const own = join(folder, `${part}`)
    mkdirSync(own)
    const call: ChildCall = { row: this.#row.name, seed, from, to: count, folder: own, at: join(folder, 'at') }
    this.#isReady = false
    writeFileSync(call.at, new Uint8Array(new Float64Array([from]).buffer))
    const { child, ended } = start(call, (line) => this.#take(line))
    let seen = { trial: from, time: Date.now() }
    let why: string | undefined
    for (;;) {
      const code = await Promise.race([ended, wait(100, 'running' as const)])
      const trial = numberIn(call.at)
      this.#context.progress(trial, this.findings.length)
      if (code !== 'running') {
        if (code === 'exit 0') return count
        if (!this.#isReady) throw new Error(`${this.#row.name} cannot be prepared: ${code}`)
        await this.#ask(trial, why ?? `the process ended: ${code}`, call)
        return trial + 1
      }
      if (trial !== seen.trial || !this.#isReady) seen = { trial, time: Date.now() }
      const tooLate = Date.now() > until
      if (tooLate || this.findings.length >= mostFindings) {
        child.kill('SIGKILL')
        await ended
        return trial
      }
      // Where others use the processors, too, everything takes longer.
      const patience = hangSeconds * Math.max(1, (loadavg()[0] ?? 0) / availableParallelism())
      if (Date.now() - seen.time < 1000 * patience) continue
      why = `hangs: no end after ${Math.round(patience)} s`
      child.kill('SIGKILL')
    }
  }

  outcome(tried: number): Outcome {
    const words = Object.entries(this.#words).map(([word, count]) => [word, `${count}`] as const)
    const peak = { peak: `+${Math.round(this.#peak)} MiB`, slowest: `${Math.round(this.#slowest)} ms` }
    return { tried, findings: this.findings, figures: { ...Object.fromEntries(words), ...this.#figures, ...peak } }
  }

  #take(line: ChildLine): void {
    if (line.kind === 'ready') {
      this.#isReady = true
      return
    }
    if (line.kind === 'finding') {
      this.#find(line, line.input)
      return
    }
    if (line.kind === 'end') {
      this.#figures = line.figures
      return
    }
    for (const [word, count] of Object.entries(line.words)) this.#words[word] = (this.#words[word] ?? 0) + count
    this.#peak = Math.max(this.#peak, line.peak)
    this.#slowest = Math.max(this.#slowest, line.slowest)
  }

  /** Keeps the input of a trial that could not report itself: another process draws it, and does not read it. */
  async #ask(trial: number, what: string, call: ChildCall): Promise<void> {
    const before = this.findings.length
    const folder = `${call.folder}-input`
    mkdirSync(folder)
    await start({ ...call, folder, from: trial, drawn: what }, (line) => this.#take(line)).ended
    if (this.findings.length === before) this.#find({ trial, what })
  }

  #find({ trial, what }: Finding, input?: string): void {
    const { findings: folder, seed } = this.#context
    let file: string | undefined
    if (folder !== undefined && input !== undefined) {
      file = join(folder, `${fileStem(this.#row)}.${seed}-${trial}.bin`)
      mkdirSync(folder, { recursive: true })
      writeFileSync(file, Buffer.from(input, 'base64'))
    }
    this.findings.push({ trial, what, file })
  }
}

function start(call: ChildCall, take: (line: ChildLine) => void): { child: ChildProcess; ended: Promise<string> } {
  const script = join(import.meta.dirname, 'child.ts')
  const flags = ['--conditions=lenslet-source', '--no-warnings', '--expose-gc']
  const child = spawn(process.execPath, [...flags, script, JSON.stringify(call)], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (said + text).split('\n')
    said = lines.pop() ?? ''
    for (const line of lines) if (line.startsWith('{')) take(JSON.parse(line) as ChildLine)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-2000)
  })
  const ended = new Promise<string>((resolve) => {
    child.on('close', (code, signal) => {
      const last = errors.trim() === '' ? '' : `: ${errors.trim().split('\n').slice(-12).join(' | ')}`
      resolve(code === 0 ? 'exit 0' : `${signal ?? `exit ${code}`}${last}`)
    })
  })
  return { child, ended }
}

function numberIn(file: string): number {
  const bytes = new Uint8Array(readFileSync(file))
  return bytes.length === 8 ? (new Float64Array(bytes.buffer)[0] ?? 0) : 0
}
