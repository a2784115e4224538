/**
 * Coattend's engine as a library: why a model wrote each word of an output.
 *
 *   node --import tsx examples/attribute.ts [CHECKPOINT] [SOURCE] [OUTPUT]
 */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadLocal } from '#compute/index.ts'

const [folder, text, written] = [
  process.argv[2] ?? fileURLToPath(new URL('checkpoints/phrasebook', import.meta.url)),
  process.argv[3] ?? 'The cat sleeps.',
  process.argv[4] ?? 'Die Katze schläft.',
]
const { attribute, openFolder, outputProblem } = await loadLocal()
const opened = await openFolder(folder, { device: 'cpu', threads: 2, cache: join(tmpdir(), 'coattend-cache') })
const tokenizer = await opened.tokenizer()
const source = await tokenizer.encode(text)
const output = await tokenizer.encodeTarget(written)

const steps = attribute(
  opened.engine,
  outputProblem(opened.engine.model, source.ids, output.ids),
  {
    method: 'integrated-gradients',
    baseline: 'mean',
    objective: 'log-prob',
    attributeSpecial: false,
    contrast: null,
    quadrature: { tolerance: 0.01 },
  },
  tokenizer.unknownId,
  { focus: () => null, finished: null },
)
let step = await steps.next()
while (step.done !== true) step = await steps.next() // step.value.partial: what is known so far

const { source: scores, gap, objective } = step.value
console.log(['', 'log-prob', ...source.tokens, 'gap'].join('\t'))
output.tokens.forEach((token, k) => {
  const row = scores.subarray(k * source.ids.length, (k + 1) * source.ids.length)
  console.log([token, ...[objective[k]!, ...row, gap[k]!].map((number) => number.toFixed(3))].join('\t'))
})
await opened.close()
