// Uses one session while other processes do the same. Prints its report as JSON. The test bundles this file, because Node 20 runs
// no TypeScript.
import { hammer } from './hammer.ts'

console.log(JSON.stringify(await hammer(JSON.parse(process.argv[2] ?? '{}'))))
