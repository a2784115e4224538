/** Two questions side by side: what can be set against each other, and by how much they differ. Pure. */
import type { AttributionOptionsValue, TokenChoice } from '#collab/wire/document.ts'
import type { InstanceReply } from '#server/wire/instances.ts'
import { rankAgreement } from '#web/marks/rank-agreement.ts'
import type { Scores } from '#web/state/scores.ts'
import type { Reaching, Sums } from './layout.ts'
import { spanOf } from './layout.ts'

/** Whether two texts are the same tokens on a side; null where one has no output yet. */
export function sameTokens(a: InstanceReply, b: InstanceReply, side: TokenChoice['side']): boolean | null {
  const [left, right] = [a[side]?.ids, b[side]?.ids]
  if (!left || !right) return null
  return left.length === right.length && left.every((id, index) => id === right[index])
}

/** Contributions of both methods are in one unit only where method and objective are the same: else each has a scale of its own. */
export const sameUnit = (a: AttributionOptionsValue, b: AttributionOptionsValue): boolean =>
  a.method === b.method && a.objective === b.objective

/** The token of B that a choice in A is about: the same one where the side is the same text, or the same token at the same place. */
export function counterpart(choice: TokenChoice | null, a: InstanceReply, b: InstanceReply): TokenChoice | null {
  if (choice === null) return null
  if (sameTokens(a, b, choice.side)) return choice
  const [first, last] = spanOf(choice)
  const same = (index: number): boolean => {
    const [left, right] = [a[choice.side]?.ids[index], b[choice.side]?.ids[index]]
    return left !== undefined && left === right
  }
  for (let index = first; index <= last; index++) if (!same(index)) return null
  return choice
}

/** A − B of every score; null where they are not of the same tokens. A target counts where both know it. */
export function scoresBetween(a: Scores | null, b: Scores | null): Scores | null {
  if (a === null || b === null) return null
  if (a.targets !== b.targets || a.sourceWidth !== b.sourceWidth || a.prefixWidth !== b.prefixWidth) return null
  const less = (left: Float32Array, right: Float32Array): Float32Array =>
    left.map((value, index) => value - (right[index] ?? 0))
  return {
    ...a,
    source: less(a.source, b.source),
    prefix: less(a.prefix, b.prefix),
    objective: less(a.objective, b.objective),
    baselineObjective: less(a.baselineObjective, b.baselineObjective),
    gap: less(a.gap, b.gap),
    nodes: a.nodes.map((nodes, target) => Math.min(nodes, b.nodes[target] ?? 0)),
    converged: a.converged.map((flag, target) => flag & (b.converged[target] ?? 0)),
    known: a.known.map((flag, target) => flag & (b.known[target] ?? 0)),
  }
}

/** One number of both sides. `digits` after the point; `signed` for contributions. */
export interface CompareRow {
  readonly name: string
  readonly definition: string
  readonly a: number | null
  readonly b: number | null
  readonly signed: boolean
  readonly digits: number
}

export interface Compared {
  readonly instance: InstanceReply
  readonly choice: TokenChoice | null
  readonly reaching: Reaching | null
  readonly sums: Sums | null
}

interface RowKind extends Pick<CompareRow, 'name' | 'definition' | 'signed' | 'digits'> {
  of(side: Compared): number | null
}

const wholeRows: readonly RowKind[] = [
  {
    name: 'log-prob',
    definition: 'Sum over the tokens of the output, nats.',
    signed: false,
    digits: 2,
    of: ({ instance }) => sumOf(instance, 'logProb'),
  },
  {
    name: 'mean entropy',
    definition: 'Mean over the steps, nats.',
    signed: false,
    digits: 3,
    of: ({ instance }) => meanOf(instance, 'entropy'),
  },
  {
    name: 'tokens',
    definition: 'Of the output.',
    signed: false,
    digits: 0,
    of: ({ instance }) => instance.output?.ids.length ?? null,
  },
]

const chosenRows: readonly RowKind[] = [
  {
    name: 'log-prob',
    definition: 'Of the chosen tokens, nats.',
    signed: false,
    digits: 3,
    of: (side) => stepsOf(side, 'logProb'),
  },
  {
    name: 'entropy',
    definition: 'Of their steps, nats.',
    signed: false,
    digits: 2,
    of: (side) => stepsOf(side, 'entropy'),
  },
  {
    name: 'source gives',
    definition: 'Sum of the contributions of the source.',
    signed: true,
    digits: 2,
    of: ({ reaching }) => total(reaching?.source),
  },
  {
    name: 'output so far',
    definition: 'Sum of the contributions of the earlier output.',
    signed: true,
    digits: 2,
    of: ({ reaching }) => total(reaching?.output),
  },
  {
    name: 'change',
    definition: 'F less F at the baseline, measured.',
    signed: true,
    digits: 2,
    of: ({ sums }) => sums?.change ?? null,
  },
  {
    name: 'gap',
    definition: 'What the sum of the contributions misses.',
    signed: true,
    digits: 3,
    of: ({ sums }) => finite(sums?.gap),
  },
]

/** The numbers of the whole outputs, and those of the chosen tokens where both sides have chosen some. */
export function rowsBetween(
  a: Compared,
  b: Compared,
): { readonly chosen: readonly CompareRow[]; readonly whole: readonly CompareRow[] } {
  const rows = (kinds: readonly RowKind[]): readonly CompareRow[] =>
    kinds.map(({ of, ...kind }) => ({ ...kind, a: of(a), b: of(b) }))
  const both = a.choice?.side === 'output' && b.choice?.side === 'output'
  return { chosen: both ? rows(chosenRows) : [], whole: rows(wholeRows) }
}

/** Kendall's τ-b between what the same source tokens gave in A and in B, by the size of the contributions. */
export function agreementBetween(a: Reaching | null, b: Reaching | null): number | null {
  const sizes = (values: readonly (number | null)[]): readonly (number | null)[] =>
    values.map((value) => (value === null ? null : Math.abs(value)))
  return a && b && a.source.length === b.source.length ? rankAgreement(sizes(a.source), sizes(b.source)) : null
}

type StepNumber = 'logProb' | 'entropy'

function sumOf({ output }: InstanceReply, of: StepNumber): number | null {
  return output ? output.steps.reduce((sum, step) => sum + step[of], 0) : null
}

function meanOf(instance: InstanceReply, of: StepNumber): number | null {
  const sum = sumOf(instance, of)
  const steps = instance.output?.steps.length ?? 0
  return sum === null || steps === 0 ? null : sum / steps
}

function stepsOf({ instance, choice }: Compared, of: StepNumber): number | null {
  if (choice === null || instance.output === null) return null
  const [first, last] = spanOf(choice)
  return instance.output.steps.slice(first, last + 1).reduce((sum, step) => sum + step[of], 0)
}

const total = (values: readonly (number | null)[] | undefined): number | null =>
  values === undefined ? null : values.reduce<number>((sum, value) => sum + (value ?? 0), 0)

const finite = (value: number | undefined): number | null =>
  value === undefined || !Number.isFinite(value) ? null : value
