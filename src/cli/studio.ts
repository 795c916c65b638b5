/** `lenslet studio`: serves the Studio, a part of the package, to a browser on this machine, and opens it. */

import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { openData } from './data.ts'
import { readCall } from './errors.ts'
import { refused } from './options.ts'
import { digitFiles, packDigits } from './studioDigits.ts'
import { StudioServer } from './studioServer.ts'
import { Terminal } from './terminal.ts'

/** Browsers keep runs and images by address, port included, so it is the same every time. */
const usualPort = 7373

interface StudioCall {
  readonly port?: number
  readonly host: string
  readonly open: boolean
  readonly json?: boolean
}

export function define(command: Command): void {
  command
    .option('--port <n>', `port to listen on; 0 takes a free one; default ${usualPort}`, port)
    .option(
      '--host <address>',
      'address to listen on; others than 127.0.0.1 can be reached by other machines',
      '127.0.0.1',
    )
    .option('--no-open', 'print the address, but do not open a browser')
    .option('--json', 'one JSON object on stdout, and no browser')
    .addHelpText('after', examples)
    .action(run)
}

const examples = `
The Studio runs in the browser and keeps its runs there, by address: another port has others.
Everything is served from this package. MNIST is fetched when the Studio first asks for it, and is then in the cache.

Examples:
  lenslet studio
  lenslet studio --port 8080 --no-open`

async function run({ port: given, host, open, json = false }: StudioCall): Promise<void> {
  const terminal = new Terminal(json)
  const made = new Map(
    Object.entries(digitFiles).map(([name, share]) => [
      name,
      async () => packDigits(await openData('mnist', { height: 28, width: 28, channels: 1 }, terminal), share),
    ]),
  )
  const site = fileURLToPath(new URL('../../dist/studio/', import.meta.url))
  const server = await readCall(() =>
    StudioServer.start(site, { host, port: given ?? usualPort, otherPort: given === undefined, made }),
  )
  const { address } = server
  if (given === undefined && !address.endsWith(`:${usualPort}`))
    terminal.hint(
      `note: port ${usualPort} is in use, so this is another address: runs kept under the usual one are not shown`,
    )
  if (!server.isLocal)
    terminal.hint(
      'note: over http, browsers on other machines allow neither threads nor kept runs; a site with https has both',
    )
  terminal.result({ address }, () => `The Studio is at ${terminal.bold(address)}\nPress Ctrl-C to stop.`)
  if (open && !json) openBrowser(address)
  await untilStopped()
  await server.close()
}

function port(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isInteger(value) && value >= 0 && value <= 65535) return value
  throw refused('--port', text, 'a port from 1 to 65535, or 0 for any free one')
}

/** To stop is how this command ends, so it has done its work. */
function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
  })
}

/** Where no browser can be opened, the printed address remains. */
function openBrowser(address: string): void {
  const [program, ...words] = { darwin: ['open'], win32: ['cmd', '/c', 'start', ''] }[process.platform as string] ?? [
    'xdg-open',
  ]
  const child = spawn(program as string, [...words, address], { stdio: 'ignore', detached: true })
  child.on('error', () => {})
  child.unref()
}
