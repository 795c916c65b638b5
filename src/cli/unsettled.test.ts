// A command that would never end, and one that takes its time.
import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'

function main(work: string) {
  const script = `
    import { untilSettled } from '${new URL('unsettled.ts', import.meta.url)}'
    process.exitCode = await untilSettled(${work}, ['train', 'lenet5\\u001b[31m'])
  `
  const options = ['--conditions=lenslet-source', '--input-type=module', '-e', script]
  const { status, stderr } = spawnSync(process.execPath, options, { encoding: 'utf8', timeout: 20_000 })
  return { status, stderr }
}

it('names a command whose promise nothing can settle, and exits with 1', () => {
  const { status, stderr } = main('new Promise(() => {})')
  expect(status).toBe(1)
  expect(stderr).toMatch(
    /^error: the command stopped before its work was done\n {2}received: lenslet train lenet5\\u001b/,
  )
  expect(stderr).not.toContain('unsettled top-level await')
})

it('leaves a command alone that is waiting for something', () => {
  expect(main('new Promise((resolve) => setTimeout(resolve, 50, 7))')).toEqual({ status: 7, stderr: '' })
})
