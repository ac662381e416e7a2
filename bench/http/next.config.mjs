import path from 'node:path'

export default {
  serverExternalPackages: ['pg', 'better-auth'],
  // The packages are links to where they are installed, which must lie below Turbopack's root.
  turbopack: { root: path.parse(process.cwd()).root },
}
