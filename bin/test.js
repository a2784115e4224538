// `npm test [-- --long] [vitest arguments]`: fetches what the tests need, runs them, and ends with the line `N passed, N failed`.
import { refuseOldNode } from './node-version.js'

refuseOldNode()
const { runProgram } = await import('./program.js')
await runProgram(async () => (await import('./test-program.js')).runTestProgram(process.argv.slice(2)))
