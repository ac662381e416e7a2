// npm run demo: installs, builds and serves the demo; the embedded database is made at the first start.
import { ensureSecrets, fail, installDependencies, requireFreePort, runBin, serveBin } from './setup.mjs'

const { PORT: port = '3000' } = process.env
await requireFreePort(port) // before the build, which would pull the files of a demo away that runs already
installDependencies()
ensureSecrets()
const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' }
if (!runBin('next', ['build'], { env })) fail('The build failed; its output above says why.')
console.log(`\nCoatcheck demo: http://localhost:${port} (accounts: demo with password demo, admin with password admin)\n`)
process.exitCode = await serveBin('next', ['start', '--port', port], { env })
