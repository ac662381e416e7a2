import path from 'node:path'
import { globals, modules, nextTypes, stubs } from './app.ts'
import { CheckedFolder } from './checked-folder.ts'
import { read } from './read.ts'

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
    file: /^\/\/ ([\w./[\]-]+\.m?tsx?)\b/.exec(code)?.[1],
  }))
}

/** Returns the type errors of blocks. Each is checked as a file of one app, in the folder that its first line names. */
export function typeErrors(blocks: readonly Block[]): string[] {
  const app = openApp()
  app.write('globals.d.ts', globals)
  app.write('modules.d.ts', modules)
  for (const [file, text] of Object.entries(stubs)) app.write(file, text)
  const blockOf = new Map(blocks.map((block, index) => [fileOf(block, index), block]))
  for (const [file, block] of blockOf) app.write(file, moduleOf(block))
  return app.typeErrors().map(({ file, line, text }) => {
    const block = blockOf.get(file)
    return block ? `${block.page}:${block.line + line - (isModule(block) ? 1 : 2)}: ${text}` : `${file}:${line}: ${text}`
  })
}

/** Returns the folder of an app without files. Unlike blocks, its files get no names that they do not import. */
export function openApp(): CheckedFolder {
  const app = new CheckedFolder()
  app.write('next-types.d.ts', nextTypes)
  return app
}

function fileOf({ file, extension }: Block, index: number): string {
  const folder = file ? path.dirname(file) : 'app'
  return path.join(folder, `block-${index}.${extension}`)
}

/** Returns the code as a module. Code without imports and exports may use `return`, so it becomes a function. */
function moduleOf(block: Block): string {
  return isModule(block) ? block.code : `export async function block() {\n${block.code}\n}\n`
}

function isModule({ code }: Block): boolean {
  return /^(import|export) /m.test(code)
}
