// `npm run check`: types, lint and format. Changes nothing.
import { refuseOldNode } from './node-version.js'

refuseOldNode()
const { runProgram } = await import('./program.js')
await runProgram(async () => (await import('./checks.js')).runChecks())
