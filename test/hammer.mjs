// Uses one session while other processes do the same. Prints its report as JSON.
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const { module } = await runnerImport(fileURLToPath(new URL('./hammer.ts', import.meta.url)), {
  configFile: false,
  logLevel: 'error',
})
console.log(JSON.stringify(await module.hammer(JSON.parse(process.argv[2] ?? '{}'))))
