// npm test: installs what is missing and tests each rule once. With --all, it also runs the long tests and the repetitions on
// further engines, drivers and versions of Next. The last line is the sum of the runners' own counts.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { binPath, findTools, installDependencies, packTo, root } from './setup.mjs'

const all = process.argv.includes('--all')
installDependencies()
/** The folder of the tarball, the reports and the logs. */
const folder = mkdtempSync(path.join(tmpdir(), 'coatcheck-test-'))
// The build must work without a secret and a database, and the tests set their own.
const ofTheDemo = /^(SESSION_(SECRET|ENGINE|AUTO_CLEAR)|DATABASE_(URL|DRIVER|POOLED)|POSTGRES_URL|REDIS_URL|DATA_DIR|CRON_SECRET)$/
const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofTheDemo.test(name) && name !== 'TEST_ALL'))
const env = { ...clean, ...(all && { TEST_ALL: '1' }), NEXT_TELEMETRY_DISABLED: '1', CHROMIUM_PATH: findTools() }
const counts = { passed: 0, failed: 0 }
/** The names of the failed tests, repeated at the end of the log. */
const failures = []
/** The duration of each phase. */
const durations = []

/** Runs a check that only passes or fails. A failure counts as one failed test. */
async function check(title, passes) {
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
  const report = path.join(folder, `${title.replace(/\W+/g, '-')}.json`)
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

/** Runs a Node program, and returns true if it succeeds. Its output is shown at once. */
async function runNow([program, ...args], more = {}) {
  const child = spawn(process.execPath, [program, ...args], { cwd: root, env: { ...env, ...more }, stdio: 'inherit' })
  const [code] = await once(child, 'exit')
  return code === 0
}

/** Runs Node programs one after the other until one fails. Shows their output as one block at the end. */
async function runBeside(title, ...programs) {
  const log = path.join(folder, `${title.replace(/\W+/g, '-')}.log`)
  const output = openSync(log, 'w')
  let code = 0
  for (const [program, ...args] of programs) {
    const child = spawn(process.execPath, [program, ...args], { cwd: root, env, stdio: ['ignore', output, output] })
    ;[code] = await once(child, 'exit')
    if (code !== 0) break
  }
  closeSync(output)
  console.log(`\n── ${title}\n${readFileSync(log, 'utf8')}`)
  return code === 0
}

/** Returns the script of a program in node_modules, with its arguments. */
const bin = (name, ...args) => [binPath(name), ...args]

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

async function build() {
  await check('lint and format', () => runNow(bin('biome', 'check', '.', '--error-on-warnings')))
  await check('build', () => runNow(bin('next', 'build'), { TYPES_ARE_CHECKED: 'yes' }))
}

function testTheDemo() {
  return test('browser', (report) => runNow(bin('playwright', 'test'), { PLAYWRIGHT_JSON_OUTPUT_NAME: report }), ofPlaywright)
}

const vitest = (report, ...files) =>
  bin('vitest', 'run', ...files, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`)

/**
 * The other runtimes on which `npm run test:all` tests the library, with the tests to run. The command runs on Node, so Bun runs
 * only the tests in lib/.
 */
const runtimes = { 'node@20.9.0': [], 'node@22': [], 'node@24': [], 'node@26': [], 'bun@1': ['lib/'] }

async function testTheLibrary(tarball, built) {
  const suite = 'unit and integration'
  await test(suite, (report) => runBeside(suite, vitest(report)), ofVitest)
  // Waits for the build, because the build and `next typegen` both write to .next/types.
  await built
  await check('types', () => runBeside('types', bin('next', 'typegen'), bin('tsc', '--noEmit')))
  await check('unused code', () => runBeside('unused code', bin('knip')))
  await check('package', () =>
    runBeside('package', bin('attw', tarball, '--profile', 'esm-only', '-q'), bin('publint', tarball, '--strict')),
  )
  const olderVersions = 'package on the oldest versions of Next'
  await test(
    olderVersions,
    (report) => runBeside(olderVersions, [path.join(root, 'scripts/test-package.mjs'), tarball, report]),
    ofPlaywright,
  )
  if (!all) return
  for (const [runtime, files] of Object.entries(runtimes)) {
    const title = `${suite} on ${runtime}`
    const program = path.join(root, 'scripts/on-runtime.mjs')
    await test(title, (report) => runBeside(title, [program, runtime, ...vitest(report, ...files)]), ofVitest)
  }
}

try {
  const tarball = packTo(folder)
  // Runs both at the same time, because each of them waits for pages, servers or downloads half of the time.
  const built = build()
  await Promise.all([built.then(testTheDemo), testTheLibrary(tarball, built)])
} finally {
  rmSync(folder, { recursive: true, force: true })
}
console.log(`\n${durations.join('\n')}`)
if (failures.length > 0) console.log(`\nFailed:\n${failures.map((name) => `  ${name}`).join('\n')}`)
console.log(`\n${counts.passed} passed, ${counts.failed} failed`)
process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0
