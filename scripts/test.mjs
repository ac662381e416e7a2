// npm test: installs what is missing, then runs everything. The last line is the sum of the runners' own counts.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { findTools, installDependencies, root, run, runBin } from './setup.mjs'

installDependencies()
const reports = mkdtempSync(path.join(tmpdir(), 'coatcheck-reports-'))
// No secret, no database: the build must pass without, and the tests bring their own.
const { SESSION_SECRET: _secret, DATABASE_URL: _url, DATABASE_DRIVER: _driver, DATA_DIR: _folder, ...clean } = process.env
const env = { ...clean, NEXT_TELEMETRY_DISABLED: '1', CHROMIUM_PATH: findTools() }
const counts = { passed: 0, failed: 0 }

/** A check that only passes or fails: a failure counts as one. */
function check(title, passes) {
  console.log(`\n── ${title}`)
  try {
    if (passes()) return
  } catch (error) {
    console.error(error)
  }
  console.error(`FAILED: ${title}`)
  counts.failed += 1
}

/** Tests with a JSON report, from which the counts come; a runner that dies before it writes one counts as a failure. */
function test(title, runs, count) {
  const report = path.join(reports, `${title.replace(/\W+/g, '-')}.json`)
  check(title, () => {
    const passes = runs(report)
    const { passed, failed } = count(JSON.parse(readFileSync(report, 'utf8')))
    counts.passed += passed
    counts.failed += failed
    return passes || failed > 0
  })
}

const ofVitest = ({ numPassedTests, numFailedTests }) => ({ passed: numPassedTests, failed: numFailedTests })
const ofPlaywright = ({ stats }) => ({ passed: stats.expected, failed: stats.unexpected + stats.flaky })

try {
  check('lint and format', () => runBin('biome', ['check', '.', '--error-on-warnings']))
  check('types', () => runBin('next', ['typegen'], { env }) && runBin('tsc', ['--noEmit']))
  check('unused code', () => runBin('knip', []))
  test(
    'unit and integration',
    (report) => runBin('vitest', ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`], { env }),
    ofVitest,
  )
  check(
    'package',
    () =>
      runBin('tsc', ['-p', 'tsconfig.build.json']) &&
      runBin('publint', ['--strict']) &&
      runBin('attw', ['--pack', '.', '--profile', 'esm-only', '-q']),
  )
  check('build', () => runBin('next', ['build'], { env }))
  test(
    'browser',
    (report) => runBin('playwright', ['test'], { env: { ...env, PLAYWRIGHT_JSON_OUTPUT_NAME: report } }),
    ofPlaywright,
  )
  test(
    'package in other apps',
    (report) => run(process.execPath, [path.join(root, 'scripts', 'test-package.mjs'), report], { env }),
    ofPlaywright,
  )
} finally {
  rmSync(reports, { recursive: true, force: true })
}
console.log(`\n${counts.passed} passed, ${counts.failed} failed`)
process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0
