// npm, played by a script: it says where a package is, and brings it or fails.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { vi } from 'vitest'
import type { PublishedPackage } from '../node/npm.ts'

/**
 * `view` prints the address; `pack` writes the contents into the folder asked for, or fails where there are none. For the
 * rest of the test: end it with `vi.unstubAllEnvs`.
 */
export async function playNpm(
  folder: string,
  { name, version }: PublishedPackage,
  address: string,
  packs?: string,
): Promise<void> {
  const script = join(folder, 'npm-cli.js')
  await writeFile(
    script,
    `const [verb, what] = process.argv.slice(2)
    if (what !== '${name}@${version}') throw new Error('asked for ' + what)
    if (verb === 'view') console.log(${JSON.stringify(JSON.stringify(address))})
    else if (${packs === undefined}) { console.error('npm error code E401'); process.exit(1) }
    else {
      const folder = process.argv[process.argv.indexOf('--pack-destination') + 1]
      require('node:fs').writeFileSync(folder + '/${name}-${version}.tgz', ${JSON.stringify(packs ?? '')})
    }`,
  )
  vi.stubEnv('npm_execpath', script)
}
