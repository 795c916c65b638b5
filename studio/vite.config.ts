/** Builds the Studio as a static site that works from any folder of any host. */

import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'
import { digits } from './build/digits.ts'
import { offline } from './build/offline.ts'
import { policies } from './build/policy.ts'

const here = fileURLToPath(new URL('.', import.meta.url))

// Mode `package` builds dist/studio for the package. It leaves out the digits, which `lenslet studio` serves.
export default defineConfig(({ mode }) => ({
  root: here,
  base: './',
  plugins: [svelte(), digits({ inSite: mode !== 'package' }), policies(), offline()],
  worker: { format: 'es' },
  build: {
    outDir: fileURLToPath(new URL('../dist-studio', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    chunkSizeWarningLimit: 1000,
  },
  server: {
    headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' },
  },
}))
