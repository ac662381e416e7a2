// One of two processes that write and read one session through the cache at once. It reports as JSON what it saw.
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const { module } = await runnerImport(fileURLToPath(new URL('./hammer.ts', import.meta.url)), {
  configFile: false,
  logLevel: 'error',
})
console.log(JSON.stringify(await module.hammer(JSON.parse(process.argv[2] ?? '{}'))))
