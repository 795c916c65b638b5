// Tests run from the sources: the "lenslet-source" condition makes `#platform` and `lenslet/...` resolve to src/.
import { defineConfig } from 'vitest/config'

const conditions = ['lenslet-source', 'node', 'module', 'import', 'default']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'studio/**/*.test.ts'],
    globalSetup: ['test/globalSetup.ts'],
    pool: 'forks',
    // By default vitest leaves one processor to itself, which is half of a small machine.
    maxWorkers: '100%',
    // Worker threads that the code under test starts run on plain Node, which strips the types itself.
    execArgv: ['--conditions=lenslet-source'],
    // No test depends on how busy the machine is: this is for what never ends.
    testTimeout: 300_000,
  },
})
