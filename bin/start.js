// `npm start`: installs and builds what is missing, then serves.
import { refuseOldNode } from './node-version.js'

refuseOldNode()
const { runPrepared } = await import('./prepared.js')
await runPrepared('server/main.ts', { web: true })
