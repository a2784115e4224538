/** `--group word|sentence`: tokens that are explained together. */
import type { FileTensor } from '#compute/index.ts'
import type { Problem, Units } from '#compute/local.ts'
import type { Attribution, Interactions, TokenizedText } from '#compute/types.ts'
import type { Arguments, OptionSpecs } from './arguments.ts'
import type { OpenCheckpoint } from './checkpoint.ts'
import type { Source } from './source.ts'
import { floats, integers } from './tensor-file.ts'
import { UsageError } from './usage-error.ts'

export const groupOptions: OptionSpecs = {
  group: {
    value: 'word|sentence',
    help: 'also scores.{source,prefix}.grouped, or interactions.grouped: summed over words or sentences; in occlusion these are masked whole',
  },
}

/** A problem, and what each of its words or sentences reads where they are asked for. */
export interface GroupedProblem extends Problem {
  readonly unitNames?: { readonly source: readonly string[]; readonly prefix: readonly string[] | null }
}

const groupable = ['integrated-gradients', 'gradient-x-input', 'occlusion', 'interactions']

/** The problem with the words or sentences of both sides as its units, where they are asked for. */
export function groupProblem(
  args: Arguments,
  method: string,
  { local }: OpenCheckpoint,
  problem: Problem,
  source: Source,
): GroupedProblem {
  const by = args.choice('group', ['word', 'sentence'])
  if (by === undefined) return problem
  if (!groupable.includes(method)) {
    throw new UsageError(`--group belongs to scores that add up (${groupable.join(', ')}), not to ${method}`)
  }
  const { tokenizer, read } = source
  if (tokenizer === null || read === null) throw new UsageError('--group needs words: give --text TEXT')
  const unitsOf = (text: string, tokens: TokenizedText): SideUnits => {
    const groups = local.groupTokens(text, tokens, by)
    const names = groups.map(({ tokens: [first], offsets, special }) =>
      special ? tokens.tokens[first!]! : text.slice(...offsets),
    )
    return { numbers: local.groupNumbers(groups), names }
  }
  const describe = (ids: readonly number[]): SideUnits => {
    const { text, tokens } = tokenizer.describe(ids)
    return unitsOf(text, tokens)
  }
  if (problem.prefix === null) return withUnits(problem, describe(problem.source), null)
  // The start token stands alone before the output's first word.
  const [start, ...written] = problem.prefix as [number, ...number[]]
  const { numbers, names } = describe(written)
  const prefix = { numbers: [0, ...numbers.map((number) => number + 1)], names: [tokenizer.token(start), ...names] }
  return withUnits(problem, unitsOf(read.text, read.tokens), prefix)
}

interface SideUnits {
  /** The unit of each token. */
  readonly numbers: readonly number[]
  /** What each unit reads. */
  readonly names: readonly string[]
}

const withUnits = (problem: Problem, source: SideUnits, prefix: SideUnits | null): GroupedProblem => ({
  ...problem,
  units: { source: source.numbers, prefix: prefix?.numbers ?? null },
  unitNames: { source: source.names, prefix: prefix?.names ?? null },
})

type Tensors = Readonly<Record<string, FileTensor>>

/** The unit of each token. */
function unitTensors({ source, prefix }: Units): Tensors {
  const side = (numbers: readonly number[]): FileTensor => integers([numbers.length], numbers)
  return { 'groups.source': side(source), ...(prefix === null ? {} : { 'groups.prefix': side(prefix) }) }
}

/** Scores by unit, and the unit of each token, under the names of files. */
export function groupedTensors({ local }: OpenCheckpoint, { units, targets }: Problem, result: Attribution): Tensors {
  if (units === undefined) return {}
  const side = (name: 'source' | 'prefix', numbers: readonly number[]): Tensors => {
    const data = local.sumUnits(result[name], numbers)
    return { [`scores.${name}.grouped`]: floats([targets.length, data.length / targets.length], data) }
  }
  const prefix = units.prefix === null ? {} : side('prefix', units.prefix)
  return { ...side('source', units.source), ...prefix, ...unitTensors(units) }
}

/** Interactions by unit, those of the source first, and the unit of each token of either side. */
export function groupedInteractions(
  { local }: OpenCheckpoint,
  { units, targets }: Problem,
  { interactions }: Interactions,
): Tensors {
  if (units === undefined) return {}
  const data = local.sumUnitPairs(interactions, local.joinUnits(units))
  const width = Math.sqrt(data.length / targets.length)
  return { 'interactions.grouped': floats([targets.length, width, width], data), ...unitTensors(units) }
}

/** What was put together, as JSON: the tensors as lists, what each unit reads, and what summed interactions mean; nothing without --group. */
export function listGroups(tensors: Tensors, { unitNames }: GroupedProblem, meaning: string | null = null): object {
  if (unitNames === undefined) return {}
  const lists = Object.entries(tensors).map(([name, { shape, data }]) => [name, nest(Array.from(data, Number), shape)])
  const names = {
    'names.source': unitNames.source,
    ...(unitNames.prefix === null ? {} : { 'names.prefix': unitNames.prefix }),
  }
  return { grouped: { ...Object.fromEntries(lists), ...names, ...(meaning === null ? {} : { meaning }) } }
}

/** Numbers in row-major order as lists of lists. */
function nest(numbers: readonly number[], [rows = 0, ...rest]: readonly number[]): readonly unknown[] {
  if (rest.length === 0) return numbers
  const size = numbers.length / rows
  return Array.from({ length: rows }, (_, row) => nest(numbers.slice(row * size, (row + 1) * size), rest))
}
