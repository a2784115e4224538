/** `--group word|sentence`: tokens that are explained together. */
import type { FileTensor } from '#compute/index.ts'
import type { Problem } from '#compute/local.ts'
import type { Attribution } from '#compute/types.ts'
import type { Arguments, OptionSpecs } from './arguments.ts'
import type { OpenCheckpoint } from './checkpoint.ts'
import type { Source } from './source.ts'
import { UsageError } from './usage-error.ts'

export const groupOptions: OptionSpecs = {
  group: {
    value: 'word|sentence',
    help: 'also scores.{source,prefix}.grouped: summed over words or sentences; in occlusion these are masked whole',
  },
}

/** The problem with the words or sentences of both sides as its units, where they are asked for. */
export function groupProblem(
  args: Arguments,
  method: string,
  { local }: OpenCheckpoint,
  problem: Problem,
  source: Source,
): Problem {
  const by = args.choice('group', ['word', 'sentence'])
  if (by === undefined) return problem
  if (!['integrated-gradients', 'gradient-x-input', 'occlusion'].includes(method)) {
    throw new UsageError(
      `--group belongs to scores that add up (integrated-gradients, gradient-x-input, occlusion), not to ${method}`,
    )
  }
  const { tokenizer, read } = source
  if (tokenizer === null || read === null) throw new UsageError('--group needs words: give --text TEXT')
  const numbersOf = (text: string, tokens: Parameters<typeof local.groupTokens>[1]): readonly number[] =>
    local.groupNumbers(local.groupTokens(text, tokens, by))
  const describe = (ids: readonly number[]): readonly number[] => {
    const { text, tokens } = tokenizer.describe(ids)
    return numbersOf(text, tokens)
  }
  if (problem.prefix === null) return { ...problem, units: { source: describe(problem.source), prefix: null } }
  // The start token stands alone before the output's first word.
  const prefix = [0, ...describe(problem.prefix.slice(1)).map((number) => number + 1)]
  return { ...problem, units: { source: numbersOf(read.text, read.tokens), prefix } }
}

/** Scores by unit, and the unit of each token, under the names of files. */
export function groupedTensors(
  { local }: OpenCheckpoint,
  { units, targets }: Problem,
  result: Attribution,
): Readonly<Record<string, FileTensor>> {
  if (units === undefined) return {}
  const side = (name: 'source' | 'prefix', numbers: readonly number[]): readonly (readonly [string, FileTensor])[] => {
    const data = local.sumUnits(result[name], numbers)
    return [
      [`scores.${name}.grouped`, { dtype: 'F32', shape: [targets.length, data.length / targets.length], data }],
      [`groups.${name}`, { dtype: 'I32', shape: [numbers.length], data: Int32Array.from(numbers) }],
    ]
  }
  return Object.fromEntries([
    ...side('source', units.source),
    ...(units.prefix === null ? [] : side('prefix', units.prefix)),
  ])
}
