// npm run demo: installs, builds and serves the demo; the embedded database is made at the first start.
import { ensureSecrets, fail, installDependencies, runBin } from './setup.mjs'

installDependencies()
ensureSecrets()
const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' }
if (!runBin('next', ['build'], { env })) fail('The build failed; its output above says why.')
console.log('\nCoatcheck demo: http://localhost:3000 (accounts: demo with password demo, admin with password admin)\n')
runBin('next', ['start', '--port', process.env.PORT ?? '3000'], { env })
