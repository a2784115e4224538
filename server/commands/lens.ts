/** `lens`: what every layer would have written. */
import type { FileTensor } from '#compute/index.ts'
import type { Problem } from '#compute/local.ts'
import type { LogitLens } from '#compute/types.ts'
import type { OpenCheckpoint } from './checkpoint.ts'
import type { Command, CommandContext } from './command.ts'
import { explainEach, explainedOptions, explainingOptions } from './explaining.ts'
import { summariseLens } from './lens-summary.ts'
import { showProgress } from './progress.ts'
import { namer } from './source.ts'
import type { Source } from './source.ts'
import { readProblem } from './targets.ts'
import { writeTensorFile } from './tensor-file.ts'

/** Each target is read by itself. */
const { joint: _joint, ...readOptions } = explainedOptions

export const lens: Command = {
  name: 'lens',
  positionals: ['CHECKPOINT'],
  summary: 'the likeliest tokens of every layer at every step of an output (logit lens)',
  options: {
    ...readOptions,
    'top-k': { value: '5', help: 'how many tokens of each layer' },
    output: {
      value: 'FILE',
      help: 'safetensors to write: lens.ids, lens.log-probs [K, layers + 1, k], lens.entropy, lens.target.{log-prob,rank}',
    },
    ...explainingOptions,
  },
  run: explainEach(lensOne, (rows, { local }) => summariseLens(rows, local)),
}

async function lensOne(context: CommandContext, open: OpenCheckpoint, source: Source): Promise<void> {
  const { args, streams } = context
  const { local, opened } = open
  const problem = await readProblem(args, open, source)
  const count = args.whole('top-k', 1) ?? 5
  const found = await showProgress(context, local.logitLens(opened.engine, problem, count))
  const to = args.text('output')
  const parameters = { command: 'lens', device: opened.engine.device, topK: found.count }
  if (to !== undefined) await writeTensorFile(to, tensorsOf(problem, found), parameters)
  const name = namer(source.tokenizer)
  const targets = listTargets(problem, found, name)
  if (args.has('json')) return streams.out(JSON.stringify({ ...parameters, output: to ?? null, targets }))
  for (const target of targets) describe(target, streams.out)
}

function tensorsOf({ targets }: Problem, found: LogitLens): Readonly<Record<string, FileTensor>> {
  const shape = [targets.length, found.layers]
  const whole = [...shape, found.count]
  return {
    'lens.ids': { dtype: 'I32', shape: whole, data: found.ids },
    'lens.log-probs': { dtype: 'F32', shape: whole, data: found.logProbs },
    'lens.entropy': { dtype: 'F32', shape, data: found.entropies },
    'lens.target.log-prob': { dtype: 'F32', shape, data: found.targetLogProbs },
    'lens.target.rank': { dtype: 'I32', shape, data: found.targetRanks },
  }
}

interface LayerReport {
  readonly layer: number
  /** Of the output token, in nats; 1 is the likeliest. */
  readonly logProb: number
  readonly rank: number
  readonly entropy: number
  readonly best: readonly { readonly id: number; readonly token: string | null; readonly logProb: number }[]
}

interface TargetReport {
  readonly position: number
  readonly id: number
  readonly token: string | null
  readonly layers: readonly LayerReport[]
}

function listTargets(
  { targets }: Problem,
  found: LogitLens,
  name: (id: number) => string | null,
): readonly TargetReport[] {
  const { count } = found
  const layerOf = (row: number, layer: number): LayerReport => ({
    layer,
    logProb: found.targetLogProbs[row]!,
    rank: found.targetRanks[row]!,
    entropy: found.entropies[row]!,
    best: Array.from(found.ids.subarray(row * count, (row + 1) * count), (id, i) => ({
      id,
      token: name(id),
      logProb: found.logProbs[row * count + i]!,
    })),
  })
  return targets.map(({ position, id }, k) => ({
    position,
    id,
    token: name(id),
    layers: Array.from({ length: found.layers }, (_, l) => layerOf(k * found.layers + l, l)),
  }))
}

function describe({ id, token, layers }: TargetReport, out: (text: string) => void): void {
  out(`${token ?? id}`)
  for (const { layer, rank, logProb, best } of layers) {
    const likeliest = best.map((entry) => `${entry.token ?? entry.id} ${entry.logProb.toFixed(2)}`).join('  ')
    out(`  layer ${layer}  rank ${rank} (${logProb.toFixed(2)} nats)  ${likeliest}`)
  }
}
