import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'

const entryPoints = [fileURLToPath(new URL('../client.ts', import.meta.url))]

describe('coatcheck/client', () => {
  it('is at most 4 KiB when it is minified and compressed, without react and next', async () => {
    const external = ['react', 'react/*', 'next/*']
    const shared = { bundle: true, minify: true, format: 'esm', write: false, jsx: 'automatic' } as const
    const { outputFiles, metafile } = await build({ entryPoints, external, ...shared, target: 'es2022', metafile: true })
    expect(gzipSync(outputFiles[0]?.contents ?? '').length).toBeLessThanOrEqual(4096)
    const imported = Object.values(metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path))
    expect([...new Set(imported)].sort()).toEqual(['next/navigation.js', 'react', 'react/jsx-runtime'])
  })
})
