// npm run demo: installs, builds and serves the demo. The first start creates the embedded database.
import { ensureSecrets, fail, installDependencies, requireFreePort, runBin, serveBin } from './setup.mjs'

const { PORT: port = '3000' } = process.env
await requireFreePort(port) // The build would replace the files of a running demo.
installDependencies()
ensureSecrets()
const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' }
if (!runBin('next', ['build'], { env })) fail('The build failed. See its output above.')
console.log(`\nCoatcheck demo: http://localhost:${port} (accounts: demo with password demo, admin with password admin)\n`)
process.exitCode = await serveBin('next', ['start', '--port', port], { env })
