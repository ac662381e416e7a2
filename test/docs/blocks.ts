import path from 'node:path'
import { type Diagnostic, Project } from 'ts-morph'
import { globals, modules, nextTypes, stubs } from './app.ts'
import { read } from './read.ts'

const root = path.resolve(import.meta.dirname, '..', '..')
/** The folder of the app to which the blocks belong. Its files exist only in memory. */
const app = path.join(root, 'docs-app')

/** A block of TypeScript on a page. */
export interface Block {
  readonly page: string
  /** The line of the page on which the code begins. */
  readonly line: number
  readonly extension: 'ts' | 'tsx'
  readonly code: string
  /** The path that the first line names in a comment: `// app/sessions.ts: what it is for`. */
  readonly file: string | undefined
}

/** Returns the blocks of TypeScript on a page, in order. */
export const blocksOf = (page: string): Block[] => blocksIn(page, read(page))

/** Returns the blocks of TypeScript in a part of a page. */
export function blocksIn(page: string, text: string): Block[] {
  return [...text.matchAll(/^```(tsx?)\n([\s\S]*?)^```$/gm)].map(({ index, 1: extension = '', 2: code = '' }) => ({
    page,
    line: text.slice(0, index).split('\n').length + 1,
    extension: extension === 'tsx' ? 'tsx' : 'ts',
    code,
    file: /^\/\/ ([\w./[\]-]+\.tsx?)\b/.exec(code)?.[1],
  }))
}

/** Returns the type errors of blocks. Each is checked as a file of one app, in the folder that its first line names. */
export function typeErrors(blocks: readonly Block[]): string[] {
  const project = emptyProject()
  project.createSourceFile(path.join(app, 'globals.d.ts'), globals)
  project.createSourceFile(path.join(app, 'modules.d.ts'), modules)
  for (const [file, text] of Object.entries(stubs)) project.createSourceFile(path.join(app, file), text)
  const files = blocks.map((block, index) => ({ block, file: project.createSourceFile(fileOf(block, index), moduleOf(block)) }))
  const program = project.getProgram()
  return files.flatMap(({ block, file }) =>
    [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map((found) => describe(block, found)),
  )
}

/** A whole app in memory. Unlike blocks, its files get no names that they do not import. */
export interface WholeApp {
  /** Creates or replaces a file. */
  write(file: string, text: string): void
  read(file: string): string
  typeErrors(): string[]
}

export function openApp(): WholeApp {
  const project = emptyProject()
  return {
    write: (file, text) => void project.createSourceFile(path.join(app, file), text, { overwrite: true }),
    read: (file) => project.getSourceFileOrThrow(path.join(app, file)).getFullText(),
    typeErrors() {
      const program = project.getProgram()
      const files = project.getSourceFiles().filter((file) => file.getFilePath().startsWith(`${app}/`))
      return files.flatMap((file) =>
        [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
          (found) => `${path.relative(app, file.getFilePath())}:${found.getLineNumber()}: ${textOf(found)}`,
        ),
      )
    },
  }
}

function emptyProject(): Project {
  const project = new Project({ tsConfigFilePath: path.join(root, 'tsconfig.json'), skipAddingFilesFromTsConfig: true })
  project.compilerOptions.set({ noUnusedLocals: false, noUnusedParameters: false, exactOptionalPropertyTypes: false })
  const { paths } = project.getCompilerOptions()
  project.compilerOptions.set({ paths: { ...paths, '@/*': [`${app}/*`] } })
  project.createSourceFile(path.join(app, 'next-types.d.ts'), nextTypes)
  return project
}

function fileOf({ file, extension }: Block, index: number): string {
  const folder = file ? path.dirname(file) : 'app'
  return path.join(app, folder, `block-${index}.${extension}`)
}

/** Returns the code as a module. Code without imports and exports may use `return`, so it becomes a function. */
function moduleOf(block: Block): string {
  return isModule(block) ? block.code : `export async function block() {\n${block.code}\n}\n`
}

function isModule({ code }: Block): boolean {
  return /^(import|export) /m.test(code)
}

function describe(block: Block, diagnostic: Diagnostic): string {
  const { page, line } = block
  const at = line + (diagnostic.getLineNumber() ?? 1) - (isModule(block) ? 1 : 2)
  return `${page}:${at}: ${textOf(diagnostic)}`
}

function textOf(diagnostic: Diagnostic): string {
  const text = diagnostic.getMessageText()
  return typeof text === 'string' ? text : text.getMessageText()
}
