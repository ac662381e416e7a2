// Writes lib/stores/drizzle/migrations.ts from drizzle/*.sql, so that no bundler can lose the SQL. With --check it only compares.
import { readFileSync, writeFileSync } from 'node:fs'

const root = new URL('../', import.meta.url)
const target = new URL('lib/stores/drizzle/migrations.ts', root)

function moduleText() {
  const { entries } = JSON.parse(readFileSync(new URL('drizzle/meta/_journal.json', root), 'utf8'))
  const migrations = entries.map(({ tag, when }) => {
    const statements = statementsOf(readFileSync(new URL(`drizzle/${tag}.sql`, root), 'utf8'))
    return [
      '  {',
      `    name: '${tag}',`,
      `    createdMillis: ${String(when).replace(/\B(?=(\d{3})+$)/g, '_')},`,
      '    statements: [',
      ...statements.map((statement) => `      \`${statement}\`,`),
      '    ],',
      '  },',
    ].join('\n')
  })
  return `// biome-ignore-all format: npm run generate writes this file from drizzle/*.sql. Do not edit it.

/** The statements that create and change the table \`sessions\`, oldest first. */
export const migrations = [
${migrations.join('\n')}
] as const
`
}

/** Returns the statements of a file without their comments. */
function statementsOf(file) {
  if (/[`\\]|\$\{/.test(file)) throw new Error('A migration must not contain a backtick, a backslash or ${.')
  return file.split('--> statement-breakpoint').map((statement) =>
    statement
      .replace(/^--.*\n/gm, '')
      .trim()
      .replaceAll('\t', '  ')
      .replace(/;$/, ''),
  )
}

const text = moduleText()
if (!process.argv.includes('--check')) writeFileSync(target, text)
else if (readFileSync(target, 'utf8') !== text) {
  console.error('lib/stores/drizzle/migrations.ts does not match drizzle/*.sql. Run: npm run generate')
  process.exit(1)
}
