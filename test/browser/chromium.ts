// The browser that the tests use: the machine's own, since downloading one is no part of an install.

import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

export const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
)

/** @param more further switches of the browser */
export function launch(...more: readonly string[]): Promise<Browser> {
  if (executablePath === undefined) throw new Error('no Chromium was found')
  const quiet = ['--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', ...quiet, ...more],
  })
}
