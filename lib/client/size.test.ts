import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import { describe, expect, it } from 'vitest'

const input = fileURLToPath(new URL('../client.ts', import.meta.url))

/** Returns the minified module and its imports. */
async function bundled() {
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    mode: 'production',
    esbuild: { jsxDev: false },
    build: {
      write: false,
      target: 'es2022',
      modulePreload: false,
      rollupOptions: { input, external: /^(react|next)\b/, preserveEntrySignatures: 'strict', output: { format: 'es' } },
    },
  })
  const [chunk] = 'output' in result ? result.output : []
  if (chunk?.type !== 'chunk') throw new Error('The bundler returned no chunk.')
  return chunk
}

describe('coatcheck/client', () => {
  it('the entry is at most 4 KiB when it is minified and compressed, and needs only react and the router', async () => {
    const { code, imports } = await bundled()
    expect(gzipSync(code).length).toBeLessThanOrEqual(4096)
    expect(imports.sort()).toEqual(['next/navigation.js', 'react', 'react/jsx-runtime'])
  })
})
