// npm test: installs what is missing, then runs everything. The last line is the sum of the runners' own counts.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { findTools, installDependencies, root, run, runBin } from './setup.mjs'

installDependencies()
const reports = mkdtempSync(path.join(tmpdir(), 'coatcheck-reports-'))
// No secret, no database: the build must pass without, and the tests bring their own.
const ofTheDemo = /^(SESSION_(SECRET|ENGINE|AUTO_CLEAR)|DATABASE_(URL|DRIVER|POOLED)|POSTGRES_URL|REDIS_URL|DATA_DIR|CRON_SECRET)$/
const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofTheDemo.test(name)))
const env = { ...clean, NEXT_TELEMETRY_DISABLED: '1', CHROMIUM_PATH: findTools() }
const counts = { passed: 0, failed: 0 }
/** What failed, told once more at the end, where a reader of a long log looks first. */
const failures = []

/** A check that only passes or fails: a failure counts as one. */
function check(title, passes) {
  console.log(`\n── ${title}`)
  try {
    if (passes()) return
  } catch (error) {
    console.error(error)
  }
  console.error(`FAILED: ${title}`)
  failures.push(title)
  counts.failed += 1
}

/** Tests with a JSON report, from which the counts come; a runner that dies before it writes one counts as a failure. */
function test(title, runs, count) {
  const report = path.join(reports, `${title.replace(/\W+/g, '-')}.json`)
  check(title, () => {
    const passes = runs(report)
    const { passed, failed, names, skipped = [] } = count(JSON.parse(readFileSync(report, 'utf8')))
    counts.passed += passed
    counts.failed += failed
    failures.push(...names.map((name) => `${title}: ${name}`))
    if (skipped.length > 0) console.log(`\nSkipped, and why:\n${skipped.map((name) => `  ${name}`).join('\n')}`)
    return passes || failed > 0
  })
}

const ofVitest = ({ numPassedTests, numFailedTests, testResults }) => ({
  passed: numPassedTests,
  failed: numFailedTests,
  names: testResults.flatMap((file) =>
    file.assertionResults.filter(({ status }) => status === 'failed').map((test) => test.fullName),
  ),
})

const ofPlaywright = ({ stats, suites }) => ({
  passed: stats.expected,
  failed: stats.unexpected + stats.flaky,
  names: testsOf({ suites }).flatMap(({ name, status }) => (['unexpected', 'flaky'].includes(status) ? name : [])),
  skipped: testsOf({ suites }).flatMap(({ name, annotations }) => {
    const reason = annotations.find(({ type }) => type === 'skip')
    return reason ? `${name}: ${reason.description}` : []
  }),
})

/** A specification is one test for each project that runs it. */
function testsOf({ suites }) {
  return specsOf({ suites }).flatMap(({ file, title, tests }) =>
    tests.map((test) => ({ ...test, name: `${test.projectName} ${file} ${title}` })),
  )
}

function specsOf({ suites = [], specs = [] }) {
  return [...specs, ...suites.flatMap(specsOf)]
}

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
if (failures.length > 0) console.log(`\nFailed:\n${failures.map((name) => `  ${name}`).join('\n')}`)
console.log(`\n${counts.passed} passed, ${counts.failed} failed`)
process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0
