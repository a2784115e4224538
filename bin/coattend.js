// `npm run -s coattend -- COMMAND`: the command line. Standard output belongs to the command alone.
import { refuseOldNode } from './node-version.js'

refuseOldNode()
const { runPrepared } = await import('./prepared.js')
const isServed = process.argv[2] === 'serve' && !process.argv.includes('--help')
await runPrepared('server/cli.ts', { web: isServed })
