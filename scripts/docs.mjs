// Writes docs/api from the doc comments of the entries, with TypeDoc. With --check it only compares.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Application, Converter, ReflectionKind } from 'typedoc'
import { MarkdownTheme, MarkdownThemeContext } from 'typedoc-plugin-markdown'

const root = fileURLToPath(new URL('../', import.meta.url))
const target = path.join(root, 'docs', 'api')

const entries = ['index', 'client', 'middleware', 'drizzle', 'redis', 'cookie', 'store', 'admin', 'testing', 'config']

/** Each export as its signature, its doc comment and its example. The signature has the types, so no table repeats them. */
class Theme extends MarkdownTheme {
  getRenderContext(page) {
    const context = new MarkdownThemeContext(this, page, this.application.options)
    const { comment, signatureTitle } = context.partials
    const accessor = ({ getSignature }, { headingLevel }) =>
      [
        signatureTitle.call(context, getSignature, { accessor: 'get' }),
        getSignature.comment && comment.call(context, getSignature.comment, { headingLevel }),
      ]
        .filter(Boolean)
        .join('\n\n')
    const none = () => ''
    Object.assign(context.partials, { accessor, inheritance: none, hierarchy: none, signatureReturns: none })
    return context
  }
}

const options = {
  plugin: ['typedoc-plugin-markdown'],
  tsconfig: path.join(root, 'tsconfig.build.json'),
  entryPoints: entries.map((entry) => path.join(root, 'lib', `${entry}.ts`)),
  readme: 'none',
  // `npm run check` reports type errors.
  skipErrorChecking: true,
  validation: { notExported: false },
  logLevel: 'Warn',
  disableSources: true,
  excludeExternals: true,
  excludeInternal: true,
  excludePrivate: true,
  excludeProtected: true,
  outputFileStrategy: 'modules',
  hideBreadcrumbs: true,
  hidePageHeader: true,
  hideGroupHeadings: true,
  pageTitleTemplates: { module: ({ name }) => `\`${importOf(name)}\`` },
  useCodeBlocks: true,
  expandParameters: true,
  parametersFormat: 'none',
  interfacePropertiesFormat: 'table',
  classPropertiesFormat: 'table',
  typeAliasPropertiesFormat: 'table',
  propertyMembersFormat: 'table',
  typeDeclarationFormat: 'table',
  tableColumnSettings: { hideDefaults: true, hideInherited: true, hideModifiers: true, hideOverrides: true, hideSources: true },
}

const pageOf = (entry) => (entry === 'index' ? 'coatcheck' : entry)
const importOf = (name) => (name === 'coatcheck' ? name : `coatcheck/${name}`)

/** Generates the pages into `folder`. */
async function writePages(folder) {
  const app = await Application.bootstrapWithPlugins(options)
  app.renderer.defineTheme('coatcheck', Theme)
  app.options.setValue('theme', 'coatcheck')
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const member of [...project.getReflectionsByKind(ReflectionKind.ClassMember)]) {
      if (isOwn(member)) project.removeReflection(member)
    }
  })
  const project = await app.convert()
  if (!project) throw new Error('TypeDoc found no exports')
  const modules = project.getChildrenByKind(ReflectionKind.Module)
  for (const module of modules) module.name = pageOf(module.name)
  await app.outputs.writeOutput({ name: 'markdown', path: folder }, project)
  if (app.logger.hasErrors() || app.logger.hasWarnings()) throw new Error('TypeDoc reported warnings')
  for (const file of readdirSync(folder))
    writeFileSync(path.join(folder, file), tidy(readFileSync(path.join(folder, file), 'utf8')))
  writeFileSync(path.join(folder, 'README.md'), indexPage(modules))
}

/** Returns true for members that only the library uses: the constructor of `Session`, and members named by a symbol. */
function isOwn({ kind, name, parent }) {
  return name.startsWith('[') || (kind === ReflectionKind.Constructor && parent?.name === 'Session')
}

/** Names parameters that are destructured, and removes anchors that only TypeDoc uses. */
function tidy(text) {
  return text
    .replace(/__namedParameters(?=: \w+Props)/g, 'props')
    .replaceAll('__namedParameters', 'options')
    .replace(/<a id="[^"]*"><\/a> /g, '')
}

function indexPage(modules) {
  const inOrder = entries.map((entry) => modules.find(({ name }) => name === pageOf(entry)))
  const rows = inOrder.map(({ name, children = [] }) => `| [\`${importOf(name)}\`](${name}.md) | ${linksTo(name, children)} |`)
  return `# API

The exports of each entry, with their signatures and doc comments. \`npm run docs\` writes these pages from the source code. The
[reference](../reference.md) shows how they are used.

| import | exports |
| --- | --- |
${rows.join('\n')}
`
}

/** Returns links to the headings of a page. If a heading repeats an earlier one, GitHub appends a number to its fragment. */
function linksTo(page, children) {
  const names = children.map(({ name }) => name)
  const links = names.map((name, index) => {
    const earlier = names.slice(0, index).filter((other) => other.toLowerCase() === name.toLowerCase()).length
    return `[\`${name}\`](${page}.md#${name.toLowerCase()}${earlier > 0 ? `-${earlier}` : ''})`
  })
  return links.join(', ')
}

const filesOf = (folder) =>
  Object.fromEntries(readdirSync(folder).map((file) => [file, readFileSync(path.join(folder, file), 'utf8')]))

if (process.argv.includes('--check')) {
  const folder = mkdtempSync(path.join(tmpdir(), 'coatcheck-docs-'))
  await writePages(folder)
  const [current, written] = [filesOf(folder), filesOf(target)]
  rmSync(folder, { recursive: true })
  const differing = [...new Set([...Object.keys(current), ...Object.keys(written)])].filter(
    (file) => current[file] !== written[file],
  )
  if (differing.length > 0) {
    console.error(`docs/api is not up to date (${differing.join(', ')}): run npm run docs.`)
    process.exitCode = 1
  }
} else {
  rmSync(target, { recursive: true, force: true })
  mkdirSync(target)
  await writePages(target)
}
