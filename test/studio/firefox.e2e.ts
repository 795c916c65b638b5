// The Studio in Firefox: it loads, isolated, and trains. The page is driven from a frame around it and reports by a POST.

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Site, startSite } from './site.ts'

const firefox = ['/usr/bin/firefox-esr', '/usr/bin/firefox'].find(existsSync)

const frame = `<!doctype html><iframe id="studio" src="./" style="width: 1280px; height: 900px"></iframe><script>
  const faults = []
  const wait = async (what, find, seconds = 90) => {
    for (const end = Date.now() + 1000 * seconds; Date.now() < end; await new Promise((go) => setTimeout(go, 100))) {
      const found = find()
      if (found) return found
    }
    throw new Error('no ' + what)
  }
  const inside = (id) => studio.contentDocument?.querySelector('[data-testid=' + id + ']')
  studio.onload = async () => {
    const report = {}
    try {
      studio.contentWindow.onerror = (message) => faults.push(String(message))
      await wait('model', () => inside('status')?.dataset.state === 'ready')
      report.isolated = studio.contentWindow.crossOriginIsolated
      inside('start').click()
      report.accuracy = await wait('accuracy', () => { const share = parseFloat(inside('accuracy-test')?.textContent); return share > 80 && share })
    } catch (error) {
      report.error = String(error)
    }
    await fetch('report', { method: 'POST', body: JSON.stringify({ ...report, faults }) })
  }
</script>`

describe.skipIf(firefox === undefined)('in Firefox (skipped where it is not installed)', () => {
  let site: Site
  let browser: ChildProcess
  let profile = ''
  beforeAll(async () => {
    site = await startSite({ isolated: true })
    site.extra.set('frame.html', frame)
    profile = await mkdtemp(join(tmpdir(), 'lenslet-firefox-'))
    await writeFile(
      join(profile, 'user.js'),
      'user_pref("browser.shell.checkDefaultBrowser", false);\nuser_pref("datareporting.policy.dataSubmissionEnabled", false);\n',
    )
    browser = spawn(firefox as string, ['--headless', '--no-remote', '--profile', profile, `${site.local}frame.html`], {
      stdio: 'ignore',
      env: { ...process.env, HOME: profile },
    })
  }, 120_000)
  afterAll(async () => {
    if (browser?.exitCode === null) {
      browser.kill()
      await new Promise((resolve) => browser.once('exit', resolve))
    }
    site?.close()
    await rm(profile, { recursive: true, force: true })
  })

  it('trains', async () => {
    await expect.poll(() => site.reports.length, { timeout: 150_000, interval: 500 }).toBe(1)
    const { isolated, accuracy, error, faults } = JSON.parse(site.reports[0] as string)
    expect({ isolated, error, faults }).toEqual({ isolated: true, error: undefined, faults: [] })
    expect(accuracy).toBeGreaterThan(80)
  })
})
