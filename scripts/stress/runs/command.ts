/** Starts the command line as a process of its own, from the sources. */

import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { root } from '../../files.ts'
import type { HookSettings } from './hook.ts'

export interface Ended {
  /** Null where a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Command {
  readonly process: ChildProcess
  readonly ended: Promise<Ended>
}

export function start(words: readonly string[], hook?: HookSettings): Command {
  // Neither npm nor a terminal: what they say of themselves in the environment changes what is printed.
  const { npm_execpath: _, npm_command: __, NO_COLOR: ___, FORCE_COLOR: ____, ...env } = process.env
  const hooked = hook === undefined ? [] : ['--import', join(import.meta.dirname, 'hook.ts')]
  const flags = ['--conditions=lenslet-source', '--no-warnings', ...hooked]
  const child = spawn(process.execPath, [...flags, join(root, 'src/cli/main.ts'), ...words], {
    env: { ...env, ...(hook && { LENSLET_STRESS_HOOK: JSON.stringify(hook) }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text
    })
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, ...texts })))
  return { process: child, ended }
}

export const run = (words: readonly string[], hook?: HookSettings) => start(words, hook).ended

/** The first lines of what it said, for a finding. */
export const saidBy = ({ code, stderr, stdout }: Ended) =>
  `exit ${code}: ${(stderr.trim() || stdout.trim()).split('\n').slice(-6).join(' | ')}`
