import path from 'node:path'

export default {
  serverExternalPackages: ['pg', 'better-auth'],
  // The packages are links to other folders, and Turbopack's root must contain these folders.
  turbopack: { root: path.parse(process.cwd()).root },
}
