// npm run dev: runs the demo and reloads it after each change.
import { ensureSecrets, installDependencies, requireFreePort, serveBin } from './setup.mjs'

const { PORT: port = '3000' } = process.env
await requireFreePort(port)
installDependencies()
ensureSecrets()
process.exitCode = await serveBin('next', ['dev', '--port', port], { env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' } })
