/** A process of its own that opens a checkpoint, writes, attributes two targets, closes it, and tells its memory in between. */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { generate } from '#compute/generate/generate.ts'
import { openEngine } from '#compute/runtime/engine.ts'
import { drain } from '#tests/support/generators.ts'
import { explainAll, randomProblem } from './workload.ts'

const { values } = parseArgs({
  options: { folder: { type: 'string' }, cache: { type: 'string' }, threads: { type: 'string' } },
})

/** Bytes of this process, mapped pages divided among the mappings that share them. */
const proportional = (): number =>
  1024 * Number(/^Pss:\s+(\d+)/m.exec(readFileSync('/proc/self/smaps_rollup', 'utf8'))?.[1])

const engine = await openEngine(values.folder!, {
  device: 'cpu',
  threads: Number(values.threads),
  cache: values.cache!,
})
const opened = proportional()
const problem = randomProblem(32, 2)
await drain(generate(engine, problem.source, { maxNewTokens: 2, beams: 1, sampling: null }, 'token ids only'))
await explainAll(engine, problem, { nodes: 2 })
const attributed = proportional()
await engine.close()
console.log(JSON.stringify({ weights: engine.checkpoint.weights.bytes, opened, attributed, closed: proportional() }))
