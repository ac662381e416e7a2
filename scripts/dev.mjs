// npm run dev: the demo with reload on change.
import { ensureSecrets, installDependencies, runBin } from './setup.mjs'

installDependencies()
ensureSecrets()
runBin('next', ['dev', '--port', process.env.PORT ?? '3000'], { env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' } })
