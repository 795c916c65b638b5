// `npm run test:studio`: the Studio in browsers, at length. One file after the other: each wants the machine for itself.
import { defineConfig, mergeConfig } from 'vitest/config'
import base from '../../vitest.config.ts'

const { include: _, ...test } = base.test ?? {}

export default mergeConfig(
  { ...base, test },
  defineConfig({
    root: '.',
    test: {
      include: ['test/studio/**/*.e2e.ts'],
      fileParallelism: false,
      testTimeout: 180_000,
      expect: { poll: { timeout: 20_000 } },
    },
  }),
)
