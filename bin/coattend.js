// `npm run -s coattend -- COMMAND`: the command line. Standard output belongs to the command alone.
import { refuseOldNode } from './node-version.js'

refuseOldNode()
const { runPrepared } = await import('./prepared.js')
// Who reads may stop early, as `head` does: then nobody is left to write to, and nothing went wrong.
process.stdout.on('error', (/** @type {NodeJS.ErrnoException} */ error) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})
const isServed = process.argv[2] === 'serve' && !process.argv.includes('--help')
await runPrepared('server/cli.ts', { web: isServed })
