import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'

const root = path.resolve(import.meta.dirname, '..', '..')
const compiler = path.join(root, 'node_modules/typescript-7/lib/tsc.js')

/** An error that TypeScript reports. */
export interface TypeProblem {
  readonly file: string
  /** The first line is 1. */
  readonly line: number
  readonly text: string
}

/** A temporary folder in which TypeScript checks files. It has this project's packages, and is deleted after the test. */
export class CheckedFolder {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'coatcheck-types-'))

  constructor() {
    onTestFinished(() => rmSync(this.#folder, { recursive: true }))
    symlinkSync(path.join(root, 'node_modules'), path.join(this.#folder, 'node_modules'))
    const compilerOptions = {
      incremental: true,
      noUnusedLocals: false,
      noUnusedParameters: false,
      exactOptionalPropertyTypes: false,
      paths: { coatcheck: [`${root}/lib/index.ts`], 'coatcheck/*': [`${root}/lib/*.ts`], '@/*': [`${this.#folder}/*`] },
    }
    const include = ['**/*.ts', '**/*.tsx', '**/*.mts']
    this.write('tsconfig.json', JSON.stringify({ extends: `${root}/tsconfig.json`, compilerOptions, include, exclude: [] }))
  }

  /** Creates or replaces a file. */
  write(file: string, text: string): void {
    mkdirSync(path.dirname(path.join(this.#folder, file)), { recursive: true })
    writeFileSync(path.join(this.#folder, file), text)
  }

  read(file: string): string {
    return readFileSync(path.join(this.#folder, file), 'utf8')
  }

  /** Returns the problems in the folder's own files. `npm test` checks the library with its own settings. */
  typeErrors(): TypeProblem[] {
    const { stdout, stderr, status } = spawnSync(process.execPath, [compiler, '--pretty', 'false'], {
      cwd: this.#folder,
      encoding: 'utf8',
    })
    if (status === null || stderr) throw new Error(`The compiler failed. ${stderr}`)
    const problems = [...stdout.matchAll(/^(.+)\((\d+),\d+\): error TS\d+: (.*)$|^error .*$/gm)]
    return problems
      .map(([line, file = '', number, text = line]) => ({ file, line: Number(number), text }))
      .filter(({ file }) => !file.startsWith('..'))
  }
}
