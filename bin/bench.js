// `npm run bench -- NAME [options]`: runs bench/NAME.ts.
import { refuseOldNode } from './node-version.js'

refuseOldNode()
const { runProgram } = await import('./program.js')
await runProgram(async () => (await import('./benchmark.js')).runBenchmark(process.argv.slice(2)))
