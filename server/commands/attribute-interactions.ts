/** `attribute --method interactions`: how pairs of tokens act together. */
import type { FileTensor } from '#compute/index.ts'
import type { Problem } from '#compute/local.ts'
import type { InteractionKind, Interactions } from '#compute/types.ts'
import type { Arguments } from './arguments.ts'
import type { CommonOptions } from './attribute.ts'
import type { OpenCheckpoint } from './checkpoint.ts'
import { diagnosticTensors } from './attribution-report.ts'
import type { CommandContext } from './command.ts'
import { showProgress } from './progress.ts'
import { namer } from './source.ts'
import type { Source } from './source.ts'
import { floats, writeTensorFile } from './tensor-file.ts'
import { groupedInteractions, listGroups } from './units.ts'
import type { GroupedProblem } from './units.ts'

export const interactionKinds: readonly InteractionKind[] = ['masked-pairs', 'integrated-hessians', 'attention-edges']

export const readKind = (args: Arguments): InteractionKind => args.choice('kind', interactionKinds) ?? 'masked-pairs'

/** Computes interactions with progress on standard error, and reports them; of words or sentences too where the problem has them. */
export async function reportInteractions(
  context: CommandContext,
  open: OpenCheckpoint,
  problem: GroupedProblem,
  { unknownId, ...common }: CommonOptions,
  { tokenizer }: Source,
): Promise<void> {
  const { args, streams } = context
  const { local, opened } = open
  const { engine } = opened
  const options = { ...common, kind: readKind(args) }
  const result = await showProgress(
    context,
    local.interact(engine, problem, options, unknownId, () => null),
  )
  const to = args.text('output')
  const parameters = { command: 'attribute', method: 'interactions', device: engine.device, ...options }
  const grouped = groupedInteractions(open, problem, result)
  const meaning = problem.units === undefined ? null : local.groupedMeaning[options.kind]
  if (to !== undefined) {
    const metadata = meaning === null ? parameters : { ...parameters, grouped: meaning }
    await writeTensorFile(to, { ...tensorsOf(problem, result), ...grouped }, metadata)
  }
  if (result.caution !== null) streams.err(`${result.caution}\n`)
  const name = namer(tokenizer)
  const targets = listTargets(problem, result, name)
  if (args.has('json')) {
    const tokens = { source: problem.source.map(name), prefix: problem.prefix?.map(name) ?? null }
    const found = { caution: result.caution, tokens, ...listGroups(grouped, problem, meaning), targets }
    return streams.out(JSON.stringify({ ...parameters, output: to ?? null, ...found }))
  }
  const squares = squaresOf(problem, result, grouped, name)
  targets.forEach((target, k) => streams.out(describe(target, squares.names, squares.of(k))))
}

/** What is shown: the interactions of tokens, or of the units where there are some. */
function squaresOf(
  problem: GroupedProblem,
  { interactions }: Interactions,
  grouped: Readonly<Record<string, FileTensor>>,
  name: (id: number) => string | null,
): { readonly names: readonly string[]; readonly of: (target: number) => readonly (readonly number[])[] } {
  const { unitNames, source, prefix } = problem
  const names =
    unitNames === undefined
      ? [...source, ...(prefix ?? [])].map((id) => name(id) ?? String(id))
      : [...unitNames.source, ...(unitNames.prefix ?? [])]
  const data = grouped['interactions.grouped']?.data ?? interactions
  const size = names.length
  const row = (at: number): readonly number[] => Array.from(data.slice(at * size, (at + 1) * size), Number)
  return { names, of: (target) => names.map((_, i) => row(target * size + i)) }
}

const sizeOf = ({ source, prefix }: Problem): number => source.length + (prefix?.length ?? 0)

function tensorsOf(problem: Problem, result: Interactions): Readonly<Record<string, FileTensor>> {
  const [K, S] = [problem.targets.length, sizeOf(problem)]
  return {
    interactions: floats([K, S, S], result.interactions),
    ...diagnosticTensors(result),
  }
}

interface TargetReport {
  readonly position: number
  readonly id: number
  readonly token: string | null
  readonly objective: number
  readonly baselineObjective: number | null
  readonly gap: number | null
  readonly nodes: number
  readonly converged: boolean
  /** One row per token of source, then prefix. */
  readonly interactions: readonly (readonly number[])[]
}

const finite = (number: number): number | null => (Number.isNaN(number) ? null : number)

function listTargets(
  problem: Problem,
  result: Interactions,
  name: (id: number) => string | null,
): readonly TargetReport[] {
  const S = sizeOf(problem)
  return problem.targets.map(({ position, id }, k) => ({
    position,
    id,
    token: name(id),
    objective: result.objective[k]!,
    baselineObjective: finite(result.baselineObjective[k]!),
    gap: finite(result.gap[k]!),
    nodes: result.nodes[k]!,
    converged: result.converged[k] === 1,
    interactions: Array.from({ length: S }, (_, i) => [
      ...result.interactions.subarray((k * S + i) * S, (k * S + i + 1) * S),
    ]),
  }))
}

/** One target in a line: its strongest pairs, and whether to trust them. */
function describe(
  { id, token, objective, gap, nodes, converged }: TargetReport,
  names: readonly string[],
  interactions: readonly (readonly number[])[],
): string {
  const pairs = interactions.flatMap((row, i) => row.slice(0, i).map((value, j) => ({ i, j, value })))
  const strongest = pairs.toSorted((a, b) => Math.abs(b.value) - Math.abs(a.value)).slice(0, 5)
  const parts = strongest.map(({ i, j, value }) => `${names[j]}×${names[i]} ${signed(value)}`).join('  ')
  const trust = gap === null ? '' : `  gap ${signed(gap)} (${nodes} nodes${converged ? '' : ', not converged'})`
  return `${token ?? id}  F ${signed(objective)}${trust}  ${parts}`
}

const signed = (number: number): string => `${number < 0 ? '−' : '+'}${Math.abs(number).toFixed(3)}`
