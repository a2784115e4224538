/** A process of its own that explains all targets of the random shape and then tells the most memory it ever held. */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { openEngine } from '#compute/runtime/engine.ts'
import { explainAll, randomProblem } from './workload.ts'

const { values } = parseArgs({
  options: { folder: { type: 'string' }, cache: { type: 'string' }, threads: { type: 'string' } },
})

const engine = await openEngine(values.folder!, {
  device: 'cpu',
  threads: Number(values.threads),
  cache: values.cache!,
})
await explainAll(engine, randomProblem(64, 43), { tolerance: 0.01 })
// resourceUsage tells kilobytes on Linux and macOS; mapped weights that were read count too.
console.log(JSON.stringify({ peak: 1024 * process.resourceUsage().maxRSS, weights: engine.checkpoint.weights.bytes }))
if (process.platform === 'linux') console.error(/VmHWM.*/.exec(readFileSync('/proc/self/status', 'utf8'))?.[0])
await engine.close()
