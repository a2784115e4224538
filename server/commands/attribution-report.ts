/** What `attribute` writes: tensors to a file, scores to the screen. */
import type { FileTensor } from '#compute/index.ts'
import type { Problem } from '#compute/local.ts'
import type { Attribution, AttributionMethod } from '#compute/types.ts'
import type { CommonOptions } from './attribute.ts'
import type { OpenCheckpoint } from './checkpoint.ts'
import type { CommandContext } from './command.ts'
import { showProgress } from './progress.ts'
import { namer } from './source.ts'
import type { ReadText, Source } from './source.ts'
import { floats, integers, writeTensorFile } from './tensor-file.ts'
import { groupedTensors, listGroups } from './units.ts'
import type { GroupedProblem } from './units.ts'
import { UsageError } from './usage-error.ts'

/** The plain gradient goes to a file: it is [targets, tokens, width]. */
export async function reportGradient(
  { args, streams }: CommandContext,
  { local, opened }: OpenCheckpoint,
  problem: Problem,
  options: CommonOptions,
): Promise<void> {
  const { engine } = opened
  const to = args.text('output')
  if (to === undefined)
    throw new UsageError('A gradient is [targets, tokens, width]; give --output FILE to write it to')
  const path = await local.openPath(engine, problem, options)
  const K = problem.targets.length
  const { objective, source, prefix } = await path.gradient(problem.targets.map((_, k) => k))
  const { width } = engine.model
  const tensors = {
    objective: floats([K], objective),
    'gradient.source': floats([K, problem.source.length, width], source),
    ...(problem.prefix === null ? {} : { 'gradient.prefix': floats([K, problem.prefix.length, width], prefix) }),
  }
  await writeTensorFile(to, tensors, { command: 'attribute', method: 'gradient', device: engine.device, ...options })
  const shapes = Object.entries(tensors).map(([name, { shape }]) => ({ name, shape }))
  if (args.has('json')) return streams.out(JSON.stringify({ output: to, tensors: shapes, objective }))
  for (const { name, shape } of shapes) streams.out(`${name} [${shape.join(', ')}]`)
}

/** Computes scores with progress on standard error, and reports them. */
export async function reportScores(
  context: CommandContext,
  open: OpenCheckpoint,
  problem: GroupedProblem,
  { unknownId, ...options }: CommonOptions & { readonly method: AttributionMethod },
  { tokenizer, read }: Source,
): Promise<void> {
  const { args, streams } = context
  const { local, opened } = open
  const { engine } = opened
  const steps = local.attribute(engine, problem, options, unknownId, { focus: () => null, finished: null })
  const result = await showProgress(context, steps)
  const caution =
    options.method === 'integrated-gradients'
      ? local.zeroCaution(engine.model, options.baseline, result.converged)
      : null
  if (caution !== null) streams.err(`${caution}\n`)
  const to = args.text('output')
  const parameters = { command: 'attribute', device: engine.device, ...options }
  const grouped = groupedTensors(open, problem, result)
  if (to !== undefined) await writeTensorFile(to, { ...tensorsOf(problem, result), ...grouped }, parameters)
  const name = namer(tokenizer)
  const targets = listTargets(problem, result, name)
  if (args.has('json')) {
    const found = { tokens: listTokens(problem, read, name), ...listGroups(grouped, problem), targets }
    return streams.out(JSON.stringify({ ...options, device: engine.device, output: to ?? null, ...found }))
  }
  const names = [...problem.source, ...(problem.prefix ?? [])].map((id) => name(id) ?? String(id))
  const promises = options.method === 'integrated-gradients'
  for (const target of targets) streams.out(describe(target, names, promises))
}

const listTokens = (problem: Problem, read: ReadText | null, name: (id: number) => string | null): object => ({
  source: problem.source.map(name),
  prefix: problem.prefix?.map(name) ?? null,
  ...messagesOf(problem, read),
})

/** Of a conversation: for each source token the index of its message, null for what the template or the model wrote. */
function messagesOf({ source }: Problem, read: ReadText | null): { readonly messages?: readonly (number | null)[] } {
  const messages = read?.messages ?? null
  return messages === null ? {} : { messages: source.map((_, index) => messages[index] ?? null) }
}

/** What tells how far a result can be trusted, one entry per target. */
export function diagnosticTensors(
  result: Pick<Attribution, 'objective' | 'baselineObjective' | 'gap' | 'nodes' | 'converged'>,
): Readonly<Record<string, FileTensor>> {
  const shape = [result.objective.length]
  return {
    objective: floats(shape, result.objective),
    'objective.baseline': floats(shape, result.baselineObjective),
    gap: floats(shape, result.gap),
    nodes: integers(shape, result.nodes),
    converged: { dtype: 'U8', shape, data: result.converged },
  }
}

/** Scores and diagnostics under the names of the fixtures. */
function tensorsOf({ source, prefix, targets }: Problem, result: Attribution): Readonly<Record<string, FileTensor>> {
  const [K, n] = [targets.length, source.length]
  return {
    'scores.source': floats([K, n], result.source),
    ...(prefix === null ? {} : { 'scores.prefix': floats([K, prefix.length], result.prefix) }),
    ...diagnosticTensors(result),
  }
}

interface TargetReport {
  readonly position: number
  readonly id: number
  readonly token: string | null
  /** The tokens of a span before this one, with --joint. */
  readonly earlier?: readonly { readonly position: number; readonly id: number; readonly token: string | null }[]
  readonly objective: number
  readonly baselineObjective: number
  readonly gap: number
  readonly nodes: number
  readonly converged: boolean
  readonly source: readonly number[]
  readonly prefix: readonly number[]
}

function listTargets(
  { source, prefix, targets }: Problem,
  result: Attribution,
  name: (id: number) => string | null,
): readonly TargetReport[] {
  const row = (data: Float32Array, width: number, k: number): readonly number[] => [
    ...data.subarray(k * width, (k + 1) * width),
  ]
  return targets.map(({ position, id, earlier = [] }, k) => ({
    position,
    id,
    token: name(id),
    ...(earlier.length === 0 ? {} : { earlier: earlier.map((token) => ({ ...token, token: name(token.id) })) }),
    objective: result.objective[k]!,
    baselineObjective: result.baselineObjective[k]!,
    gap: result.gap[k]!,
    nodes: result.nodes[k]!,
    converged: result.converged[k] === 1,
    source: row(result.source, source.length, k),
    prefix: row(result.prefix, prefix?.length ?? 0, k),
  }))
}

/** One target in a line: its strongest tokens, and whether to trust them. */
function describe(target: TargetReport, names: readonly string[], promises: boolean): string {
  const { objective, gap, nodes, converged, earlier = [] } = target
  const span = [...earlier, target].map(({ id, token }) => token ?? id).join('')
  const scores = [...target.source, ...target.prefix]
  const strongest = [...scores.keys()].toSorted((a, b) => Math.abs(scores[b]!) - Math.abs(scores[a]!)).slice(0, 5)
  const parts = strongest.map((i) => `${names[i]} ${signed(scores[i]!)}`).join('  ')
  const trust = converged || !promises ? '' : ', not converged'
  const measured = Number.isNaN(gap) ? '' : `gap ${signed(gap)} (${nodes} nodes${trust})`
  return `${span}  F ${signed(objective)}  ${measured}  ${parts}`
}

const signed = (number: number): string => `${number < 0 ? '−' : '+'}${Math.abs(number).toFixed(3)}`
