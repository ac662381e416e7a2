// npm run dev: the demo with reload on change.
import { ensureSecret, installDependencies, runBin } from './setup.mjs'

installDependencies()
ensureSecret()
runBin('next', ['dev', '--port', process.env.PORT ?? '3000'], { env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' } })
