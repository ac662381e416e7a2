import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { configInvalid } from '../errors.ts'
import type { Terminal } from '../terminal.ts'
import { type DriverName, driverPackages, driverTypes } from './drivers.ts'

/** The result of inspecting an app's folder for `coatcheck init`. */
export interface AppShape {
  readonly folder: string
  /** The folder that contains `app`: '' or 'src/'. */
  readonly base: '' | 'src/'
  readonly nextVersion: string
  /** The name of the guard's file: `proxy` from Next 16 on. */
  readonly guard: 'proxy' | 'middleware'
  readonly isTypeScript: boolean
  readonly driver: DriverName
  /** The packages that the written files need and that package.json does not have yet. */
  readonly missingPackages: readonly string[]
  /** The variable of the database URL. */
  readonly urlVariable: 'DATABASE_URL' | 'POSTGRES_URL'
  /** The command that installs packages with the app's package manager, such as 'npm install'. */
  readonly install: string
}

/**
 * Returns the shape of the app in the terminal's folder.
 * @param asked The driver that the user asked for. If it is undefined, the first driver in package.json is used, or else PGlite.
 * @throws {SessionError} CONFIG_INVALID if there is no app with the App Router, or if its Next is older than 15.
 */
export function detectApp({ folder, env }: Terminal, asked?: DriverName): AppShape {
  const packages = readDependencies(folder)
  const nextVersion = packages.next && installedVersion(folder, packages.next)
  if (!nextVersion) throw configInvalid(`${folder} has no package.json with next. Run this command in the folder of a Next app.`)
  const major = Number(nextVersion.split('.')[0])
  if (major < 15) throw configInvalid(`This app has Next ${nextVersion}. Coatcheck needs Next 15.5.18 or newer.`)
  const base = (['', 'src/'] as const).find((name) => existsSync(path.join(folder, name, 'app')))
  if (base === undefined) throw configInvalid('There is no folder app or src/app. Coatcheck needs the App Router.')
  const driver = asked ?? installedDriver(packages)
  const isTypeScript = existsSync(path.join(folder, 'tsconfig.json'))
  const types = isTypeScript ? driverTypes[driver] : []
  return {
    folder,
    base,
    nextVersion,
    guard: major >= 16 ? 'proxy' : 'middleware',
    isTypeScript,
    driver,
    missingPackages: ['drizzle-orm', ...driverPackages[driver], ...types].filter((name) => !(name in packages)),
    urlVariable: env.POSTGRES_URL && !env.DATABASE_URL ? 'POSTGRES_URL' : 'DATABASE_URL',
    install: installCommand(folder),
  }
}

function readDependencies(folder: string): Readonly<Record<string, string>> {
  const file = path.join(folder, 'package.json')
  if (!existsSync(file)) return {}
  const { dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync(file, 'utf8'))
  return { ...dependencies, ...devDependencies }
}

/** Returns the version of the installed Next. If Next is not installed, returns the version in the range of package.json. */
function installedVersion(folder: string, range: string): string {
  try {
    return createRequire(path.join(folder, 'package.json'))('next/package.json').version
  } catch {
    return /\d+(\.\d+)*/.exec(range)?.[0] ?? '16' // a tag, such as 'latest'
  }
}

function installedDriver(packages: Readonly<Record<string, string>>): DriverName {
  const drivers = Object.entries(driverPackages) as [DriverName, readonly string[]][]
  return drivers.find(([, [name = '']]) => name in packages)?.[0] ?? 'pglite'
}

const lockFiles = { 'pnpm-lock.yaml': 'pnpm add', 'yarn.lock': 'yarn add', 'bun.lock': 'bun add', 'bun.lockb': 'bun add' }

function installCommand(folder: string): string {
  return Object.entries(lockFiles).find(([name]) => existsSync(path.join(folder, name)))?.[1] ?? 'npm install'
}
