// npm test: installs what is missing and tests each rule once. With --all, it also runs the long tests and the repetitions on
// further engines, drivers and versions of Next. The last line is the sum of the runners' own counts.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { findTools, installDependencies, root, runBin } from './setup.mjs'

const all = process.argv.includes('--all')
installDependencies()
const reports = mkdtempSync(path.join(tmpdir(), 'coatcheck-reports-'))
// The build must work without secret and database, and the tests bring their own.
const ofTheDemo = /^(SESSION_(SECRET|ENGINE|AUTO_CLEAR)|DATABASE_(URL|DRIVER|POOLED)|POSTGRES_URL|REDIS_URL|DATA_DIR|CRON_SECRET)$/
const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofTheDemo.test(name) && name !== 'TEST_ALL'))
const env = { ...clean, ...(all && { TEST_ALL: '1' }), NEXT_TELEMETRY_DISABLED: '1', CHROMIUM_PATH: findTools() }
const counts = { passed: 0, failed: 0 }
/** The names of the failed tests, repeated at the end of the log. */
const failures = []
/** The duration of each phase. */
const durations = []

/** Runs a check that only passes or fails. A failure counts as one. */
async function check(title, passes) {
  console.log(`\n── ${title}`)
  const started = performance.now()
  try {
    if (await passes()) return
  } catch (error) {
    console.error(error)
  } finally {
    durations.push(`${String(Math.round((performance.now() - started) / 1000)).padStart(5)} s  ${title}`)
  }
  console.error(`FAILED: ${title}`)
  failures.push(title)
  counts.failed += 1
}

/** Runs tests and adds the counts of their JSON report. A runner that dies before it writes a report counts as one failure. */
async function test(title, runs, count) {
  const report = path.join(reports, `${title.replace(/\W+/g, '-')}.json`)
  await check(title, async () => {
    const passes = await runs(report)
    const { passed, failed, names, skipped = [] } = count(JSON.parse(readFileSync(report, 'utf8')))
    counts.passed += passed
    counts.failed += failed
    failures.push(...names.map((name) => `${title}: ${name}`))
    if (skipped.length > 0) console.log(`\nSkipped, with reasons:\n${skipped.map((name) => `  ${name}`).join('\n')}`)
    return passes || failed > 0
  })
}

/** Runs a script of this folder while other checks run, and shows its output when it has ended. */
async function runBeside(script, args) {
  const log = path.join(reports, `${script}.log`)
  const output = openSync(log, 'w')
  const program = [path.join(root, 'scripts', script), ...args]
  const child = spawn(process.execPath, program, { cwd: root, env, stdio: ['ignore', output, output] })
  const [code] = await once(child, 'exit')
  console.log(`\n── output of ${script}\n${readFileSync(log, 'utf8')}`)
  return code === 0
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

/** Returns one test for each project that runs a spec. */
function testsOf({ suites }) {
  return specsOf({ suites }).flatMap(({ file, title, tests }) =>
    tests.map((test) => ({ ...test, name: `${test.projectName} ${file} ${title}` })),
  )
}

function specsOf({ suites = [], specs = [] }) {
  return [...specs, ...suites.flatMap(specsOf)]
}

try {
  // Installing and building on the older versions mostly uses one core, and so do the next checks. None of them reads or writes
  // dist/ before `npm pack` has filled it, except the last one.
  const olderVersions = test(
    'package on the oldest versions of Next',
    (report) => runBeside('test-package.mjs', [report]),
    ofPlaywright,
  )
  await check('lint and format', () => runBin('biome', ['check', '.', '--error-on-warnings']))
  await check('build', () => runBin('next', ['build'], { env: { ...env, TYPES_ARE_CHECKED: 'yes' } }))
  await check('types', () => runBin('next', ['typegen'], { env }) && runBin('tsc', ['--noEmit']))
  await check('unused code', () => runBin('knip', []))
  await check(
    'package',
    () =>
      // `npm pack`, which attw runs, builds dist/ first.
      runBin('attw', ['--pack', '.', '--profile', 'esm-only', '-q']) && runBin('publint', ['--strict']),
  )
  await olderVersions
  await test(
    'unit and integration',
    (report) => runBin('vitest', ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`], { env }),
    ofVitest,
  )
  await test(
    'browser',
    (report) => runBin('playwright', ['test'], { env: { ...env, PLAYWRIGHT_JSON_OUTPUT_NAME: report } }),
    ofPlaywright,
  )
} finally {
  rmSync(reports, { recursive: true, force: true })
}
console.log(`\n${durations.join('\n')}`)
if (failures.length > 0) console.log(`\nFailed:\n${failures.map((name) => `  ${name}`).join('\n')}`)
console.log(`\n${counts.passed} passed, ${counts.failed} failed`)
process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0
