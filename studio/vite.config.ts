/** Builds the Studio as a static site that works from any folder of any host. */

import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'
import { digits } from './build/digits.ts'

const here = fileURLToPath(new URL('.', import.meta.url))

export default defineConfig({
  root: here,
  base: './',
  plugins: [svelte(), digits()],
  worker: { format: 'es' },
  build: { outDir: fileURLToPath(new URL('../dist-studio', import.meta.url)), emptyOutDir: true, target: 'es2022' },
  server: {
    headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' },
  },
})
