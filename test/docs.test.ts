import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'

const read = (file: string) => readFileSync(path.resolve(import.meta.dirname, '..', file), 'utf8')

it('docs/stores.md shows the file store that the tests use', () => {
  expect(read('docs/stores.md')).toContain(`\`\`\`ts\n${read('docs/examples/file-store.ts')}\`\`\``)
})
