import { type AppShape, detectApp } from './init/app-shape.ts'
import type { DriverName } from './init/drivers.ts'
import { applySteps, planFor, type Step } from './init/plan.ts'
import type { CommandResult, Terminal } from './terminal.ts'

/** The options of `coatcheck init`. */
export interface InitOptions {
  readonly driver?: DriverName
  readonly login?: boolean
  readonly dryRun?: boolean
  readonly yes?: boolean
}

/**
 * Runs `coatcheck init`: writes the files that an app needs. Shows the plan first, and asks for confirmation if the input is a
 * terminal. Never overwrites a file.
 */
export async function init(terminal: Terminal, options: InitOptions): Promise<CommandResult> {
  const { driver, login = false, dryRun = false, yes = false } = options
  const app = detectApp(terminal, driver)
  const steps = planFor(app, { login }, terminal.env)
  const plan = `${describe(app)}\n\n${steps.map(({ action, label }) => `  ${action.padEnd(6)}  ${label}`).join('\n')}`
  const json = { ...jsonOf(steps), driver: app.driver, nextVersion: app.nextVersion }
  const manual = byHand(steps)
  if (dryRun) return { text: [plan, ...manual, 'Nothing was written: --dry-run.'].join('\n\n'), json: { ...json, written: false } }
  if (terminal.confirm && !yes) {
    terminal.printMessage(`${plan}\n`)
    if (!(await terminal.confirm('Write these files?'))) {
      return { text: 'Cancelled. Nothing was written.', json: { ...json, written: false }, exitCode: 1 }
    }
  }
  applySteps(app.folder, steps)
  const shown = terminal.confirm && !yes ? [] : [plan]
  return { text: [...shown, ...manual, nextSteps(app, login, terminal)].join('\n\n'), json: { ...json, written: true } }
}

function describe({ nextVersion, isTypeScript, base, driver }: AppShape): string {
  return `Next ${nextVersion}, ${isTypeScript ? 'TypeScript' : 'JavaScript'}, App Router in ${base}app, database driver ${driver}.`
}

function jsonOf(steps: readonly Step[]) {
  const labelsOf = (action: Step['action']) => steps.filter((step) => step.action === action).map(({ label }) => label)
  return { create: labelsOf('create'), add: labelsOf('add'), same: labelsOf('same'), exists: labelsOf('exists') }
}

/** Returns the text of each file that exists with another text, so that the user can add it by hand. */
function byHand(steps: readonly Step[]): string[] {
  return steps
    .filter(({ action }) => action === 'exists')
    .map(({ file, text }) => {
      const indented = text.replace(/^(?=.)/gm, '    ').trimEnd()
      return `${file} exists and was not changed. Add the missing parts of this text by hand:\n\n${indented}`
    })
}

const embeddedNote = `The first login creates the database in .data, so you need not run migrate.
It takes 5 to 30 seconds, depending on the machine.`

function nextSteps(app: AppShape, login: boolean, { env }: Terminal): string {
  const { missingPackages, install, driver, urlVariable } = app
  const needsUrl = driver !== 'pglite'
  const variable = driver === 'vercel' ? 'POSTGRES_URL' : urlVariable
  const run = install.startsWith('npm ') ? 'npm run dev' : `${install.split(' ')[0]} dev`
  const note = needsUrl ? '' : `\n\n${embeddedNote}`
  const steps = [
    ...(missingPackages.length > 0 ? [`${install} ${missingPackages.join(' ')}`] : []),
    ...(needsUrl && !env[variable] ? [`Add to .env.local: ${variable}=postgresql://user:password@host:5432/database`] : []),
    ...(needsUrl ? ['npx coatcheck migrate'] : []),
    login
      ? `${run}, and open http://localhost:3000/account. The user is demo, the password is DEMO_PASSWORD in .env.local.`
      : `${run}. In the action of your login page: await (await getSession()).login(user.id)`,
  ]
  return `Next:\n${steps.map((step, index) => `  ${index + 1}. ${step}`).join('\n')}${note}`
}
