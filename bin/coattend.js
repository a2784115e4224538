// `npm run -s coattend -- COMMAND`: the command line. Standard output belongs to the command alone.
import { refuseOldNode } from './node-version.js'

refuseOldNode()
const { runPrepared } = await import('./prepared.js')
await runPrepared('server/cli.ts', { web: process.argv[2] === 'serve' })
