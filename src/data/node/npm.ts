/**
 * Asks the user's own npm where a package lies, or to bring it. So proxies, mirrors and credentials are those that the
 * user has set up, and no address stands in this code. Nothing is ever installed.
 */
import { spawn } from 'node:child_process'
import { rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { FetchError } from '../errors.ts'
import { unfinishedFolder } from './files.ts'

/** A published package of which only the files are wanted. */
export interface PublishedPackage {
  readonly name: string
  /** Pinned: another version may hold other data. */
  readonly version: string
  /** `sha512-…` of the tarball, pinned, too. */
  readonly integrity: string
  /** Of the tarball. */
  readonly bytes: number
}

/** Milliseconds after which npm is ended: a silent registry must not hold it for long. */
const answerMs = 120_000
const packMs = 3_600_000

/** The address of the package's tarball. */
export async function tarballAddress(wanted: PublishedPackage, signal?: AbortSignal): Promise<string> {
  const text = await npm(['view', `${wanted.name}@${wanted.version}`, 'dist.tarball', '--json'], answerMs, signal)
  let address: unknown
  try {
    address = JSON.parse(text)
  } catch {
    address = undefined
  }
  if (typeof address !== 'string' || !/^https?:\/\//.test(address))
    throw new FetchError(`npm does not know where ${wanted.name}@${wanted.version} is`, {
      received: text.slice(0, 200) || 'no answer',
      expected: 'the address of a tarball',
    })
  return address
}

/** `npm pack`: npm brings the tarball by itself, also from its own cache. Not resumable, but it knows credentials. */
export async function packTarball(wanted: PublishedPackage, file: string, signal?: AbortSignal): Promise<void> {
  const folder = await unfinishedFolder(dirname(file), 'pack')
  try {
    const options = ['--pack-destination', folder, '--prefer-offline', '--ignore-scripts']
    await npm(['pack', `${wanted.name}@${wanted.version}`, ...options], packMs, signal)
    await rename(join(folder, `${wanted.name}-${wanted.version}.tgz`), file)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Standard output of an npm command. */
function npm(args: readonly string[], timeout: number, signal: AbortSignal | undefined): Promise<string> {
  const { npm_execpath: script } = process.env
  const viaNode = script !== undefined && basename(script) === 'npm-cli.js'
  const command = viaNode ? process.execPath : 'npm'
  return new Promise((resolve, reject) => {
    const fail = (received: string, cause?: unknown) =>
      reject(
        new FetchError(`npm ${args[0]} failed`, {
          received,
          expected: 'npm on the path and a connection to its registry',
          advice: 'check `npm ping`, or give files that you have: cifar10:FOLDER, mnist:FOLDER',
          cause,
        }),
      )
    const child = spawn(command, viaNode ? [script, ...args] : args, {
      // On Windows npm is a script, which only a shell can start; every argument is one of ours.
      shell: !viaNode && process.platform === 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
      signal,
      timeout,
    })
    let output = ''
    let errors = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(0, 1 << 20)
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-2000)
    })
    child.on('error', (error) => (signal?.aborted ? reject(error) : fail(error.message, error)))
    child.on('close', (code, killed) => {
      if (code === 0) resolve(output)
      else fail(killed === null ? errors.trim() || `exit code ${code}` : `still running after ${timeout / 1000} s`)
    })
  })
}
